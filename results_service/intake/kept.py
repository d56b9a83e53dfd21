"""The SQL of originals and of the keys they lie under; every transaction serves the person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import TupleRow

from results_service.intake.models import Claim


def insert_person_key(conn: Connection[Any], person_id: UUID, wrapped: bytes) -> bytes:
    """Keep a person's wrapped data key unless there is one; the one that holds."""
    conn.execute(
        "INSERT INTO results.person_key (person_id, wrapped) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (person_id, wrapped),
    )
    held = find_person_key(conn, person_id)
    if held is None:
        raise LookupError("a person's key cannot be read where it was written: is akson.person set?")
    return held


def ask_person_key(conn: Connection[Any], person_id: UUID) -> Cursor[TupleRow]:
    """Ask for a person's wrapped data key; the cursor's one row holds it, where there is one."""
    cursor = conn.cursor(binary=True)
    return cursor.execute("SELECT wrapped FROM results.person_key WHERE person_id = %s", (person_id,))


def find_person_key(conn: Connection[Any], person_id: UUID) -> bytes | None:
    """A person's wrapped data key, in a transaction that serves the person."""
    row = ask_person_key(conn, person_id).fetchone()
    return bytes(row[0]) if row else None


def insert_original(conn: Connection[Any], person_id: UUID, claim: Claim, body: bytes) -> None:
    """Keep an original under its person; safe to repeat."""
    conn.execute(
        """
        INSERT INTO results.original (person_id, message_id, keep_until, body) VALUES (%s, %s, %s, %b)
        ON CONFLICT DO NOTHING
        """,
        (person_id, claim.id, claim.keep_until, body),
    )


def find_original(conn: Connection[Any], person_id: UUID, message_id: UUID) -> bytes | None:
    """An original as it is kept, in a transaction that serves the person."""
    row = conn.execute(
        "SELECT body FROM results.original WHERE person_id = %s AND message_id = %s",
        (person_id, message_id),
        binary=True,
    ).fetchone()
    return bytes(row[0]) if row else None
