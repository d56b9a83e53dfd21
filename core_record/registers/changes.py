"""Writing a register row: only when it differs, and never without a row of history beside it.

Synchronous for imports, asynchronous for requests; the statements are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from kit.ids import new_id

Row = Mapping[str, Any]


class Table(NamedTuple):
    """A register table: its name, its key columns, and whether persons own the rows."""

    name: LiteralString
    key: tuple[LiteralString, ...]
    of_person: bool = False


PERSONNEL = Table("personnel", ("personnel_id",))
EMPLOYMENT = Table("employment", ("personnel_id", "org_number", "role", "valid_from"))
GP_LIST = Table("gp_list", ("person_id", "valid_from"), of_person=True)
SUBSTITUTE = Table("gp_substitute", ("hpr_number", "substitute_hpr", "valid_from"))


class Change(StrEnum):
    """What a write did; a row whose validity was cut short or closed is `ended`."""

    NONE = "unchanged"
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Why a row changed: an import, or an administrator or operator with a reason."""

    source: str = "import"
    import_id: UUID | None = None
    actor_hash: bytes | None = None
    actor_name: str | None = None
    organisation: str | None = None
    reason: str | None = None


IMPORT = Origin()


def upsert(conn: Connection[Any], table: Table, row: Row, origin: Origin = IMPORT) -> Change:
    """Write `row` where it differs from what is there, with its history."""
    found, write = _statements(table, tuple(row))
    with conn.cursor(row_factory=dict_row) as cursor:
        before = cursor.execute(found, dict(row)).fetchone()
    if before == dict(row):
        return Change.NONE
    conn.execute(write, dict(row))
    conn.execute(*_history(table, before, row, origin))
    return _kind(before, row)


async def upsert_async(conn: AsyncConnection[Any], table: Table, row: Row, origin: Origin) -> Change:
    """The same for a request; two who write the same row wait for each other."""
    key = "|".join((table.name, *(str(row[c]) for c in table.key)))
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key,))
    found, write = _statements(table, tuple(row))
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(found, dict(row))
        before = await cursor.fetchone()
    if before == dict(row):
        return Change.NONE
    await conn.execute(write, dict(row))
    await conn.execute(*_history(table, before, row, origin))
    return _kind(before, row)


@lru_cache(maxsize=128)
def _statements(table: Table, names: tuple[str, ...]) -> tuple[sql.Composed, sql.Composed]:
    """What finds the row, and what writes it."""
    where = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(c), sql.Placeholder(c)) for c in table.key
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    name = sql.Identifier("core_record", table.name)
    rest = [c for c in names if c not in table.key]
    update = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in rest)
    write = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
        name,
        columns,
        sql.SQL(", ").join(map(sql.Placeholder, names)),
        sql.SQL(", ").join(map(sql.Identifier, table.key)),
        sql.SQL("UPDATE SET {}").format(update) if rest else sql.SQL("NOTHING"),
    )
    return sql.SQL("SELECT {} FROM {} WHERE {}").format(columns, name, where), write


def _kind(before: Row | None, after: Row) -> Change:
    if before is None:
        return Change.ADDED
    was, now = before.get("valid_to"), after.get("valid_to")
    same = {k: v for k, v in before.items() if k != "valid_to"} == {
        k: v for k, v in after.items() if k != "valid_to"
    }
    return Change.ENDED if same and now is not None and now < (was or date.max) else Change.CHANGED


_PERSON_HISTORY = sql.SQL(
    "INSERT INTO core_record.person_change (person_id, change_id, register, before, after, source, import_id,"
    " actor_hash, actor_name, organisation, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_REGISTER_HISTORY = sql.SQL(
    "INSERT INTO core_record.register_change (key, change_id, register, before, after, source, import_id,"
    " actor_hash, actor_name, organisation, reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def _history(table: Table, before: Row | None, after: Row, origin: Origin) -> tuple[sql.SQL, tuple[Any, ...]]:
    rest = (
        new_id(),
        table.name,
        Jsonb(_plain(before)) if before is not None else None,
        Jsonb(_plain(after)),
        origin.source,
        origin.import_id,
        origin.actor_hash,
        origin.actor_name,
        origin.organisation,
        origin.reason,
    )
    if table.of_person:
        return _PERSON_HISTORY, (after["person_id"], *rest)
    return _REGISTER_HISTORY, ("|".join(str(after[c]) for c in table.key), *rest)


def _plain(row: Row) -> dict[str, Any]:
    return {k: v if v is None or isinstance(v, bool | int | str | list) else str(v) for k, v in row.items()}
