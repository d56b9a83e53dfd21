"""The registers' SQL. Private to this feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection, sql
from psycopg.rows import dict_row

from core_record.registers.changes import GP_LIST, Change, Origin, Table, upsert
from core_record.registers.periods import Period
from kit.ids import new_id

RESOLVE = "SELECT core_record.resolve_number(%s)"
ENSURE = "SELECT person_id, unregistered FROM core_record.ensure_person(%s, %s, %s, %s, %s)"

# Row by row, as the function sets whom the transaction serves; never sorted, which would put the last
# question after all persons were found.
ENSURE_MANY = """
SELECT t.number_hash, e.person_id, e.unregistered, core_record.is_reserved(e.person_id)
FROM unnest(%b::bytea[], %b::text[], %b::bytea[], %b::uuid[], %s::date[])
         AS t(number_hash, kind, cipher, new_id, birth_date),
     LATERAL core_record.ensure_person(t.number_hash, t.kind, t.cipher, t.new_id, t.birth_date) AS e
"""


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


def ensure_many_sync(
    conn: Connection[Any], numbers: Sequence[tuple[bytes, str, bytes, date | None]]
) -> dict[bytes, tuple[UUID, bool, bool]]:
    """By number hash: the person, whether the registers do not know it, whether it has reserved."""
    columns = [
        [row[0] for row in numbers],
        [row[1] for row in numbers],
        [row[2] for row in numbers],
        [new_id() for _ in numbers],
        [row[3] for row in numbers],
    ]
    with conn.cursor(binary=True) as cursor:
        return {row[0]: row[1:] for row in cursor.execute(ENSURE_MANY, columns)}


async def ensure(
    conn: AsyncConnection[Any], number_hash: bytes, kind: str, cipher: bytes, birth_date: date | None
) -> UUID:
    """`ensure_sync` for a request: the person alone."""
    row = await (await conn.execute(ENSURE, (number_hash, kind, cipher, new_id(), birth_date))).fetchone()
    assert row is not None  # noqa: S101 - the function always answers one row
    person_id: UUID = row[0]
    return person_id


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


def end_earlier_gp_lists(
    conn: Connection[Any], person_id: UUID, valid_from: date, origin: Origin
) -> list[Change]:
    """A person is on one list at a time: a list that began before `valid_from` ends the day before."""
    with conn.cursor(row_factory=dict_row) as cursor:
        open_lists = cursor.execute(
            "SELECT * FROM core_record.gp_list WHERE person_id = %(person)s AND valid_from < %(day)s"
            " AND coalesce(valid_to, 'infinity') >= %(day)s",
            {"person": person_id, "day": valid_from},
        ).fetchall()
    last_day = valid_from - timedelta(days=1)
    return [upsert(conn, GP_LIST, {**row, "valid_to": last_day}, origin) for row in open_lists]


def next_gp_list(conn: Connection[Any], person_id: UUID, valid_from: date) -> date | None:
    """The first day of the list that follows the one that begins on `valid_from`."""
    row = conn.execute(
        "SELECT min(valid_from) FROM core_record.gp_list WHERE person_id = %s AND valid_from > %s",
        (person_id, valid_from),
    ).fetchone()
    return row[0] if row else None


def periods(conn: Connection[Any], table: Table, whose: Mapping[str, Any], column: str) -> list[Period[Any]]:
    """The periods of one state of one person, oldest first; `whose` is the key without `valid_from`."""
    statement = sql.SQL("SELECT valid_from, valid_to, {} FROM {} WHERE {} ORDER BY valid_from").format(
        sql.Identifier(column),
        sql.Identifier("core_record", table.name),
        sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in whose
        ),
    )
    return [Period(*row) for row in conn.execute(statement, dict(whose)).fetchall()]


def organisation_known(conn: Connection[Any], org_number: str) -> bool:
    """Whether the register has the organisation."""
    statement = "SELECT EXISTS (SELECT 1 FROM core_record.organisation WHERE org_number = %s)"
    row = conn.execute(statement, (org_number,)).fetchone()
    return bool(row and row[0])


def her_id_owner(conn: Connection[Any], her_id: str) -> str | None:
    """The organisation that has a HER-id."""
    statement = "SELECT org_number FROM core_record.organisation WHERE her_id = %s"
    row = conn.execute(statement, (her_id,)).fetchone()
    return row[0] if row else None


def hpr_owner(conn: Connection[Any], hpr_number: str) -> UUID | None:
    """The health worker who has an HPR number."""
    statement = "SELECT personnel_id FROM core_record.personnel WHERE hpr_number = %s"
    row = conn.execute(statement, (hpr_number,)).fetchone()
    return row[0] if row else None


def is_personnel(conn: Connection[Any], personnel_id: UUID) -> bool:
    """Whether a person is in the register of personnel."""
    statement = "SELECT EXISTS (SELECT 1 FROM core_record.personnel WHERE personnel_id = %s)"
    row = conn.execute(statement, (personnel_id,)).fetchone()
    return bool(row and row[0])


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
