"""Visits shared out among those who work in the unit: many at once, told what came of each, repeatable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from kit.norway import today_in_norway
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.test_visits import due, listed, plan, tomorrow, write


async def test_given_a_days_visits_then_many_are_shared_out_at_once_and_once_more_changes_nothing(
    journal: Journal,
) -> None:
    nurse, helper = await _people(journal)
    visits = await _visits(journal)
    changes = [_change(one, nurse if n % 2 else helper) for n, one in enumerate(visits)]
    told = await _assign(journal, changes)
    assert told == {"assigned": _ids(visits), "taken": [], "away": [], "gone": []}
    assert await _assign(journal, changes) == told
    found = {one["item"]["id"]: one for one in await _visits(journal)}
    assert [found[c["id"]]["item"]["assignee"] for c in changes] == [c["to"] for c in changes]
    assert {one["assignee_name"] for one in found.values()} == {"Ingunn Solvang", "Tobias Myrland"}
    mine = await listed(journal, "pleieassistent", mine=True)
    assert {one["item"]["id"] for one in mine} == {c["id"] for c in changes if c["to"] == helper}


async def test_given_somebody_was_faster_then_theirs_stands_and_the_second_is_told_whose_it_is(
    journal: Journal,
) -> None:
    nurse, helper = await _people(journal)
    visits = await _visits(journal)
    await _assign(journal, [_change(visits[0], helper)])
    told = await _assign(journal, [_change(one, nurse) for one in visits])
    taken = {"id": visits[0]["item"]["id"], "assignee": helper, "assignee_name": "Tobias Myrland"}
    assert told["taken"] == [taken]
    assert told["assigned"] == _ids(visits[1:])
    again = await _assign(journal, [_change(visits[0], nurse, was=helper)])
    assert (again["assigned"], again["taken"]) == (_ids(visits[:1]), [])


async def test_given_who_is_away_that_day_then_they_are_given_none_and_the_rest_goes_through(
    journal: Journal,
) -> None:
    nurse, helper = await _people(journal)
    day = (today_in_norway() + timedelta(days=1)).isoformat()
    away = {"personnel": helper, "stand_in": nurse, "first": day, "last": day}
    await journal.ok("sykepleier", None, "PUT", f"/absences/{uuid4()}", away)
    visits = await _visits(journal)
    told = await _assign(journal, [_change(visits[0], helper), *(_change(v, nurse) for v in visits[1:])])
    assert (told["away"], told["assigned"]) == (_ids(visits[:1]), _ids(visits[1:]))


async def test_given_a_visit_is_done_or_withdrawn_then_it_is_gone_and_what_it_was_is_kept(
    journal: Journal, postgres: TestDatabase
) -> None:
    nurse, _ = await _people(journal)
    visits = await _visits(journal)
    await _assign(journal, [_change(visits[0], nurse)])
    item = visits[0]["item"]
    body = {"form": "home-visit", "service": "home-care", "plan": item["about"], "planned": item["due"]}
    done = {"state": "finished", "at": AT, "body": body}
    await journal.ok("pleieassistent", "line", "PUT", f"/journal/Encounter/{item['id']}", done)
    told = await _assign(
        journal, [_change(visits[0], None, was=nurse), _change({"item": {"id": str(uuid4())}}, nurse)]
    )
    assert len(told["gone"]) == 2
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute(
            "SELECT assignee::text, state FROM journal.work_item WHERE item_id = %s", (item["id"],)
        ).fetchone()
    assert row == (nurse, "finished"), "a visit that is done stays with whom it was given to"


async def test_given_no_authorisation_then_visits_are_taken_and_given_back_and_no_more(
    journal: Journal,
) -> None:
    nurse, helper = await _people(journal)
    visits = await _visits(journal)
    who = "pleieassistent"
    assert (await _assign(journal, [_change(visits[0], helper)], who))["assigned"] == _ids(visits[:1])
    assert (await _assign(journal, [_change(visits[0], None, was=helper)], who))["assigned"] == _ids(
        visits[:1]
    )
    await _assign(journal, [_change(visits[1], nurse)])
    for change in (
        _change(visits[0], nurse),
        _change(visits[1], helper, was=nurse),
        _change(visits[1], None, was=nurse),
    ):
        refused = await journal.call(who, None, "POST", "/visits/$assign", {"changes": [change]})
        assert code_of(refused) == "403 shares-own-only"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"to": str(uuid4())}, "422 personnel-not-there"),
        ({"to": "nobody"}, "400 body-invalid"),
        ({"twice": True}, "400 visit-twice"),
    ],
)
async def test_given_what_cannot_be_then_nothing_is_shared_out(
    journal: Journal, said: dict[str, Any], code: str
) -> None:
    nurse, _ = await _people(journal)
    visits = await _visits(journal)
    changes = [_change(one, nurse) for one in visits]
    changes += changes[:1] if said.pop("twice", False) else []
    changes[0] = changes[0] | said
    refused = await journal.call("sykepleier", None, "POST", "/visits/$assign", {"changes": changes})
    assert code_of(refused) == code
    assert all("assignee" not in one["item"] for one in await _visits(journal))


async def test_given_another_place_then_its_visits_are_not_there(
    journal: Journal, postgres: TestDatabase
) -> None:
    visits = await _visits(journal)
    told = await journal.ok(
        "lege-koman", None, "POST", "/visits/$assign", {"changes": [_change(one, None) for one in visits]}
    )
    assert sorted(told["gone"]) == sorted(_ids(visits))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT action, items FROM core_record.actor_log WHERE items ? 'WorkList' ORDER BY at DESC"
            " LIMIT 1"
        ).fetchall()
    assert rows == [("list", {"WorkList": len(visits)})]


async def _people(journal: Journal) -> tuple[str, str]:
    """The ids of the nurse and of the assistant."""
    found = (await journal.ok("sykepleier", None, "POST", "/personnel/_search"))["personnel"]
    by_name = {one["name"]: one["id"] for one in found}
    return by_name["Ingunn Solvang"], by_name["Tobias Myrland"]


async def _visits(journal: Journal) -> list[dict[str, Any]]:
    """Tomorrow's four visits of one plan, made the first time."""
    found = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    if not found:
        await write(journal, str(uuid4()), plan("08:00", "12:00", "16:00", "20:30"))
        found = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    return sorted(found, key=lambda one: str(one["item"]["id"]))


def _change(visit: dict[str, Any], to: str | None, was: str | None = None) -> dict[str, Any]:
    return {"id": visit["item"]["id"], "to": to, "was": was}


async def _assign(journal: Journal, changes: list[Any], who: str = "sykepleier") -> dict[str, Any]:
    told: dict[str, Any] = await journal.ok(who, None, "POST", "/visits/$assign", {"changes": changes})
    return told | {"assigned": sorted(told["assigned"])}


def _ids(visits: list[dict[str, Any]]) -> list[str]:
    return [one["item"]["id"] for one in visits]
