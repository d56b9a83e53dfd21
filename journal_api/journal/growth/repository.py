"""The SQL of growth references. Private to this feature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from journal_api.journal.growth.lms import Lms, Point

_TABLES = """
SELECT name, measure, sex, version, source, low, high, loaded_at FROM journal.growth_table
ORDER BY measure, sex, low
"""
_POINTS = """
SELECT t.name, t.measure, p.x, p.l, p.m, p.s FROM journal.growth_table t
JOIN journal.growth_point p ON p.measure = t.measure AND p.sex = t.sex AND p.name = t.name
WHERE t.sex = %s ORDER BY t.measure, t.low, p.x
"""
_OF_SEX = """
SELECT name, measure, sex, version, source, low, high, loaded_at FROM journal.growth_table WHERE sex = %s
ORDER BY measure, low
"""
_OVERLAPS = """
SELECT name FROM journal.growth_table
WHERE measure = %s AND sex = %s AND name <> %s AND low < %s AND high > %s LIMIT 1
"""
_INSERT = """
INSERT INTO journal.growth_table (name, measure, sex, version, source, low, high)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_INSERT_POINTS = """
INSERT INTO journal.growth_point (name, measure, sex, x, l, m, s)
SELECT %s, %s, %s, * FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])
"""
_REMOVE_POINTS = """
DELETE FROM journal.growth_point WHERE name = %s AND (%s::text IS NULL OR (measure = %s AND sex = %s))
"""
_REMOVE = """
DELETE FROM journal.growth_table WHERE name = %s AND (%s::text IS NULL OR (measure = %s AND sex = %s))
"""
_HOLD = "SELECT pg_advisory_xact_lock(hashtext('journal.growth_table'))"


class Table(msgspec.Struct, frozen=True):
    """One measure of one sex of a reference; `low` to `high` in days of age, or cm."""

    name: str
    measure: str
    sex: str
    version: str
    source: str
    low: float
    high: float
    loaded_at: datetime


def hold(conn: Connection[Any]) -> None:
    """Nobody else loads references until the transaction ends."""
    conn.execute(_HOLD)


def tables(conn: Connection[Any]) -> list[Table]:
    """Every table loaded."""
    with conn.cursor(row_factory=class_row(Table)) as cursor:
        return cursor.execute(_TABLES).fetchall()


def overlapping(
    conn: Connection[Any], name: str, measure: str, sex: str, points: Sequence[Point]
) -> str | None:
    """The name of another reference that covers some of the same ages (or lengths)."""
    values = (measure, sex, name, points[-1].x, points[0].x)
    row = conn.execute(_OVERLAPS, values).fetchone()
    return str(row[0]) if row else None


def store(
    conn: Connection[Any], key: tuple[str, str, str], version: str, source: str, points: Sequence[Point]
) -> None:
    """A table in place of the one with this name, measure and sex."""
    name, measure, sex = key
    remove(conn, name, measure, sex)
    conn.execute(_INSERT, (name, measure, sex, version, source, points[0].x, points[-1].x))
    columns = (
        [point.x for point in points],
        [point.at.l for point in points],
        [point.at.m for point in points],
        [point.at.s for point in points],
    )
    conn.execute(_INSERT_POINTS, (name, measure, sex, *columns))


def remove(conn: Connection[Any], name: str, measure: str | None = None, sex: str | None = None) -> int:
    """Take a reference out (all of it without a measure); how many tables."""
    values = (name, measure, measure, sex)
    conn.execute(_REMOVE_POINTS, values)
    return conn.execute(_REMOVE, values).rowcount


async def of_sex(conn: AsyncConnection[Any], sex: str) -> list[tuple[Table, list[Point]]]:
    """The tables of a sex with their rows, by measure and age."""
    async with conn.cursor(row_factory=class_row(Table)) as cursor:
        await cursor.execute(_OF_SEX, (sex,))
        found = await cursor.fetchall()
    if not found:
        return []
    rows: dict[tuple[str, str], list[Point]] = {(one.name, one.measure): [] for one in found}
    for name, measure, x, power, median, spread in await (await conn.execute(_POINTS, (sex,))).fetchall():
        rows[(name, measure)].append(Point(x, Lms(power, median, spread)))
    return [(one, rows[(one.name, one.measure)]) for one in found]
