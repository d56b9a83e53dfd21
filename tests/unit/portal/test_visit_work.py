"""A visit marked from the list: what is written, and by which steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from portal.clients.journal import Entry, Stamp
from portal.clients.unit import Item, Listed
from portal.clinician.start.visits import contact, steps

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=3)
LISTED = Listed(
    Item("313900878", "v1", "p", "visit", "planned", True, DUE, about="plan", minutes=20),
    "Danser, Line",
)


def entry(state: str, **body: Any) -> Entry:
    by = Stamp("s1", "Ingunn Solvang", NOW, "SP")
    return Entry("v1", "Encounter", 2, state, DUE, "313900878", by, by, {"form": "home-visit", **body})


def test_a_visit_by_plan_is_written_with_its_plan_and_when_it_was_planned() -> None:
    written = contact(LISTED, None, "finished", {}, NOW)
    assert (written.state, written.at) == ("finished", NOW)  # done earlier than planned: never ahead of now
    assert written.body == {
        "form": "home-visit",
        "service": "home-care",
        "plan": "plan",
        "planned": DUE.isoformat(),
        "minutes": 20,
    }


def test_one_not_done_says_why_and_one_done_after_all_no_longer_does() -> None:
    assert contact(LISTED, None, "cancelled", {"not_done": "not-home"}, NOW).body["not_done"] == "not-home"
    missed = entry("cancelled", not_done="not-home", responsible="s2")
    later = contact(LISTED, missed, "finished", {}, DUE + timedelta(hours=1))
    assert "not_done" not in later.body
    assert later.body["responsible"] == "s2"


def test_each_visit_comes_to_its_state_by_steps_that_the_journal_allows_and_twice_is_once() -> None:
    assert steps(None, "finished", {}) == ["finished"]
    assert steps(entry("planned"), "finished", {}) == ["finished"]
    assert steps(entry("finished"), "finished", {}) == []
    missed = entry("cancelled", not_done="not-home")
    assert steps(missed, "finished", {}) == ["in-progress", "finished"]
    assert steps(missed, "cancelled", {"not_done": "not-home"}) == []
    assert steps(missed, "cancelled", {"not_done": "declined"}) == ["cancelled"]
