"""Start pages: every service's lists by its file, what a line shows, and in which order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from journal_api.care.checks.service import programme
from journal_api.journal.contacts.kind import SERVICE_OF
from portal.clients.unit import Item, Listed
from portal.clinician.start.services import Widget, kinds, late_kinds, services
from portal.clinician.start.transform import age_of, row, shown
from portal.ui.texts import LANGUAGES, under

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def listed(kind: str = "contact", item_id: str = "a", **more: Any) -> Listed:
    state, is_open = more.pop("state", "planned"), more.pop("open", True)
    own = {name: more.pop(name) for name in ("birth_date", "overdue") if name in more}
    person = more.pop("person_id", item_id)
    item = Item("313900541", item_id, person, kind, state, is_open, **more)
    return Listed(item, "Danser, Line", **own)


def widget(service: str, name: str) -> Widget:
    return next(one for one in services()[service] if one.id == name)


def test_every_service_that_shares_the_journal_has_lists_with_words_in_every_language() -> None:
    assert set(services()) == {str(one) for one in SERVICE_OF.values()}
    named = {one.id for lists in services().values() for one in lists}
    for lang in LANGUAGES:
        assert under(lang, "start.list").keys() == named == under(lang, "start.none").keys()
        assert under(lang, "start.service").keys() == set(services())
        assert {check.code for check in programme()} <= under(lang, "start.check").keys()


def test_the_emergency_queue_has_the_most_urgent_first_and_within_it_who_waits_longest() -> None:
    items = [
        listed(item_id="late", urgency=2, since=NOW - timedelta(minutes=5)),
        listed(item_id="first", urgency=2, since=NOW - timedelta(minutes=50)),
        listed(item_id="ordinary", urgency=1, since=NOW - timedelta(hours=4)),
        listed(item_id="acute", urgency=3, since=NOW),
        listed("task", item_id="other-kind", urgency=4),
    ]
    found = shown(widget("emergency", "queue"), items, [], NOW)
    assert [one.key for one in found.rows] == ["acute", "first", "late", "ordinary"]
    assert (found.rows[1].minutes_waited, found.rows[1].since, found.left) == (50, "09:10", 4)


def test_the_day_is_in_order_of_time_with_what_is_done_kept_in_its_place() -> None:
    items = [
        listed("visit", "evening", due=NOW + timedelta(hours=9), minutes=20),
        listed("visit", "morning", due=NOW - timedelta(hours=2), state="finished", open=False),
    ]
    found = shown(widget("home-care", "visits"), [], items, NOW)
    assert [(one.key, one.time, one.done) for one in found.rows] == [
        ("morning", "08:00", True),
        ("evening", "19:00", False),
    ]
    assert (found.left, found.total, found.rows[1].minutes) == (1, 2, 20)


def test_contacts_that_are_done_stand_apart_so_that_the_next_is_first_and_visits_keep_their_place() -> None:
    items = [
        listed(item_id="done", due=NOW - timedelta(hours=2), state="finished", open=False),
        listed(item_id="off", due=NOW - timedelta(hours=1), state="cancelled", open=False),
        listed(item_id="next", due=NOW + timedelta(minutes=10)),
    ]
    found = shown(widget("gp", "today"), [], items, NOW)
    assert ([one.key for one in found.rows], [one.key for one in found.past]) == (["next"], ["done", "off"])
    assert (found.left, found.total, found.whole) == (1, 1, 3)
    visits = [listed("visit", "done", due=NOW, state="finished", open=False)]
    said = shown(widget("home-care", "visits"), [], visits, NOW)
    assert ([one.key for one in said.rows], said.past) == (["done"], [])


def test_a_visit_nobody_has_begun_is_late_after_an_hour_and_one_begun_is_not() -> None:
    due = NOW - timedelta(minutes=61)
    one = widget("home-care", "visits")
    assert row(one, listed("visit", due=due), NOW).overdue
    assert not row(one, listed("visit", due=due, state="in-progress"), NOW).overdue
    assert not row(one, listed("visit", due=NOW - timedelta(minutes=59)), NOW).overdue


def test_each_child_is_listed_once_four_weeks_ahead_and_stays_when_the_day_has_passed() -> None:
    items = [
        listed("check", "passed", due=NOW - timedelta(days=3), label="3-months"),
        listed("check", "missed", due=NOW - timedelta(days=60), label="4-weeks", person_id="soon"),
        listed("check", "soon", due=NOW + timedelta(days=20), label="6-weeks"),
        listed("check", "after", due=NOW + timedelta(days=25), label="3-months", person_id="soon"),
        listed("check", "later", due=NOW + timedelta(days=40), label="5-months"),
    ]
    found = shown(widget("health-centre", "children"), items, [], NOW)
    assert [(one.key, one.check, one.overdue) for one in found.rows] == [
        ("passed", "3-months", True),
        ("soon", "6-weeks", False),
    ]


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2026, 11, 29), (0, "days")),
        (date(2026, 11, 16), (13, "days")),
        (date(2026, 11, 15), (2, "weeks")),
        (date(2026, 8, 30), (13, "weeks")),
        (date(2026, 8, 29), (3, "months")),
        (date(2024, 11, 30), (23, "months")),
        (date(2024, 11, 29), (2, "years")),
        (date(1969, 11, 30), (56, "years")),
    ],
)
def test_a_childs_age_is_said_in_days_then_weeks_then_months_then_years(
    born: date, age: tuple[int, str]
) -> None:
    assert age_of(born, date(2026, 11, 29)) == age


def test_results_show_their_mark_and_stand_on_every_services_page() -> None:
    for lists in services().values():
        assert any({"result", "result-changed"} <= set(one.kinds) for one in lists)
    critical = listed("result", urgency=4, label="critical", state="unseen", since=NOW)
    said = shown(widget("gp", "results"), [listed("result", "b", label="abnormal"), critical], [], NOW).rows
    assert [one.mark for one in said] == ["critical", "abnormal"]


def test_an_opened_critical_result_stands_after_the_unopened_one_though_it_came_first() -> None:
    items = [
        listed("result", "normal", urgency=2, label="none", state="unseen", since=NOW - timedelta(days=3)),
        listed(
            "result", "opened", urgency=4, label="critical", state="opened", since=NOW - timedelta(days=1)
        ),
        listed("result", "read", urgency=2, label="undecided", state="unseen", since=NOW),
        listed("result", "unopened", urgency=4, label="critical", state="unseen", since=NOW),
    ]
    for service in services():
        found = shown(widget(service, "results"), items, [], NOW)
        assert [one.key for one in found.rows] == ["unopened", "opened", "read", "normal"]


def test_a_line_shows_what_its_list_is_to_show_and_never_the_number() -> None:
    said = row(widget("gp", "tasks"), listed("task", urgency=3, label="task", state="requested"), NOW)
    assert (said.urgency, said.form, said.time, said.shown_state) == (0, "", "", "requested")
    assert "13116900216" not in repr(said)
    assert "13116900216" not in repr(listed())


def test_of_orders_the_gp_sees_what_is_late_and_drafts_alone() -> None:
    items = [
        listed("requisition", "late", due=NOW - timedelta(days=2)),
        listed("requisition", "waits", due=NOW + timedelta(days=2)),
        listed("requisition-draft", "draft", due=NOW - timedelta(hours=1)),
    ]
    found = shown(widget("gp", "orders"), items, [], NOW)
    assert [one.key for one in found.rows] == ["late", "draft"]
    assert late_kinds("gp") == ["requisition", "requisition-draft"]
    assert late_kinds("home-care") == []
    assert not {"requisition", "requisition-draft"} & set(kinds())


def test_an_acute_order_that_is_late_stands_first_and_says_that_it_is_acute_at_every_doctors_list() -> None:
    items = [
        listed("requisition", "old", due=NOW - timedelta(days=9), since=NOW - timedelta(days=20)),
        listed("requisition", "acute", due=NOW - timedelta(hours=1), since=NOW, urgency=2),
        listed("requisition", "urgent", due=NOW - timedelta(hours=2), since=NOW, urgency=1),
        listed("requisition", "acute-not-late", due=NOW + timedelta(hours=1), since=NOW, urgency=2),
    ]
    for service in ("gp", "emergency"):
        found = shown(widget(service, "orders"), items, [], NOW).rows
        assert [(one.key, one.urgency) for one in found] == [("acute", 3), ("urgent", 2), ("old", 0)]
    assert late_kinds("emergency") == ["requisition", "requisition-draft"]
