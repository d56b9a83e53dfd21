"""The loaded codes in the database: written by `akson codes import`, read by the workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection, Connection

from results_service.codes.book import CodeInfo
from results_service.codes.equivalences import Equivalence, Origin, Place
from results_service.codes.systems import LOCAL

_COLUMNS = "system, code, name, field, grouping, unit, ucum, successor, valid_to"
_LOAD = f"SELECT {_COLUMNS} FROM results.code"  # noqa: S608
_NEWEST = "SELECT revision, complete FROM results.code_revision ORDER BY revision DESC LIMIT 1"
_ROW = (
    "origin, sender, system, code, unit, kind, to_system, to_code, to_unit, factor, added, decimals, source,"
    " valid_from"
)
_ROWS = f"SELECT {_ROW} FROM results.code_equivalence"  # noqa: S608


def store(conn: Connection[Any], infos: Iterable[CodeInfo]) -> int:
    """Insert or update; returns how many rows are new or differ from what was there."""
    with conn.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO results.code AS c ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
            " ON CONFLICT (system, code) DO UPDATE SET name = excluded.name, field = excluded.field,"
            " grouping = excluded.grouping, unit = excluded.unit, ucum = excluded.ucum,"
            " successor = excluded.successor, valid_to = excluded.valid_to"
            " WHERE (c.name, c.field, c.grouping, c.unit, c.ucum, c.successor, c.valid_to) IS DISTINCT FROM"
            " (excluded.name, excluded.field, excluded.grouping, excluded.unit, excluded.ucum,"
            " excluded.successor, excluded.valid_to)",
            [
                (i.system, i.code, i.name, i.field, i.group, i.unit, i.ucum, i.successor, i.valid_to)
                for i in infos
            ],
        )
        return cursor.rowcount


def codes_of(conn: Connection[Any], system: str) -> set[str]:
    """The loaded codes of one list."""
    return {code for (code,) in conn.execute("SELECT code FROM results.code WHERE system = %s", (system,))}


def add_revision(conn: Connection[Any], codes: int, *, complete: bool) -> None:
    """Tell the workers that there is something new; `complete`: the whole NLK is loaded."""
    conn.execute(
        "INSERT INTO results.code_revision (codes, complete) VALUES (%s, %s OR coalesce("
        "(SELECT bool_or(complete) FROM results.code_revision), false))",
        (codes, complete),
    )


def newest_revision(conn: Connection[Any]) -> tuple[int, bool]:
    """The newest import's number (0: none) and whether the whole NLK is loaded."""
    row = conn.execute(_NEWEST).fetchone()
    return (row[0], row[1]) if row else (0, False)


async def newest_revision_async(conn: AsyncConnection[Any]) -> tuple[int, bool]:
    """The same for the API."""
    row = await (await conn.execute(_NEWEST)).fetchone()
    return (row[0], row[1]) if row else (0, False)


def load(conn: Connection[Any]) -> list[CodeInfo]:
    """Every loaded code."""
    return [_info(row) for row in conn.execute(_LOAD)]


async def load_async(conn: AsyncConnection[Any]) -> list[CodeInfo]:
    """The same for the API."""
    return [_info(row) for row in await (await conn.execute(_LOAD)).fetchall()]


def _info(row: tuple[Any, ...]) -> CodeInfo:
    system, code, name, field, grouping, unit, ucum, successor, valid_to = row
    return CodeInfo(system, code, name, field, grouping, unit, ucum, successor, valid_to)


def replace_equivalences(conn: Connection[Any], origin: Origin, rows: list[Equivalence]) -> int:
    """Make `rows` all that there is of an origin; returns how many rows are new, other or gone."""
    before = set(conn.execute(_ROWS + " WHERE origin = %s", (origin,)).fetchall())
    after = {_values(row) for row in rows}
    if before == after:
        return 0
    conn.execute("DELETE FROM results.code_equivalence WHERE origin = %s", (origin,))
    with conn.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO results.code_equivalence ({_ROW}) VALUES ({', '.join(['%s'] * 14)})",  # noqa: S608
            sorted(after, key=str),
        )
    return len(before ^ after)


def load_equivalences(conn: Connection[Any]) -> list[Equivalence]:
    """Every loaded row."""
    return [_equivalence(row) for row in conn.execute(_ROWS)]


async def load_equivalences_async(conn: AsyncConnection[Any]) -> list[Equivalence]:
    """The same for the API."""
    return [_equivalence(row) for row in await (await conn.execute(_ROWS)).fetchall()]


def _values(row: Equivalence) -> tuple[Any, ...]:
    end = row.end or Place("", "")
    return (
        *(row.origin, row.start.sender, row.start.system, row.start.code, row.start.unit, row.kind),
        *(end.system, end.code, end.unit, row.factor, row.added, row.decimals, row.source, row.valid_from),
    )


def _equivalence(row: tuple[Any, ...]) -> Equivalence:
    origin, sender, system, code, unit, kind, to_system, to_code, to_unit, *rest = row
    factor, added, decimals, source, valid_from = rest
    # A local code leads to one of the same sender, or to a national one, which belongs to nobody.
    to_sender = sender if to_system == LOCAL else ""
    end = Place(to_system, to_code, to_unit, to_sender) if to_code else None
    start = Place(system, code, unit, sender)
    return Equivalence(origin, start, kind, end, source, factor, added, decimals, valid_from)
