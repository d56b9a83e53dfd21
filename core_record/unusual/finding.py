"""The periodic look through what was sealed since: visits by health personnel that a rule finds unusual.

As `akson_housekeeping`: it walks sealed rows by their ids alone, and reads a row, a name or an address only
in a transaction that serves that one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.unusual.rules import Visit, reasons
from kit.db import Database, set_person, set_unit
from kit.ids import new_id
from kit.norway import OSLO

_NEXT = """
SELECT min(h.number) FROM core_record.log_head h
WHERE h.number > coalesce((SELECT head FROM core_record.unusual_position), 0)
"""
_SEALED = "SELECT person_id, array_agg(seq) FROM core_record.sealed_row WHERE head = %s GROUP BY person_id"
_DONE = """
INSERT INTO core_record.unusual_position (head) VALUES (%s)
ON CONFLICT (only_row) DO UPDATE SET head = greatest(unusual_position.head, excluded.head)
"""
_ROWS = """
SELECT l.at, l.actor_hash, l.organisation, l.place, l.relation FROM core_record.access_log l
WHERE l.person_id = %s AND l.seq = ANY(%s) AND l.actor_kind = 'clinician' AND l.outcome = 'permitted'
    AND l.relation <> 'operator' AND l.relation <> 'follow-up' AND l.organisation IS NOT NULL ORDER BY l.seq
"""
_FACTS = """
SELECT p.family_name, p.address_id, s.family_name, o.kind, EXISTS (
    SELECT 1 FROM core_record.employment e WHERE e.personnel_id = %(person)s
    AND e.org_number IN (%(organisation)s, %(place)s)
    AND %(day)s::date BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity'))
FROM (SELECT 1) one
LEFT JOIN core_record.person p ON p.person_id = %(person)s
LEFT JOIN core_record.personnel s ON s.personnel_id = %(actor)s
LEFT JOIN core_record.organisation o ON o.org_number = coalesce(%(place)s, %(organisation)s)
"""
_ADDRESS = "SELECT address_id FROM core_record.person WHERE person_id = %s"
_ACTIVITY = "INSERT INTO core_record.actor_activity VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
_COUNT = "SELECT count(*) FROM core_record.actor_activity WHERE unit = %s AND actor_hash = %s AND hour = %s"
_ENTER = """
INSERT INTO core_record.unusual_access
    (unit, entry_id, person_id, actor_hash, personnel_id, hour, first_at, reasons)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (unit, person_id, actor_hash, hour) DO UPDATE SET reasons = (
    SELECT array_agg(DISTINCT r) FROM unnest(unusual_access.reasons || excluded.reasons) AS u (r))
"""


@dataclass(slots=True)
class _Looks:
    """One actor's rows of one person within an hour, for one unit."""

    first_at: datetime
    place: str | None
    relations: set[str] = field(default_factory=set)

    @property
    def relation(self) -> str:
        """Self-declared where any of the looks was."""
        return "self-declared" if "self-declared" in self.relations else min(self.relations)


async def find(db: Database) -> bool:
    """Look through the next sealed head; False when there was none. Safe to repeat."""
    async with db.transaction() as conn:
        row = await (await conn.execute(_NEXT)).fetchone()
        if row is None or row[0] is None:
            return False
        head: int = row[0]
        persons = await (await conn.execute(_SEALED, (head,))).fetchall()
    for person_id, seqs in persons:
        async with db.transaction() as conn:
            await _person(conn, person_id, seqs)
    async with db.transaction() as conn:
        await conn.execute(_DONE, (head,))
    return True


async def _person(conn: AsyncConnection[Any], person_id: UUID, seqs: list[int]) -> None:
    await set_person(conn, person_id)
    rows = await (await conn.execute(_ROWS, (person_id, seqs))).fetchall()
    for (actor_hash, unit, hour), looks in _visits(rows).items():
        await set_person(conn, person_id)
        await _visit(conn, person_id, actor_hash, unit, hour, looks)


def _visits(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[bytes, str, datetime], _Looks]:
    visits: dict[tuple[bytes, str, datetime], _Looks] = {}
    for at, actor_hash, organisation, place, relation in rows:
        hour = at.replace(minute=0, second=0, microsecond=0)
        looks = visits.setdefault((bytes(actor_hash), organisation, hour), _Looks(at, place))
        looks.relations.add(relation)
    return visits


async def _visit(
    conn: AsyncConnection[Any], person_id: UUID, actor_hash: bytes, unit: str, hour: datetime, looks: _Looks
) -> None:
    actor_id = await _one(conn, "SELECT core_record.resolve_number(%s)", (actor_hash,))
    values = {
        "person": person_id,
        "actor": actor_id,
        "organisation": unit,
        "place": looks.place,
        "day": looks.first_at.astimezone(OSLO).date(),
    }
    facts = await (await conn.execute(_FACTS, values)).fetchone()
    assert facts is not None  # noqa: S101 - always one row
    surname, address, actor_surname, place_kind, colleague = facts
    actor_address = None
    if actor_id is not None:
        await set_person(conn, actor_id)
        actor_address = await _one(conn, _ADDRESS, (actor_id,))
    await set_unit(conn, unit)
    own = actor_id == person_id
    visit = Visit(
        first_at=looks.first_at,
        own=own,
        colleague=bool(colleague) and not own,
        relation=looks.relation,
        surname=surname,
        actor_surname=actor_surname,
        address=address,
        actor_address=actor_address,
        place_kind=place_kind,
        persons_in_hour=await _activity(conn, unit, actor_hash, hour, person_id),
    )
    if found := reasons(visit):
        entry = (unit, new_id(), person_id, actor_hash, actor_id, hour, looks.first_at, found)
        await conn.execute(_ENTER, entry)


async def _activity(
    conn: AsyncConnection[Any], unit: str, actor_hash: bytes, hour: datetime, person_id: UUID
) -> int:
    """How many persons the actor has looked at within the hour, this one included."""
    await conn.execute(_ACTIVITY, (unit, actor_hash, hour, person_id))
    return int(await _one(conn, _COUNT, (unit, actor_hash, hour)) or 0)


async def _one(conn: AsyncConnection[Any], statement: str, values: tuple[Any, ...]) -> Any:
    row = await (await conn.execute(statement.encode(), values)).fetchone()
    return row[0] if row else None
