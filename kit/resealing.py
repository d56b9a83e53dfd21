"""Encrypting anew what an older version of a key encrypted, so that the old version can be taken out of use.

Safe to repeat and to interrupt: a row is rewritten in one statement, found by the version in its first byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from kit.db import set_person_sync
from kit.keys import KeyProblem, KeyRing, Purpose

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of ciphertexts. `bound` makes from the values of `names` what a ciphertext is bound to.

    `key` names a row; `walled`: rows are seen in a transaction that serves their `person_id` alone.
    """

    purpose: Purpose
    table: str
    column: str
    key: tuple[str, ...]
    names: tuple[str, ...]
    bound: Callable[..., bytes]
    walled: bool = False

    @property
    def name(self) -> str:
        """`schema.table.column`."""
        return f"{self.table}.{self.column}"


@dataclass(slots=True)
class Found:
    """Rows of one column: made anew, left under another version than the newest, and of these unreadable."""

    column: Sealed
    renewed: int = 0
    left: int = 0
    unreadable: int = 0


def reseal(
    conn: Connection[Any], keys: KeyRing, columns: Iterable[Sealed], persons: Callable[[], Iterable[UUID]]
) -> Iterator[Found]:
    """Encrypt anew what is not under the newest version, column by column. `conn` is the owner's, autocommit.

    What cannot be read, or is locked by others, is left as it is.
    """
    for column in columns:
        found = Found(column)
        for scope in _scopes(conn, column, persons):
            _renew(conn, keys, column, found, scope)
        yield _count(conn, keys, column, persons, found)


def look_through(
    conn: Connection[Any], keys: KeyRing, columns: Iterable[Sealed], persons: Callable[[], Iterable[UUID]]
) -> Iterator[Found]:
    """Count what is left under older versions, and read every row; nothing is changed."""
    for column in columns:
        yield _count(conn, keys, column, persons, Found(column))


# A row that somebody holds is passed over, and counted as left: the command is repeated, and never waits.
_UNLOCKED = " FOR UPDATE SKIP LOCKED"
Scope = Callable[[], Any]


def _scopes(conn: Connection[Any], column: Sealed, persons: Callable[[], Iterable[UUID]]) -> Iterator[Scope]:
    """Transactions in which the column's rows are seen: one for each person where there is a wall."""
    if not column.walled:
        yield conn.transaction
        return
    for person in persons():

        @contextmanager
        def served(one: UUID = person) -> Iterator[None]:
            with conn.transaction():
                set_person_sync(conn, one)
                yield

        yield served


def _renew(conn: Connection[Any], keys: KeyRing, column: Sealed, found: Found, scope: Scope) -> None:
    version, last, more = keys.newest(column.purpose), None, True
    write = _statement(column, "UPDATE {table} SET {column} = %s WHERE ({key}) = ({values})")
    while more:
        with scope():
            rows = _rows(conn, column, last, "get_byte({column}, 0) <> %(version)s", version, _UNLOCKED)
            for key, cipher, values in rows:
                bound = column.bound(*values)
                try:
                    plain = keys.decrypt(column.purpose, cipher, bound)
                except KeyProblem:
                    continue  # counted afterwards
                conn.execute(write, (keys.encrypt(column.purpose, plain, bound), *key))
                found.renewed += 1
        last, more = (rows[-1][0] if rows else None), len(rows) == _BATCH


def _count(
    conn: Connection[Any],
    keys: KeyRing,
    column: Sealed,
    persons: Callable[[], Iterable[UUID]],
    found: Found,
) -> Found:
    version = keys.newest(column.purpose)
    for scope in _scopes(conn, column, persons):
        last, more = None, True
        while more:
            with scope():
                rows = _rows(conn, column, last, "true", version, "")
            for _, cipher, values in rows:
                found.left += cipher[0] != version
                try:
                    keys.decrypt(column.purpose, cipher, column.bound(*values))
                except KeyProblem:
                    found.unreadable += 1
            last, more = (rows[-1][0] if rows else None), len(rows) == _BATCH
    return found


Row = tuple[tuple[Any, ...], bytes, tuple[Any, ...]]


def _rows(
    conn: Connection[Any],
    column: Sealed,
    last: tuple[Any, ...] | None,
    condition: str,
    version: int,
    end: str,
) -> list[Row]:
    """The next rows after `last` by key: key, ciphertext, and what it is bound to."""
    after = " AND ({key}) > ({lasts})" if last else ""
    parts = ("SELECT {key}, {column}, {names} FROM {table} WHERE {column} IS NOT NULL AND ", condition, after)
    text = "".join((*parts, " ORDER BY {key} LIMIT %(batch)s", end))
    values = {"version": version, "batch": _BATCH} | {f"l{i}": one for i, one in enumerate(last or ())}
    found = conn.execute(_statement(column, text), values).fetchall()
    size = len(column.key)
    return [(row[:size], bytes(row[size]), row[size + 1 :]) for row in found]


def _statement(column: Sealed, text: str) -> sql.Composed:
    size = len(column.key)
    return sql.SQL(text).format(  # type: ignore[arg-type, unused-ignore]
        table=sql.Identifier(*column.table.split(".")),
        column=sql.Identifier(column.column),
        key=sql.SQL(", ").join(map(sql.Identifier, column.key)),
        names=sql.SQL(", ").join(map(sql.Identifier, column.names)),
        values=sql.SQL(", ").join([sql.Placeholder()] * size),
        lasts=sql.SQL(", ").join(sql.Placeholder(f"l{i}") for i in range(size)),
    )
