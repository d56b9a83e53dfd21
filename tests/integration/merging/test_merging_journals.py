"""A merged journal is the union of the two: each row of each table is one person's, and no more."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from core_record.registers.service import resolve_person_sync
from kit.db import Database
from kit.errors import AksonError
from kit.keys import KeyRing
from tests.integration.core_record.conftest import registers
from tests.integration.merging.test_merging import OTHER, STAYS, db, merge, root

__all__ = ["db", "registers", "root"]
UNITS = ("313900541", "313900878", "313900762")
KINDS = ("Wish", "Composition", "MedicationStatement", "Encounter")
ENTRY = """
INSERT INTO journal.entry (person_id, entry_id, kind, version, state, at, contact_id, org_number, made_by,
    made_name, changed_by, changed_name, content_hash, body)
VALUES (%s, %s, %s, %s, 'active', now() - random() * interval '9 years', %s, %s, gen_random_uuid(), 'N',
    gen_random_uuid(), 'N', %s, %s)
"""
VERSION = """
INSERT INTO journal.entry_version (person_id, entry_id, version, org_number, state, at, changed_by,
    changed_name, body) VALUES (%s, %s, %s, %s, 'active', now(), gen_random_uuid(), 'N', %s)
"""
ITEM = """
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, open)
VALUES (%s, gen_random_uuid(), %s, 'contact', 'planned', now(), %s)
"""
IMPORT = """
INSERT INTO journal.import (person_id, import_id, digest, by_id, by_name, unit, counts)
VALUES (%s, gen_random_uuid(), %s, gen_random_uuid(), 'N', '313900541', '{}')
"""
CONTENT = """
INSERT INTO journal.document_content (person_id, entry_id, org_number, key_id, key, content_type, bytes,
    digest, scan, body)
VALUES (%s, gen_random_uuid(), '313900541', gen_random_uuid(), %s, 'image/png', 9, %s, 'clean', %s)
"""
MOVED = """
INSERT INTO journal.moved (person_id, move_id, entry_id, direction, kind, written, by_id, by_name, org_number)
VALUES (%s, gen_random_uuid(), gen_random_uuid(), 'away', 'Wish', now(), gen_random_uuid(), 'N', '313900541')
"""


def person(root: Connection[Any], keys: KeyRing, number: Any) -> UUID:
    found = resolve_person_sync(root, keys, number)
    assert found is not None
    return found


def fill(root: Connection[Any], chance: random.Random, person_id: UUID) -> None:
    """A journal by chance."""
    contact = None
    for _ in range(chance.randint(1, 12)):
        entry_id = UUID(int=chance.getrandbits(128), version=4)
        version, unit, kind = chance.randint(1, 3), chance.choice(UNITS), chance.choice(KINDS)
        body = Jsonb({"text": "æøå \u2028 " + str(chance.random()), "n": [1.5, None]})
        digest = chance.randbytes(32)
        values = (person_id, entry_id, kind, version, contact, unit, digest, body)
        root.execute(ENTRY.encode(), values)
        for former in range(1, version):
            root.execute(VERSION.encode(), (person_id, entry_id, former, unit, body))
        contact = entry_id if kind == "Encounter" else contact
    for _ in range(chance.randint(0, 4)):
        root.execute(ITEM.encode(), (chance.choice(UNITS), person_id, chance.random() < 0.5))
    for _ in range(chance.randint(0, 2)):
        content = (person_id, *(chance.randbytes(size) for size in (60, 32, 5000)))
        root.execute(CONTENT.encode(), content)
    if chance.random() < 0.5:
        root.execute(IMPORT.encode(), (person_id, chance.randbytes(32)))
        root.execute(MOVED.encode(), (person_id,))


def tables(root: Connection[Any]) -> list[str]:
    found = root.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'journal'"
        " AND column_name = 'person_id' ORDER BY 1"
    )
    return [name for (name,) in found.fetchall()]


def rows(root: Connection[Any], as_person: UUID) -> dict[str, list[str]]:
    """All rows of the journal as text, whoever's they are, as if they were this person's."""
    return {
        table: sorted(
            text
            for (text,) in root.execute(
                psycopg.sql.SQL(
                    "SELECT (to_jsonb(t) || jsonb_build_object('person_id', %s::text))::text"
                    " FROM journal.{} t"
                ).format(psycopg.sql.Identifier(table)),
                (str(as_person),),
            ).fetchall()
        )
        for table in tables(root)
    }


def left_with(root: Connection[Any], person_id: UUID) -> list[str]:
    statement = "SELECT count(*) FROM journal.{} WHERE person_id = %s"
    return [
        table
        for table in tables(root)
        if root.execute(
            psycopg.sql.SQL(statement).format(psycopg.sql.Identifier(table)), (person_id,)
        ).fetchone()
        != (0,)
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_a_merged_journal_is_the_union_of_the_two(
    root: Connection[Any], db: Database, keys: KeyRing, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice
    goes, stays = person(root, keys, OTHER), person(root, keys, STAYS)
    fill(root, chance, goes)
    if seed % 4:
        fill(root, chance, stays)
    before = rows(root, stays)
    count = len(before["entry"])
    assert count
    moved = await merge(db, keys)
    assert rows(root, stays) == before
    assert left_with(root, goes) == []
    assert moved["journal.entry"] <= count
    assert await merge(db, keys) == {}
    assert rows(root, stays) == before


async def test_given_the_same_entry_in_both_then_nothing_is_merged(
    root: Connection[Any], db: Database, keys: KeyRing
) -> None:
    goes, stays = person(root, keys, OTHER), person(root, keys, STAYS)
    same = UUID(int=7, version=4)
    for person_id in (goes, stays):
        root.execute(
            ENTRY.encode(), (person_id, same, "Wish", 1, None, UNITS[0], b"", Jsonb({"of": str(person_id)}))
        )
    with pytest.raises(AksonError) as refused:
        await merge(db, keys)
    assert refused.value.code == "merge-conflict"
    assert sorted(left_with(root, goes)) == sorted(left_with(root, stays)) == ["entry"]
