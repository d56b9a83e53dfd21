"""The loaded codes in the database: written by `akson codes import`, read by the workers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from results_service.codes.book import CodeInfo

_COLUMNS = "system, code, name, field, grouping, unit, ucum, successor, valid_to"


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


def add_revision(conn: Connection[Any], codes: int, *, complete: bool) -> None:
    """Tell the workers that there is something new; `complete`: the whole NLK is loaded."""
    conn.execute(
        "INSERT INTO results.code_revision (codes, complete) VALUES (%s, %s OR coalesce("
        "(SELECT bool_or(complete) FROM results.code_revision), false))",
        (codes, complete),
    )


def newest_revision(conn: Connection[Any]) -> tuple[int, bool]:
    """The newest import's number (0: none) and whether the whole NLK is loaded."""
    row = conn.execute(
        "SELECT revision, complete FROM results.code_revision ORDER BY revision DESC LIMIT 1"
    ).fetchone()
    return (row[0], row[1]) if row else (0, False)


def load(conn: Connection[Any]) -> list[CodeInfo]:
    """Every loaded code."""
    return [
        CodeInfo(system, code, name, field, group, unit, ucum, successor, valid_to)
        for system, code, name, field, group, unit, ucum, successor, valid_to in conn.execute(
            f"SELECT {_COLUMNS} FROM results.code"  # noqa: S608
        )
    ]
