"""The SQL of representation. Private to this feature."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.representation.facts import Fullmakt, Power, RepresentationFacts, Wanted

_FULLMAKTS = """
SELECT fullmakt_id, holder_id, holder_name, powers, valid_from, valid_to, given_at, ended_at, ended_by
FROM core_record.fullmakt WHERE person_id = %s ORDER BY given_at DESC, fullmakt_id
"""
_GIVE = """
INSERT INTO core_record.fullmakt
    (person_id, fullmakt_id, holder_id, holder_name, powers, valid_from, valid_to)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_END = """
UPDATE core_record.fullmakt SET ended_at = clock_timestamp(), ended_by = %s
WHERE person_id = %s AND fullmakt_id = %s AND ended_at IS NULL
"""


async def facts(
    conn: AsyncConnection[Any], person_id: UUID, actor_id: UUID, today: date
) -> RepresentationFacts:
    """What the registers and the person say of the actor; one round trip."""
    cursor = await conn.execute(
        "SELECT * FROM core_record.representation_facts(%s, %s, %s)", (person_id, actor_id, today)
    )
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - the function always answers one row
    said = RepresentationFacts(*row)
    return replace(said, powers=frozenset(map(Power, said.powers)))


async def candidates(conn: AsyncConnection[Any], actor_id: UUID) -> list[UUID]:
    """Whom the actor, whom the transaction serves, may be able to act for."""
    rows = await conn.execute(
        "SELECT DISTINCT represented_id FROM core_record.represented WHERE person_id = %s ORDER BY 1",
        (actor_id,),
    )
    return [found async for (found,) in rows]


async def fullmakts(conn: AsyncConnection[Any], person_id: UUID) -> list[Fullmakt]:
    """Every fullmakt the person has given, newest first, ended ones too."""
    async with conn.cursor(row_factory=class_row(Fullmakt)) as cursor:
        await cursor.execute(_FULLMAKTS, (person_id,))
        return await cursor.fetchall()


async def holder(
    conn: AsyncConnection[Any], number_hash: bytes, family_name: str, today: date
) -> tuple[UUID, str, date | None] | None:
    """Id, name and birth date of who has this number and this family name and may hold a fullmakt."""
    cursor = await conn.execute(
        "SELECT * FROM core_record.fullmakt_holder(%s, %s, %s)", (number_hash, family_name, today)
    )
    return await cursor.fetchone()


async def give(
    conn: AsyncConnection[Any], person_id: UUID, wanted: Wanted, holder_id: UUID, holder_name: str
) -> bool:
    """Write it; False when the giver has one with this id already."""
    powers = [str(power) for power in wanted.powers]
    row = (person_id, wanted.fullmakt_id, holder_id, holder_name, powers, wanted.valid_from, wanted.valid_to)
    return (await conn.execute(_GIVE, row)).rowcount == 1


async def end(conn: AsyncConnection[Any], person_id: UUID, fullmakt_id: UUID, by: str) -> bool:
    """End it from this moment; False when it has ended already."""
    return (await conn.execute(_END, (by, person_id, fullmakt_id))).rowcount == 1
