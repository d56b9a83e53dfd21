"""A child's growth on the journal's page: without a reference, with one (made up), and when it is away."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from journal_api.journal.growth.courses import Reference
from journal_api.journal.growth.files import Said
from journal_api.journal.growth.service import import_file
from kit.settings import Settings
from portal.clients.errors import Problem
from portal.clients.journal import JournalApi, JournalProblem, Written
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.session.journal import journal_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from portal.session.profile import with_profile
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.journal_page import the_page
from tests.contract.portal.test_journal import number_of
from tests.unit.journal.growth_table import MADE_UP, csv_of


async def a_girl(visitor: Browser) -> Tab:
    """The health centre's nurse with the page of a girl of fourteen open, who was measured twice."""
    await visitor.log_in("helsestasjon")
    now = await with_profile(await visitor.current())
    number = number_of("ungdom")
    await set_open_patient(now, OpenPatient(number=number, basis="", reason="health-centre"))
    tab = visitor.tab()
    await tab.do(JournalState, "load")
    client = await journal_client(tab.root)
    for year, kg, cm in ((2025, 50.0, 150.0), (2026, 54.0, 156.0)):
        at = datetime(year, 3, 1, 9, tzinfo=UTC)
        for measure, value in (("weight", kg), ("height", cm)):
            body = {"measure": measure, "value": value}
            await client.write("Observation", str(uuid4()), Written("final", at, body))
    return tab


def load(settings: Settings, tmp_path: Path, *measures: str) -> None:
    with psycopg.connect(settings.dsn("akson_journal")) as conn:
        for measure in measures:
            path = tmp_path / f"{measure}.csv"
            path.write_text(csv_of(measure, "female"), encoding="utf-8")
            import_file(conn, path, Reference(MADE_UP, "0", "nobody"), Said(), (0, 20))


async def test_given_no_reference_then_values_stand_alone_and_one_line_says_so(visitor: Browser) -> None:
    tab = await a_girl(visitor)
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    assert (state.note, state.wrong) == ("no_reference", "")
    assert [(one.key, one.source, len(one.rows)) for one in state.series] == [
        ("weight", "", 2),
        ("height", "", 2),
    ]


async def test_given_a_reference_then_percentiles_sds_and_bmi_are_there(
    visitor: Browser, settings: Settings, tmp_path: Path
) -> None:
    load(settings, tmp_path, "weight", "bmi")
    tab = await a_girl(visitor)
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    weight, height, bmi = state.series
    assert (weight.key, height.key, bmi.key, state.note) == ("weight", "height", "bmi", "")
    assert weight.source == f"{MADE_UP} (0): nobody"
    assert all(row.place.z and row.place.percentile and row.place.age_in == "years" for row in weight.rows)
    assert len(weight.wide.curves) == len(bmi.narrow.curves) == 7
    assert (height.source, height.wide.curves, height.rows[0].place.z) == ("", [], "")
    assert [row.value for row in bmi.rows] == ["22,19", "22,22"]


async def test_given_much_else_that_is_measured_then_growth_is_whole_all_the_same(
    visitor: Browser, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(settings, tmp_path, "weight")
    tab = await a_girl(visitor)
    client = await journal_client(tab.root)
    for minute in range(6):
        at = datetime(2026, 5, 1, 9, minute, tzinfo=UTC)
        await client.write(
            "Observation", str(uuid4()), Written("final", at, {"measure": "pulse", "value": 80})
        )
    monkeypatch.setattr("portal.clinician.journal.over_time._MOST", 4)
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    assert [(one.key, len(one.rows)) for one in state.series] == [("weight", 2), ("height", 2), ("pulse", 4)]
    assert all(row.place.z for row in state.series[0].rows)


async def test_given_an_adult_then_nothing_is_said_of_growth(visitor: Browser) -> None:
    tab = await the_page(visitor)
    client = await journal_client(tab.root)
    body = {"measure": "weight", "value": 70}
    await client.write("Observation", str(uuid4()), Written("final", datetime.now(UTC), body))
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    assert (state.note, [one.source for one in state.series]) == ("", [""])


async def test_given_the_comparison_is_not_to_be_had_then_the_values_are_shown_and_it_is_told(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await a_girl(visitor)

    async def down(api: JournalApi) -> None:
        raise JournalProblem(Problem.DOWN, "ConnectError", "")

    monkeypatch.setattr("portal.clinician.journal.over_time.growth_of", down)
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    assert (state.note, len(state.series)) == ("unavailable", 2)


async def test_given_more_values_than_a_page_then_it_is_told_and_the_older_are_fetched(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await the_page(visitor)
    client = await journal_client(tab.root)
    for minute in range(7):
        at = datetime(2026, 5, 1, 9, minute, tzinfo=UTC)
        await client.write(
            "Observation", str(uuid4()), Written("final", at, {"measure": "pulse", "value": 60 + minute})
        )
    monkeypatch.setattr("portal.clinician.journal.over_time._MOST", 3)
    await tab.do(OverTime, "show")
    state = await tab.get(OverTime)
    assert (state.shown, state.more) == (3, True)
    for shown, more in ((6, True), (7, False), (7, False)):
        await tab.do(OverTime, "older")
        assert (state.shown, state.more, state.wrong) == (shown, more, "")
    (pulse,) = state.series
    assert [row.value for row in pulse.rows] == ["66", "65", "64", "63", "62", "61", "60"]
    assert len(pulse.wide.marks) == 7
