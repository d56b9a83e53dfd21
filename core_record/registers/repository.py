"""The registers' SQL. Private to this feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from kit.ids import new_id

RESOLVE = "SELECT core_record.resolve_number(%s)"
ENSURE = "SELECT person_id, unregistered FROM core_record.ensure_person(%s, %s, %s, %s, %s)"


async def resolve(conn: AsyncConnection[Any], number_hash: bytes) -> UUID | None:
    """The person behind a keyed hash, or None."""
    row = await (await conn.execute(RESOLVE, (number_hash,))).fetchone()
    return row[0] if row else None


def resolve_sync(conn: Connection[Any], number_hash: bytes) -> UUID | None:
    """`resolve` for workers."""
    row = conn.execute(RESOLVE, (number_hash,)).fetchone()
    return row[0] if row else None


def ensure_sync(
    conn: Connection[Any], number_hash: bytes, kind: str, cipher: bytes, birth_date: date | None
) -> tuple[UUID, bool]:
    """The person behind a number, made if need be, and whether the registers do not know it."""
    row = conn.execute(ENSURE, (number_hash, kind, cipher, new_id(), birth_date)).fetchone()
    assert row is not None  # noqa: S101 - the function always answers one row
    return row[0], row[1]


def link_sync(conn: Connection[Any], person_id: UUID, number_hash: bytes, kind: str, cipher: bytes) -> bool:
    """Add another number to a person; False when it belongs to someone else."""
    row = conn.execute(
        "SELECT core_record.link_number(%s, %s, %s, %s)", (person_id, number_hash, kind, cipher)
    ).fetchone()
    return bool(row and row[0])


def keys_fit_sync(conn: Connection[Any], check_value: str) -> bool:
    """Whether the database was made with these keys."""
    row = conn.execute("SELECT core_record.check_keys(%s)", (check_value,)).fetchone()
    return bool(row and row[0])


async def keys_fit(conn: AsyncConnection[Any], check_value: str) -> bool:
    """Whether the database was made with these keys."""
    row = await (await conn.execute("SELECT core_record.check_keys(%s)", (check_value,))).fetchone()
    return bool(row and row[0])


class Table(NamedTuple):
    """A register table as the import sees it: its name, its key columns, and whether persons own the rows."""

    name: LiteralString
    key: tuple[LiteralString, ...]
    of_person: bool = False


def upsert(conn: Connection[Any], table: Table, row: Mapping[str, Any]) -> bool:
    """Write `row` if it differs from what is there, with a history row; True when something changed."""
    where = sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier(c), sql.Placeholder(c)) for c in table.key
    )
    columns = sql.SQL(", ").join(map(sql.Identifier, row))
    name = sql.Identifier("core_record", table.name)
    with conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(sql.SQL("SELECT {} FROM {} WHERE {}").format(columns, name, where), dict(row))
        before = found.fetchone()
    if before == dict(row):
        return False
    rest = [c for c in row if c not in table.key]
    action = (
        sql.SQL("UPDATE SET {}").format(
            sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in rest)
        )
        if rest
        else sql.SQL("NOTHING")
    )
    conn.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {}").format(
            name,
            columns,
            sql.SQL(", ").join(map(sql.Placeholder, row)),
            sql.SQL(", ").join(map(sql.Identifier, table.key)),
            action,
        ),
        dict(row),
    )
    _note_change(conn, table, before, row)
    return True


def _note_change(
    conn: Connection[Any], table: Table, before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> None:
    old = Jsonb(_plain(before)) if before is not None else None
    new = Jsonb(_plain(after))
    if table.of_person:
        conn.execute(
            "INSERT INTO core_record.person_change (person_id, change_id, register, before, after)"
            " VALUES (%s, %s, %s, %s, %s)",
            (after["person_id"], new_id(), table.name, old, new),
        )
        return
    key = "|".join(str(after[c]) for c in table.key)
    conn.execute(
        "INSERT INTO core_record.register_change (change_id, register, key, before, after)"
        " VALUES (%s, %s, %s, %s, %s)",
        (new_id(), table.name, key, old, new),
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v if v is None or isinstance(v, bool | int | str) else str(v) for k, v in row.items()}


def end_earlier_gp_lists(conn: Connection[Any], person_id: UUID, valid_from: date) -> int:
    """A person is on one list at a time: a list that began before `valid_from` ends the day before.

    Returns the number of lists ended; each leaves a history row.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        open_lists = cursor.execute(
            "SELECT * FROM core_record.gp_list WHERE person_id = %(person)s AND valid_from < %(day)s"
            " AND coalesce(valid_to, 'infinity') >= %(day)s",
            {"person": person_id, "day": valid_from},
        ).fetchall()
    table = Table("gp_list", ("person_id", "valid_from"), of_person=True)
    for row in open_lists:
        upsert(conn, table, {**row, "valid_to": valid_from - timedelta(days=1)})
    return len(open_lists)


def next_gp_list(conn: Connection[Any], person_id: UUID, valid_from: date) -> date | None:
    """The first day of the list that follows the one that begins on `valid_from`."""
    row = conn.execute(
        "SELECT min(valid_from) FROM core_record.gp_list WHERE person_id = %s AND valid_from > %s",
        (person_id, valid_from),
    ).fetchone()
    return row[0] if row else None


def gp_lists_with_name(conn: Connection[Any], person_id: UUID) -> Sequence[dict[str, Any]]:
    """The person's lists, oldest first, as entries of the projection `own_patient`."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            "SELECT g.org_number AS unit, g.hpr_number AS assignee, g.person_id, g.valid_from, g.valid_to,"
            " concat_ws(', ', p.family_name, p.given_name) AS search_name"
            " FROM core_record.gp_list g JOIN core_record.person p ON p.person_id = g.person_id"
            " WHERE g.person_id = %s ORDER BY g.valid_from",
            (person_id,),
        ).fetchall()


def put_own_patient(conn: Connection[Any], row: Mapping[str, Any]) -> None:
    """Bring one entry of the projection up to date; the transaction serves the entry's unit."""
    conn.execute(
        "INSERT INTO core_record.own_patient (unit, assignee, person_id, search_name, valid_from, valid_to)"
        " VALUES (%(unit)s, %(assignee)s, %(person_id)s, %(search_name)s, %(valid_from)s, %(valid_to)s)"
        " ON CONFLICT (unit, assignee, person_id) DO UPDATE SET search_name = excluded.search_name,"
        " valid_from = excluded.valid_from, valid_to = excluded.valid_to",
        dict(row),
    )
