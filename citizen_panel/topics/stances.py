"""Stances: one a member on each proposal or meeting, and numbers that tell nobody apart."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.consultations.anonymity import Shown, concluded, digest, stepped
from citizen_panel.rows import rows_of
from kit.keys import KeyRing

Connection = AsyncConnection[Any]


async def choose(conn: Connection, member_id: UUID, subject: UUID, stance: str | None) -> None:
    """Keep a member's stance, or take it back; the transaction must serve that member."""
    if stance is None:
        await conn.execute(
            "DELETE FROM panel.stance WHERE member_id = %s AND subject_id = %s", (member_id, subject)
        )
        return
    await conn.execute(
        "INSERT INTO panel.stance (member_id, subject_id, stance) VALUES (%s, %s, %s)"
        " ON CONFLICT (member_id, subject_id) DO UPDATE SET stance = excluded.stance",
        (member_id, subject, stance),
    )


async def chosen(conn: Connection, member_id: UUID) -> dict[UUID, str]:
    """A member's stances: subject → stance; the transaction must serve that member."""
    rows = await rows_of(
        conn, "SELECT subject_id, stance FROM panel.stance WHERE member_id = %s", (member_id,)
    )
    return {row["subject_id"]: row["stance"] for row in rows}


async def shown(conn: Connection, subject: UUID) -> Shown:
    """What is shown: `shown` (stance → members, or None), `shown_at`, `final`."""
    rows = await rows_of(
        conn, "SELECT shown, shown_at, final FROM panel.stance_result WHERE subject_id = %s", (subject,)
    )
    return rows[0] if rows else {"shown": None, "shown_at": None, "final": False}


async def count(conn: Connection, keys: KeyRing, subject: UUID, *, final: bool = False) -> None:
    """Let the numbers take the step they may take; with `final` the last one."""
    await conn.execute(
        "INSERT INTO panel.stance_result (subject_id) VALUES (%s) ON CONFLICT DO NOTHING", (subject,)
    )
    statement = (
        "SELECT shown, shown_from, waiting, waiting_from, final FROM panel.stance_result"
        " WHERE subject_id = %s FOR UPDATE"
    )
    before = (await rows_of(conn, statement, (subject,)))[0]
    if before["final"]:
        return
    rows = await rows_of(conn, "SELECT member_id, stance FROM panel.stances(%s)", (subject,))
    now = {str(row["member_id"]): row["stance"] for row in rows}
    digests = {member: digest(keys, subject, member, stance) for member, stance in now.items()}
    after = (concluded if final else stepped)(before, digests, lambda: dict(Counter(now.values())))
    if after != before:
        await _keep(conn, subject, after)


async def _keep(conn: Connection, subject: UUID, row: Shown) -> None:
    await conn.execute(
        "UPDATE panel.stance_result SET shown = %(shown)s, shown_from = %(shown_from)s, waiting ="
        " %(waiting)s,"
        " waiting_from = %(waiting_from)s, final = %(final)s, shown_at = CASE WHEN shown IS DISTINCT FROM"
        " %(shown)s::jsonb THEN clock_timestamp() ELSE shown_at END WHERE subject_id = %(subject)s",
        {
            "subject": subject,
            "final": row["final"],
            **{
                name: None if row[name] is None else Jsonb(row[name])
                for name in ("shown", "shown_from", "waiting", "waiting_from")
            },
        },
    )
