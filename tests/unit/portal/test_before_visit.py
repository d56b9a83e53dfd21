"""What is said before a visit: from the plan's activities and what is critical, and why nothing is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.clients.errors import Problem
from portal.clients.journal import Entry, Stamp
from portal.clients.unit import Item, Listed
from portal.clinician.start.before import Before, before, left_of, tell
from portal.clinician.start.services import services
from portal.clinician.start.transform import shown

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)  # a Sunday, ten o'clock in Norway
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BY = Stamp("s1", "Ingunn Solvang", NOW, "SP")


def visit(key: str = "v1", at: datetime = NOW, **more: Any) -> Listed:
    said = {"about": "plan", "assignee": "me", "label": "medication"} | more
    state, is_open = said.pop("state", "planned"), said.pop("open", True)
    return Listed(
        Item("313900878", key, "p", "visit", state, is_open, at, **said), "Bjørg Tangen", date(1958, 12, 3)
    )


def entry(kind: str, entry_id: str = "e", **body: Any) -> Entry:
    return Entry(entry_id, kind, 1, "active", NOW, "313900878", BY, BY, body)


def activity(text: str, *times: str, kind: str = "medication", days: list[str] = EVERY_DAY) -> dict[str, Any]:
    return {"text": text, "kind": kind, "days": days, "times": list(times)}


def plan(*activities: dict[str, Any], **body: Any) -> dict[str, list[Entry]]:
    made = entry("CarePlan", "plan", activities=list(activities), **body)
    return {"CarePlan": [made], "AllergyIntolerance": [], "Flag": []}


def test_a_visit_says_what_the_plan_has_at_its_time_and_where_and_how_one_gets_in() -> None:
    found = plan(
        activity("Gi fra dosetten", "10:00", "20:00"),
        activity("Måltid", "12:00", kind="meal"),
        activity("Dusj", "10:00", days=["mon"], kind="personal-care"),
        address="Strandgata 4",
        entry="Nøkkelboks",
    )
    assert before(visit().item, found) == Before(
        "told", "Gi fra dosetten", "Strandgata 4", "Nøkkelboks", "none"
    )


@pytest.mark.parametrize(
    ("label", "said"),
    [("medication", "Gi fra dosetten"), ("meal", "Frokost"), ("", "Gi fra dosetten · Frokost")],
)
def test_of_several_at_one_time_those_of_the_visits_code_are_said_and_else_all(label: str, said: str) -> None:
    found = plan(activity("Gi fra dosetten", "10:00"), activity("Frokost", "10:00", kind="meal"))
    assert before(visit(label=label or None).item, found).task == said


def test_what_is_critical_stands_with_precautions_against_infection_first() -> None:
    flags = [
        entry("Flag", "a", category="implant", text="Pacemaker"),
        entry("Flag", "b", category="infection", text="MRSA"),
    ]
    allergy = entry("AllergyIntolerance", "c", substance="Penicillin", criticality="high")
    found = plan() | {"Flag": flags, "AllergyIntolerance": [allergy]}
    said = before(visit().item, found)
    assert (said.critical, [line.head for line in said.know]) == ("some", ["MRSA", "Penicillin", "Pacemaker"])


def test_none_recorded_not_open_and_not_fetched_are_told_apart() -> None:
    assert before(visit().item, plan()).critical == "none"
    closed = {kind: said for kind, said in plan().items() if kind != "Flag"}
    assert before(visit().item, closed).critical == "closed"
    assert before(visit().item, Problem.REFUSED).stands == "refused"
    assert before(visit().item, Problem.DOWN).stands == "failed"


def test_a_visit_of_another_plan_or_time_says_no_task() -> None:
    found = plan(activity("Gi fra dosetten", "10:00"))
    assert before(visit(about="another").item, found).task == ""
    assert before(visit(at=NOW + timedelta(hours=1)).item, found).task == ""


def test_what_is_known_stands_in_the_line_it_was_asked_for_and_in_no_other() -> None:
    (widget,) = (one for one in services()["home-care"] if one.id == "visits")
    visits = [visit("v1"), visit("v2"), visit("v3", state="finished", open=False)]
    lists = [shown(widget, [], visits, NOW)]
    said = Before("told", "Gi fra dosetten", "Strandgata 4", "Nøkkelboks", "none")
    tell(lists, {"v1": said, "v3": said})
    assert {row.key: (row.told, row.address) for row in lists[0].rows} == {
        "v1": ("told", "Strandgata 4"),
        "v2": ("", ""),
        "v3": ("", ""),
    }


def test_only_ones_own_that_are_left_are_asked_about_and_what_failed_is_asked_again() -> None:
    visits = [
        visit("mine"),
        visit("known"),
        visit("failed"),
        visit("theirs", assignee="other"),
        visit("free", assignee=None),
        visit("done", state="finished", open=False),
    ]
    known = {"known": Before("told"), "failed": Before("failed")}
    assert [one.item.id for one in left_of(visits, ["me"], known)] == ["mine", "failed"]
