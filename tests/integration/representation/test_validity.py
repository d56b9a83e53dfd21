"""Protection and responsibility by the day: delivered ahead, ended, delivered anew; the day decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg import Connection

from core_record.registers.service import import_registers, register_file, resolve_person_sync
from core_record.representation.service import representation_facts
from kit.db import Database, set_person_sync
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.norway import today_in_norway
from tests.conftest import TestDatabase
from tests.integration.representation.test_representation import CHILD, banner, citizen

__all__ = ["citizen"]
pytestmark = pytest.mark.usefixtures("registers")
Citizen = Callable[..., httpx.AsyncClient]
MOTHER = "14908324057"
TODAY = today_in_norway()
DAY = timedelta(days=1)
PEOPLE = {
    CHILD: ("Mathias", "Nesheim", "2018-04-16"),
    MOTHER: ("Astrid", "Nesheim", "1983-10-14"),
    "12057900499": ("Gry", "Telokk", "1979-05-12"),
}


@pytest.fixture
def conn(postgres: TestDatabase) -> Iterator[Connection[Any]]:
    with psycopg.connect(postgres.dsn("akson_core"), autocommit=True) as made:
        yield made


@pytest.fixture
def protect(conn: Connection[Any], keys: KeyRing) -> Callable[..., dict[str, int]]:
    """Deliver a person's protection; the day is days from today, None: not told."""

    def deliver(
        number: str, level: str, since: int | None = None, until: int | None = None
    ) -> dict[str, int]:
        given, family, born = PEOPLE[number]
        entry = {
            "national_id": number, "given_name": given, "family_name": family, "birth_date": born,
            "municipality": "9901", "address_id": "fjordvik-3", "address_protection": level,
            "protected_from": _day(since), "protected_to": _day(until),
        }  # fmt: skip
        with conn.transaction():
            return dict(import_registers(conn, keys, register_file({"persons": [entry]})))

    return deliver


@pytest.fixture
def responsible(conn: Connection[Any], keys: KeyRing) -> Callable[..., None]:
    def deliver(parent: str, value: bool, since: int | None = None, until: int | None = None) -> None:
        entry = {
            "national_id": CHILD, "parent_id": parent, "responsibility": value,
            "valid_from": _day(since), "valid_to": _day(until),
        }  # fmt: skip
        with conn.transaction():
            import_registers(conn, keys, register_file({"parents": [entry]}))

    return deliver


def _day(offset: int | None) -> str | None:
    return None if offset is None else (TODAY + offset * DAY).isoformat()


def person(conn: Connection[Any], keys: KeyRing, number: str) -> UUID:
    found = resolve_person_sync(conn, keys, parse_national_id(number))
    assert found is not None
    return found


OPEN, CLOSED = (200, "Mathias"), (403, "representation-closed")
NOT_PARENT = (403, "not-own-data")


@pytest.mark.parametrize("who", [CHILD, MOTHER])
@pytest.mark.parametrize(
    ("since", "until", "answer"),
    [
        (1, None, OPEN),  # begins tomorrow
        (0, None, CLOSED),
        (-5, 0, CLOSED),  # today is the last day
        (-5, -1, OPEN),
        (0, 0, CLOSED),
        (None, None, CLOSED),
    ],
)
async def test_protection_closes_representation_in_its_days(
    citizen: Citizen,
    protect: Callable[..., Any],
    who: str,
    since: int | None,
    until: int | None,
    answer: tuple[int, str],
) -> None:
    protect(who, "confidential", since, until)
    assert await banner(citizen("forelder"), CHILD) == answer


@pytest.mark.parametrize(
    ("value", "since", "until", "answer"),
    [
        (True, 1, None, OPEN),  # said to begin tomorrow; what held before holds until then
        (False, 1, None, OPEN),
        (False, 0, None, NOT_PARENT),
        (False, None, None, NOT_PARENT),
        (False, -3, -1, NOT_PARENT),  # nothing is known of today
        (True, -10, -1, NOT_PARENT),  # it ended yesterday
        (True, -10, 0, OPEN),  # today is the last day
    ],
)
async def test_responsibility_holds_in_its_days(
    citizen: Citizen,
    responsible: Callable[..., None],
    value: bool,
    since: int | None,
    until: int | None,
    answer: tuple[int, str],
) -> None:
    responsible(MOTHER, value, since, until)
    assert await banner(citizen("forelder"), CHILD) == answer


