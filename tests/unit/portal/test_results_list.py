"""What the page of results to follow up says of items and of what happened to a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.clients.follow_up import Event, FollowUp, Seen
from portal.clients.unit import Item, Listed, Work
from portal.clinician.results.transform.versions import Change, VersionRow
from portal.clinician.results_list.transform import (
    AWAITED,
    DRAFT,
    LATE,
    ORDER,
    TOLD,
    counts,
    lists_of,
    opened,
    place_of,
    rows,
)

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
ME, OTHER = "me", "other"


def listed(key: str, **said: Any) -> Listed:
    whose = {"assignee_name": said.pop("whose")} if "whose" in said else {}
    overdue = said.pop("overdue", False)
    parts = {"kind": "result", "state": "unseen", "since": NOW, "label": "none", "assignee": ME} | said
    item = Item("313900541", key, "p", open=True, **parts)
    return Listed(item, f"Person {key}", overdue=overdue, **whose)


def seen(state: str = "opened", *events: Event, **said: Any) -> Seen:
    result = FollowUp("r", "abnormal", state, "313900541", NOW, version="v2")
    return Seen(result, list(events), **({"may_assess": True, "here": True} | said))


def event(kind: str, version: str = "v2", **said: Any) -> Event:
    return Event(f"{kind}{version}", NOW, kind, "313900541", version, **said)


def test_each_result_is_on_one_list_and_the_gravest_first() -> None:
    mine = [listed("a", urgency=2), listed("b", urgency=4, label="critical"), listed("t", kind=TOLD)]
    unit = [*mine[:2], listed("c", assignee=None), listed("d", assignee=OTHER), listed("l", kind=LATE)]
    unit[-1] = listed("l", kind=LATE, assignee=None)
    found = lists_of(mine, unit, [listed("e", assignee=None)], Work([listed("w", kind=AWAITED)]))
    keys = {name: [one.item.id for one in items] for name, items in found.items()}
    assert keys == {
        "mine": ["b", "a", "t"],
        "inbox": ["c", "l"],
        "others": ["d"],
        "awaited": ["w"],
        "ownerless": ["e"],
    }
    assert counts(found) == {"mine": 3, "inbox": 2, "others": 1, "awaited": 1, "ownerless": 1}


def test_the_wanted_result_of_a_person_is_found_on_its_list_and_else_their_first() -> None:
    lists = lists_of([listed("a", urgency=4)], [listed("b", assignee=None)], [], Work([]))
    person = listed("a").item.person_id
    assert place_of(lists, person, "b") == ("inbox", "b")
    assert place_of(lists, person, "unknown") == place_of(lists, person, "") == ("mine", "a")
    assert place_of(lists, "another", "b") is None


def test_of_equal_gravity_who_has_waited_longest_comes_first() -> None:
    items = [listed("new"), listed("old", since=NOW - timedelta(days=2))]
    assert [one.item.id for one in lists_of(items, [], [], Work([]))["mine"]] == ["old", "new"]


def test_what_a_colleague_has_opened_stands_after_what_nobody_has_and_the_gravest_first() -> None:
    """Older ones first where nothing else tells them apart; here each later one is graver or less seen."""
    order = [
        ("critical", 4, "unseen"),
        ("critical", 4, "prepared"),
        ("critical", 4, "opened"),
        ("abnormal", 3, "changed"),
        ("undecided", 2, "unseen"),
        ("none", 2, "unseen"),
        ("abnormal", 1, "prepared"),
        ("abnormal", 1, "opened"),
        ("undecided", 0, "opened"),
        ("none", 0, "opened"),
    ]
    items = [
        listed(str(place), label=mark, urgency=urgency, state=state, since=NOW - timedelta(days=place))
        for place, (mark, urgency, state) in enumerate(order)
    ]
    found = lists_of(items[::-1], [], [], Work([]))["mine"]
    assert [(one.item.label, one.item.urgency, one.item.state) for one in found] == order


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({}, "unseen"),
        ({"state": "prepared"}, "prepared"),
        ({"kind": TOLD, "state": "changed"}, "told"),
        ({"kind": TOLD, "state": "gone"}, "gone"),
        ({"kind": LATE}, "late"),
        ({"kind": AWAITED}, "awaited"),
    ],
)
def test_a_line_says_how_the_result_stands(said: dict[str, Any], state: str) -> None:
    (row,) = rows([listed("a", **said)], NOW)
    assert row.state == state
    assert row.came == "10:00"


def test_a_mark_that_is_not_known_is_to_be_read_and_names_are_told_where_there_are_several() -> None:
    two = [listed("a", label="odd", whose="Koman"), listed("b", assignee=OTHER, whose="Lin", overdue=True)]
    found = rows(two, NOW)
    assert [row.mark for row in found] == ["undecided", "none"]
    assert [(row.whose, row.overdue) for row in found] == [("Koman", False), ("Lin", True)]
    assert rows(two[:1], NOW)[0].whose == ""


def test_the_difference_is_shown_since_the_version_that_was_opened_before() -> None:
    versions = [VersionRow(2, changes=[Change("changed", "Kalium", "4,1", "6,8")]), VersionRow(1, first=True)]
    assert opened(seen("changed", earlier="v1"), "L", versions).changes == versions[0].changes
    assert opened(seen("changed"), "L", versions).changes == []


def test_a_proposal_about_an_earlier_version_is_history_alone() -> None:
    old = event("prepared", "v1", words="Fin", name="Nora Lunde")
    assert opened(seen("changed", old), "L").proposed == ""
    new = event("prepared", words="Ring", name="Nora Lunde")
    found = opened(seen("prepared", new, old), "L")
    assert (found.proposed, found.proposed_by, len(found.history)) == ("Ring", "Nora Lunde", 2)


@pytest.mark.parametrize(("state", "waits"), [("unseen", True), ("prepared", True), ("assessed", False)])
def test_only_what_waits_is_to_be_assessed(state: str, *, waits: bool) -> None:
    assert opened(seen(state), "L").listed is waits


def test_orders_stand_among_the_unanswered_drafts_first_and_then_what_is_late_first() -> None:
    def order(key: str, days: int, **said: Any) -> Listed:
        parts: dict[str, Any] = {
            "kind": ORDER,
            "state": "waiting",
            "label": "laboratory",
            "due": NOW + timedelta(days=days),
        }
        return listed(key, **(parts | said))

    draft = listed("d", kind=DRAFT, state="draft", label="radiology", assignee=None)
    theirs = order("theirs", -9, assignee=OTHER)
    mine = [order("later", 5), listed("w", kind=AWAITED, due=NOW), draft, order("late", -3, overdue=True)]
    found = lists_of([], [], [], Work([theirs, *mine], mine=[ME]))
    assert [one.item.id for one in found["awaited"]] == ["d", "late", "w", "later", "theirs"]
    assert [len(found[name]) for name in ("mine", "inbox", "others")] == [0, 0, 0]
    shown = {row.key: row for row in rows(found["awaited"], NOW)}
    assert (shown["late"].state, shown["late"].mark, shown["late"].overdue) == ("order-waiting", "none", True)
    assert (shown["late"].due, shown["late"].field) == ("26.11.2026", "laboratory")
    assert (shown["d"].state, shown["d"].due) == ("draft", "")
    assert place_of(found, listed("w").item.person_id, "late") == ("awaited", "w"), (
        "an order is opened in the journal"
    )


def test_an_acute_order_that_is_late_stands_before_all_whoever_ordered_it() -> None:
    due = NOW - timedelta(hours=1)
    late = [
        listed("ordinary", kind="requisition", assignee=ME, due=NOW - timedelta(days=9), overdue=True),
        listed("acute", kind="requisition", assignee="other", due=due, urgency=2, overdue=True),
        listed("waits", kind="requisition", assignee=ME, due=NOW + timedelta(hours=1), urgency=2),
    ]
    found = lists_of([], [], [], Work(late, mine=[ME]))["awaited"]
    assert [one.item.id for one in found] == ["acute", "ordinary", "waits"]
    assert [one.urgency for one in rows(found, NOW)] == ["acute", "", "acute"]
