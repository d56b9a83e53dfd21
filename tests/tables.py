"""Emptying the tables between tests, and bringing back what the same fixture made before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from kit.migrate import SCHEMAS

Connection = psycopg.Connection[Any]
_BLOATED = 128 * 1024
"""Bytes of a table from which its dead rows are worth removing."""


class Tables:
    """The product's tables as the superuser sees them, with triggers and foreign keys at rest."""

    def __init__(self, superuser_dsn: str) -> None:
        self._dsn = superuser_dsn
        self._kept: dict[str, dict[str, bytes]] = {}

    def empty(self) -> None:
        """Delete every row (the access log's too, which refuses it of everybody else).

        DELETE, not TRUNCATE: that one cascades to hundreds of empty partitions, which takes half a second.
        """
        with self._connected() as conn:
            sizes = _filled(conn)
            for table in sizes:
                conn.execute(sql.SQL("DELETE FROM {}").format(sql.SQL(table)))
            for table, size in sizes.items():
                if size > _BLOATED:
                    conn.execute(sql.SQL("VACUUM {}").format(sql.SQL(table)))

    def fill(self, name: str, make: Callable[[], object]) -> None:
        """Into empty tables: what `make` writes; made once, and copied in again each time after."""
        if name in self._kept:
            self._bring_back(self._kept[name])
            return
        make()
        with self._connected() as conn:
            kept = {table: _copy_out(conn, table) for table in _filled(conn)}
        self._kept[name] = {table: rows for table, rows in kept.items() if rows}

    def _bring_back(self, kept: dict[str, bytes]) -> None:
        with self._connected() as conn, conn.transaction():
            for table, rows in kept.items():
                with conn.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.SQL(table))) as copy:
                    copy.write(rows)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with psycopg.connect(self._dsn, autocommit=True) as conn:
            conn.execute("SET session_replication_role = replica")
            yield conn


def _filled(conn: Connection) -> dict[str, int]:
    """Tables that may hold something, and their bytes."""
    found = conn.execute(
        "SELECT oid::regclass::text, pg_relation_size(oid) FROM pg_class"
        " WHERE relnamespace = ANY(%s::regnamespace[]) AND relkind = 'r'"
        " AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0",
        (list(SCHEMAS.values()),),
    )
    return dict(found.fetchall())


def _copy_out(conn: Connection, table: str) -> bytes:
    with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.SQL(table))) as copy:
        return b"".join(bytes(part) for part in copy)
