"""Visits made by plans, and checks of children: on the list by themselves, done once, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from journal_api.care.checks.service import programme
from journal_api.care.plans.models import Activity, CarePlan
from journal_api.care.visits.service import DAYS, horizon, planned
from kit.norway import OSLO, today_in_norway
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of

DAILY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_CLOCK = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda t: t.strftime("%H:%M"))


def plan(*times: str, minutes: int = 15, **more: Any) -> dict[str, Any]:
    activity = {
        "id": "6f1d3c52-0000-4000-8000-000000000001",
        "text": "Legemidler",
        "minutes": minutes,
        "days": DAILY,
        "times": list(times),
    }
    return {"goals": ["Bo hjemme"], "activities": [activity], **more}


async def write(
    journal: Journal, plan_id: str, body: Any, version: int = 0, state: str = "active"
) -> dict[str, Any]:
    headers = {"If_Match": f'"{version}"'} if version else {}
    sent = {"state": state, "at": AT, "body": body}
    made: dict[str, Any] = await journal.ok(
        "sykepleier", "line", "PUT", f"/journal/CarePlan/{plan_id}", sent, **headers
    )
    return made


async def listed(journal: Journal, who: str = "sykepleier", kind: str = "visit", **more: Any) -> list[Any]:
    answer = await journal.ok(who, None, "POST", "/work/_search", {"kinds": [kind], "by_time": True, **more})
    found: list[Any] = answer["items"]
    return found


def tomorrow(clock: str) -> datetime:
    return datetime.combine(today_in_norway() + timedelta(days=1), time.fromisoformat(clock), OSLO)


def due(one: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(one["item"]["due"])


def forget_that_visits_were_made(postgres: TestDatabase) -> None:
    """As if no day had come within reach before: the plan's visits are to be made."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE journal.work_item SET due = due - interval '9 days' WHERE kind = 'plan'")
        conn.execute("DELETE FROM journal.work_item WHERE kind = 'visit' AND state = 'planned'")


async def test_given_an_active_plan_then_its_visits_stand_on_the_list_and_only_there(
    journal: Journal, postgres: TestDatabase
) -> None:
    plan_id = str(uuid4())
    await write(journal, plan_id, plan("08:00", "20:30"))
    found = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    assert [due(one) for one in found] == [tomorrow("08:00"), tomorrow("20:30")]
    assert {(one["item"]["about"], one["item"]["minutes"], one["name"]) for one in found} == {
        (plan_id, 15, found[0]["name"])
    }
    assert (await journal.entries("sykepleier", "line", "Encounter"))["Encounter"] == []
    assert await listed(journal, "lege-koman") == []

    forget_that_visits_were_made(postgres)
    made = await listed(journal)
    again = await listed(journal)
    assert len(made) == 2 * DAYS
    assert [one["item"]["id"] for one in made] == [one["item"]["id"] for one in again]
    assert {one["item"]["id"] for one in found} <= {one["item"]["id"] for one in made}


async def test_given_a_plan_is_changed_paused_or_ended_then_what_is_not_begun_follows_it(
    journal: Journal,
) -> None:
    plan_id = str(uuid4())
    await write(journal, plan_id, plan("08:00", "20:30"))
    await write(journal, plan_id, plan("08:00", "12:00", minutes=30), 1)
    found = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    assert [(due(one), one["item"]["minutes"]) for one in found] == [
        (tomorrow("08:00"), 30),
        (tomorrow("12:00"), 30),
    ]
    await write(journal, plan_id, plan("08:00", "12:00", minutes=30), 2, "on-hold")
    assert [one for one in await listed(journal) if due(one) >= tomorrow("00:00")] == []
    await write(journal, plan_id, plan("08:00", "12:00", minutes=30), 3)
    resumed = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    assert [one["item"]["id"] for one in resumed] == [one["item"]["id"] for one in found]
    await write(journal, plan_id, plan("08:00"), 4, "completed")
    assert [one for one in await listed(journal) if due(one) >= tomorrow("00:00")] == []


async def test_given_a_visit_is_done_or_not_then_the_plan_neither_doubles_nor_undoes_it(
    journal: Journal,
) -> None:
    plan_id = str(uuid4())
    await write(journal, plan_id, plan("08:00", "20:30"))
    first, second = [one for one in await listed(journal) if due(one) >= tomorrow("00:00")]
    about = {"form": "home-visit", "service": "home-care", "plan": plan_id}
    sent = {
        "state": "finished",
        "at": datetime.now(UTC).isoformat(),
        "body": about | {"planned": first["item"]["due"]},
    }
    path = f"/journal/Encounter/{first['item']['id']}"
    done = await journal.ok("pleieassistent", "line", "PUT", path, sent, reason="")
    assert await journal.ok("pleieassistent", "line", "PUT", path, sent, reason="") == done
    refused = {
        "state": "cancelled",
        "at": second["item"]["due"],
        "body": about | {"planned": second["item"]["due"]},
    }
    refused["body"]["not_done"] = "not-home"
    await journal.ok("pleieassistent", "line", "PUT", f"/journal/Encounter/{second['item']['id']}", refused)
    await write(journal, plan_id, plan("08:00", "20:30", minutes=45), 1)
    day = {one["item"]["id"]: one["item"] for one in await listed(journal, open=False)}
    assert (day[first["item"]["id"]]["state"], day[first["item"]["id"]]["open"]) == ("finished", False)
    assert (day[second["item"]["id"]]["state"], day[second["item"]["id"]]["open"]) == ("not-home", True)


