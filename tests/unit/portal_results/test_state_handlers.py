"""Each handler of the results page authorises itself, and is of the patient that is open."""

from __future__ import annotations

from typing import Any

import pytest

from portal.clinician.results.overviews import Overviews
from portal.clinician.results.state import ResultsState
from portal.session import guard
from portal.session.models import Kind, OpenPatient
from tests.unit.portal_results.page import Page, goes

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "load": (),
    "load_rest": (),
    "show_whole_trend": (),
    "search": ("kalium",),
    "choose_discipline": ("pathology",),
    "choose_laboratory": ("Fürst",),
    "choose_period": ("31",),
    "choose_abnormal": (True,),
    "choose_new": (True,),
    "choose_view": ("table",),
    "search_table": ("kalium",),
    "choose_area": ("CLIN",),
    "choose_abnormal_lines": (True,),
    "choose_all_lines": (True,),
    "turn_table": (1,),
    "reset_table": (),
    "reset_filters": (),
    "sort_by": ("kind",),
    "turn_page": (2,),
    "open_report": ("r1",),
    "back_to_list": (),
    "choose_abnormal_rows": (True,),
    "toggle_versions": (),
    "open_version": (1,),
    "open_trend": ("7280|NPU03230",),
    "close_trend": (),
}


def test_every_handler_is_known_to_these_tests() -> None:
    assert set(ResultsState.event_handlers) - {"setvar"} == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
@pytest.mark.parametrize("kind", [None, Kind.CITIZEN])
async def test_without_a_clinicians_session_nothing_is_done(name: str, kind: Kind | None, tab: Page) -> None:
    tab.kind = kind
    steps = await tab.do(name, *ARGUMENTS[name])
    assert goes(steps, guard.LEAVE)
    assert tab.service.asked == []
    assert tab.state.rows == []


@pytest.mark.parametrize("name", sorted(set(ARGUMENTS) - {"load", "load_rest"}))
async def test_when_another_patient_is_open_the_page_is_fetched_anew(name: str, tab: Page) -> None:
    await tab.do("load")
    await tab.do("open_report", "r1")
    asked = len(tab.service.asked)
    tab.patient = OpenPatient(number="12057900499", basis="UNNTAK")
    steps = await tab.do(name, *ARGUMENTS[name])
    assert goes(steps, "load")
    assert len(tab.service.asked) == asked


async def test_a_lapsed_overview_is_fetched_anew(tab: Page) -> None:
    await tab.do("load")
    tab.overviews._seconds = -1
    assert goes(await tab.do("open_report", "r1"), "load")


async def test_without_an_open_patient_the_page_says_so_and_asks_nothing(tab: Page) -> None:
    tab.patient = None
    await tab.do("load")
    assert (tab.state.problem_code, tab.service.asked) == ("no-open-patient", [])


def test_overviews_forget_the_least_used_and_the_old() -> None:
    kept = Overviews(most=2)
    for key in ("a", "b"):
        kept.start(key)
    kept.get("a")
    kept.start("c")
    assert [kept.get(k) is not None for k in ("a", "b", "c")] == [True, False, True]
    kept._seconds = -1
    assert kept.get("a") is None