async def test_responsibility_that_ended_and_came_back_is_three_periods_with_their_history(
    citizen: Citizen,
    responsible: Callable[..., None],
    conn: Connection[Any],
    keys: KeyRing,
) -> None:
    responsible(MOTHER, False, -100)
    responsible(MOTHER, True, -10)
    responsible(MOTHER, True, -10)  # the same delivery again
    assert await banner(citizen("forelder"), CHILD) == OPEN
    child, mother = person(conn, keys, CHILD), person(conn, keys, MOTHER)
    with conn.transaction():
        set_person_sync(conn, child)
        rows = conn.execute(
            "SELECT valid_from, valid_to, responsibility FROM core_record.person_parent"
            " WHERE parent_id = %s ORDER BY 1",
            (mother,),
        ).fetchall()
        changes = conn.execute(
            "SELECT count(*) FROM core_record.person_change WHERE register = 'person_parent'"
            " AND after ->> 'parent_id' = %s::text",
            (mother,),
        ).fetchone()
    assert rows == [
        (date.min, TODAY - 101 * DAY, True),
        (TODAY - 100 * DAY, TODAY - 11 * DAY, False),
        (TODAY - 10 * DAY, None, True),
    ]
    assert changes == (5,)  # three began, two were cut short


async def test_the_day_decides_also_for_days_to_come(
    core_db: Database,
    protect: Callable[..., Any],
    responsible: Callable[..., None],
    conn: Connection[Any],
    keys: KeyRing,
) -> None:
    protect(CHILD, "strictly_confidential", 10, 20)
    responsible(MOTHER, False, 30)
    child, mother = person(conn, keys, CHILD), person(conn, keys, MOTHER)
    found = {}
    for offset in (0, 9, 10, 20, 21, 29, 30):
        async with core_db.transaction(person=mother) as served:
            facts = await representation_facts(served, child, mother, TODAY + offset * DAY)
        found[offset] = (facts.person_protected, facts.responsible_parent)
    assert found == {
        0: (False, True),
        9: (False, True),
        10: (True, True),
        20: (True, True),
        21: (False, True),
        29: (False, True),
        30: (False, False),
    }


async def test_parents_are_closed_out_on_the_twelfth_birthday_whatever_the_period(
    citizen: Citizen,
    responsible: Callable[..., None],
    postgres: TestDatabase,
) -> None:
    responsible(MOTHER, True, -10, 3650)
    turns_twelve = TODAY.replace(year=TODAY.year - 12)
    for born, answer in ((turns_twelve + DAY, OPEN), (turns_twelve, (403, "closed-to-parents-from-12"))):
        with psycopg.connect(postgres.superuser_dsn) as superuser:
            superuser.execute(
                "UPDATE core_record.person SET birth_date = %s WHERE given_name = 'Mathias'", (born,)
            )
        assert await banner(citizen("forelder"), CHILD) == answer


async def test_an_undated_delivery_says_how_things_stand_today(
    protect: Callable[..., dict[str, int]], conn: Connection[Any], keys: KeyRing
) -> None:
    gry = "12057900499"
    assert "address_protection" not in protect(gry, "none")
    protect(gry, "confidential", -30)
    assert "address_protection" not in protect(gry, "confidential")
    protect(gry, "none")
    with conn.transaction():
        set_person_sync(conn, person(conn, keys, gry))
        rows = conn.execute(
            "SELECT valid_from, valid_to, level FROM core_record.address_protection ORDER BY 1"
        ).fetchall()
    assert rows == [(TODAY - 30 * DAY, TODAY - DAY, "confidential"), (TODAY, None, "none")]


async def test_the_banner_shows_protection_in_its_days(
    citizen: Citizen,
    protect: Callable[..., Any],
) -> None:
    async def shown() -> list[dict[str, Any]]:
        answer = await citizen("gry").post("/fhir/Person/_search")
        found = answer.json()["entry"][0]["resource"].get("extension", [])
        return [one["valueCode"] for one in found]

    protect("12057900499", "strictly_confidential", 1)
    assert await shown() == []
    protect("12057900499", "confidential", -3, 0)
    assert await shown() == ["confidential"]