@given(
    st.lists(_CLOCK, min_size=1, max_size=4, unique=True),
    st.sets(st.sampled_from(DAILY), min_size=1),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 5),
)
def test_however_a_plan_is_then_its_visits_lie_in_the_window_each_once_and_stay_the_same(
    times: list[str], days: set[Any], now: datetime, left: int
) -> None:
    until = now.astimezone(OSLO).date() + timedelta(days=left)
    activity = Activity(uuid4(), "Besøk", days=tuple(days), times=tuple(times))
    made_of, plan_id = CarePlan(activities=(activity,), until=until), uuid4()
    made = list(planned(plan_id, made_of, now, horizon(now)))
    assert made == list(planned(plan_id, made_of, now, horizon(now)))
    assert len({one.id for one in made}) == len(made)
    assert all(now <= one.due < horizon(now) for one in made)
    assert all(one.due.date() <= until and DAILY[one.due.weekday()] in days for one in made)
    later = list(planned(plan_id, made_of, now + timedelta(hours=5), horizon(now)))
    assert {one.id for one in later} <= {one.id for one in made}


async def test_given_a_child_with_the_health_centre_then_the_checks_ahead_are_listed_until_done(
    journal: Journal,
) -> None:
    path = f"/journal/EpisodeOfCare/{uuid4()}"
    born = datetime(2012, 6, 19, tzinfo=OSLO)
    admitted = {
        "state": "active",
        "at": (born + timedelta(days=60)).isoformat(),
        "body": {"service": "health-centre"},
    }
    await journal.ok("helsestasjon", "ungdom", "PUT", path, admitted)
    found = [one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")]
    assert found == [check.code for check in programme()][2:]

    at = (born + timedelta(days=150)).isoformat()
    contact = {"state": "finished", "at": at, "body": {"form": "check", "service": "health-centre"}}
    checked = f"/journal/Encounter/{uuid4()}"
    await journal.ok("helsestasjon", "ungdom", "PUT", checked, contact, reason="")
    left = [one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")]
    assert left == found[found.index("6-months") :]
    states = {
        one["item"]["label"]: one["item"]["state"]
        for one in await listed(journal, "helsestasjon", "check", open=False)
    }
    assert (states["5-months"], states["4-months"], states["6-months"]) == ("finished", "passed", "planned")

    begun = contact | {"state": "in-progress"}
    await journal.ok("helsestasjon", "ungdom", "PUT", checked, begun, If_Match='"1"', reason="")
    assert [one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")] == found
    await journal.ok("helsestasjon", "ungdom", "PUT", path, admitted | {"state": "finished"}, If_Match='"1"')
    assert await listed(journal, "helsestasjon", "check") == []


async def test_given_a_check_on_the_wrong_child_then_moving_it_opens_the_childs_own_again(
    journal: Journal,
) -> None:
    born = datetime(2012, 6, 19, tzinfo=OSLO)
    body = {"service": "health-centre"}
    admitted = {"state": "active", "at": born.isoformat(), "body": body}
    await journal.ok("helsestasjon", "ungdom", "PUT", f"/journal/EpisodeOfCare/{uuid4()}", admitted)
    every = await listed(journal, "helsestasjon", "check")
    at = (born + timedelta(days=92)).isoformat()
    checked = f"/journal/Encounter/{uuid4()}"
    sent = {"state": "finished", "at": at, "body": {"form": "check", **body}}
    await journal.ok("helsestasjon", "ungdom", "PUT", checked, sent)
    assert len(await listed(journal, "helsestasjon", "check")) == len(every) - 4
    move = {"id": str(uuid4()), "why": "Feil barn"}
    headers = {"If_Match": '"1"', "to_person_id": journal.number("line").value}
    await journal.ok("helsestasjon", "ungdom", "POST", f"{checked}/$move", move, **headers)
    assert await listed(journal, "helsestasjon", "check") == every


async def test_given_a_check_is_corrected_then_the_ages_it_no_longer_closes_are_open_again(
    journal: Journal,
) -> None:
    born = datetime(2012, 6, 19, tzinfo=OSLO)
    body = {"service": "health-centre"}
    admitted = {"state": "active", "at": born.isoformat(), "body": body}
    await journal.ok("helsestasjon", "ungdom", "PUT", f"/journal/EpisodeOfCare/{uuid4()}", admitted)
    every = [one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")]
    checked, left = f"/journal/Encounter/{uuid4()}", []
    for version, days in enumerate((150, 42, 92)):
        at = (born + timedelta(days=days)).isoformat()
        sent = {"state": "finished", "at": at, "body": {"form": "check", **body}}
        headers = {"If_Match": f'"{version}"'} if version else {}
        await journal.ok("helsestasjon", "ungdom", "PUT", checked, sent, **headers)
        left.append([one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")])
    assert left == [every[every.index(first) :] for first in ("6-months", "3-months", "4-months")]

    sent["body"] = {"form": "phone", **body}
    await journal.ok("helsestasjon", "ungdom", "PUT", checked, sent, If_Match='"3"')
    assert [one["item"]["label"] for one in await listed(journal, "helsestasjon", "check")] == every


async def test_given_a_visit_of_a_plan_then_it_is_not_moved_off_the_persons_list(journal: Journal) -> None:
    plan_id = str(uuid4())
    await write(journal, plan_id, plan("08:00"))
    one = next(one["item"] for one in await listed(journal) if due(one) >= tomorrow("00:00"))
    body = {"form": "home-visit", "service": "home-care", "plan": plan_id, "planned": one["due"]}
    sent = {"state": "finished", "at": datetime.now(UTC).isoformat(), "body": body}
    path = f"/journal/Encounter/{one['id']}"
    await journal.ok("sykepleier", "line", "PUT", path, sent)
    headers = {"If_Match": '"1"', "to_person_id": journal.number("gry").value}
    move = {"id": str(uuid4()), "why": "Feil pasient"}
    refused = await journal.call("sykepleier", "line", "POST", f"{path}/$move", move, **headers)
    assert code_of(refused) == "422 kind-not-movable"
    assert one["id"] in [left["item"]["id"] for left in await listed(journal, open=False)]


async def test_given_an_adult_with_the_health_centre_then_no_check_is_called_for(journal: Journal) -> None:
    sent = {"state": "active", "at": AT, "body": {"service": "health-centre"}}
    await journal.ok("helsestasjon", "line", "PUT", f"/journal/EpisodeOfCare/{uuid4()}", sent)
    assert await listed(journal, "helsestasjon", "check") == []


async def test_the_list_says_which_service_its_unit_gives_and_other_services_have_none(
    journal: Journal,
) -> None:
    for who, given_service in (
        ("lege-koman", "gp"),
        ("pleieassistent", "home-care"),
        ("legevakt", "emergency"),
    ):
        answer = await journal.ok(who, None, "POST", "/work/_search", {"kinds": ["contact"]})
        assert answer["service"] == given_service
    outside = await journal.call("sykehuslege", None, "POST", "/work/_search", {"kinds": ["contact"]})
    assert code_of(outside).startswith("403 ")


async def test_one_sends_to_the_places_that_share_the_journal_and_to_no_other(journal: Journal) -> None:
    found = (await journal.ok("pleieassistent", None, "POST", "/units/_search"))["units"]
    names = [one["name"] for one in found]
    assert names == sorted(names)
    assert {"Fjordvik legesenter", "Fjordvik hjemmetjeneste"} <= set(names)
    assert not {one["kind"] for one in found} & {"hospital", "laboratory", "radiology", "agency"}
    assert "Fjordvik legesenter AS" not in names  # its place is what one writes to
    assert code_of(await journal.call("sykehuslege", None, "POST", "/units/_search")).startswith("403 ")


async def test_a_citizen_reads_signed_notes_and_contacts_and_no_draft(journal: Journal) -> None:
    contact = await journal.contact()
    note = await journal.draft(contact=contact["id"])
    kinds = {"kinds": ["Encounter", "Composition"]}
    before = (await journal.ok("line", "line", "POST", "/journal/summary/_search", kinds))["entries"]
    assert ([one["id"] for one in before["Encounter"]], before["Composition"]) == ([contact["id"]], [])
    path = f"/journal/Composition/{note['id']}/$sign"
    await journal.ok("lege-koman", "line", "POST", path, If_Match='"1"')
    after = (await journal.ok("line", "line", "POST", "/journal/summary/_search", kinds))["entries"]
    assert [(one["id"], one["signed"]["name"]) for one in after["Composition"]] == [
        (note["id"], "Magnar Koman")
    ]
    other = await journal.call("gry", "line", "POST", "/journal/summary/_search", kinds)
    assert code_of(other) == "403 not-own-data"
