"""What is critical about the open patient: on every page about them, and never said wrongly."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry, Stamp
from portal.clinician.journal.state import JournalState
from portal.frame.critical import Critical
from portal.portal import PAGES
from portal.session.current import Current
from portal.session.models import OpenPatient

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
GP = Stamp("1", "Magnar Koman", NOW, "LE")
SESSION = Current("sid", "tab", None)  # type: ignore[arg-type]
PACEMAKER = Entry(
    "f", "Flag", 1, "active", NOW, "313900541", GP, GP, {"text": "Pacemaker", "category": "implant"}
)
PATIENT = OpenPatient(number="13116900216", name="N", birth_date="", sex="", basis="")


def test_every_page_about_a_patient_fetches_what_is_critical_when_it_is_opened() -> None:
    about = [page for page in PAGES if page.frame.get("with_patient")]
    assert len(about) >= 4
    fetches: Any = (Critical.load, JournalState.load)
    bare = [
        page.route for page in about if not {one.fn for one in fetches} & {one.fn for one in page.on_load}
    ]
    assert bare == []


@pytest.fixture
def state() -> Any:
    root: Any = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
    return root.get_substate(Critical.get_full_name().split("."))


@pytest.mark.parametrize(
    ("found", "stands"),
    [
        ({"AllergyIntolerance": [], "Flag": [PACEMAKER]}, "some"),
        ({"Flag": [PACEMAKER]}, "some"),
        ({"AllergyIntolerance": [], "Flag": []}, "none"),
        ({"Flag": []}, "closed"),
        ({}, "closed"),
    ],
)
def test_nothing_recorded_is_said_only_where_all_of_it_was_read(
    state: Any, found: dict[str, list[Entry]], stands: str
) -> None:
    state._show(SESSION, PATIENT, found)
    assert (state.stands, state.number) == (stands, "131169 00216")


@pytest.mark.parametrize(("problem", "stands"), [(Problem.REFUSED, "closed"), (Problem.DOWN, "failed")])
def test_a_refusal_or_a_failure_takes_away_what_was_shown_and_says_so(
    state: Any, problem: Problem, stands: str
) -> None:
    state._show(SESSION, PATIENT, {"AllergyIntolerance": [], "Flag": [PACEMAKER]})
    assert [line.head for line in state.lines] == ["Pacemaker"]
    state._tell(PATIENT, ServiceProblem(problem))
    assert (state.stands, state.lines) == (stands, [])
