"""Statements on panels, members and draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.panels.models import Panel, PanelChange, PublicDraw
from citizen_panel.rows import rows_of

Connection = AsyncConnection[Any]
_PANEL = (
    "SELECT panel_id AS id, kind, recruitment, name, about, terms, terms_version, targets, version, call,"
    " call_until FROM panel.panel"
)


async def panels(conn: Connection) -> list[Panel]:
    """All panels, the oldest first."""
    return msgspec.convert(await rows_of(conn, f"{_PANEL} ORDER BY made_at", ()), list[Panel])


async def panel(conn: Connection, panel_id: UUID, *, lock: bool = False) -> Panel | None:
    """One panel; with `lock` nobody changes it until commit."""
    statement = f"{_PANEL} WHERE panel_id = %s" + (" FOR UPDATE" if lock else "")
    rows = await rows_of(conn, statement, (panel_id,))
    return msgspec.convert(rows[0], Panel) if rows else None


async def change(conn: Connection, panel_id: UUID, wanted: PanelChange) -> None:
    """Write a panel anew; other terms are the next version of them."""
    texts = {name: Jsonb(getattr(wanted, name)) for name in ("name", "about", "terms", "targets", "call")}
    await conn.execute(
        "UPDATE panel.panel SET terms_version = terms_version + (terms <> %(terms)s)::integer, name ="
        " %(name)s,"
        " about = %(about)s, terms = %(terms)s, targets = %(targets)s, call = %(call)s,"
        " call_until = %(until)s, version = version + 1 WHERE panel_id = %(id)s",
        {**texts, "until": wanted.call_until, "id": panel_id},
    )


async def members(conn: Connection, panel_id: UUID) -> list[dict[str, Any]]:
    """Everybody in a panel, sealed names too, the latest to join first."""
    return await rows_of(
        conn,
        "SELECT member_id, alias, state, joined_at, identity, terms_version FROM panel.member"
        " WHERE panel_id = %s ORDER BY joined_at DESC",
        (panel_id,),
    )


async def membership(conn: Connection, panel_id: UUID, identity_hash: bytes) -> dict[str, Any] | None:
    """member_id, alias, state, traits, joined_at, terms_version of one person in one panel."""
    rows = await rows_of(
        conn,
        "SELECT member_id, alias, state, traits, joined_at, terms_version FROM panel.member"
        " WHERE panel_id = %s AND identity_hash = %s",
        (panel_id, identity_hash),
    )
    return rows[0] if rows else None


async def join(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Add a member; joining again brings terms and traits in line. False when the alias is taken."""
    done = await conn.execute(
        "INSERT INTO panel.member (member_id, panel_id, identity_hash, state, alias, identity, traits,"
        " terms_version) VALUES (%(member_id)s, %(panel_id)s, %(identity_hash)s, %(state)s, %(alias)s,"
        " %(identity)s, %(traits)s, %(terms_version)s) ON CONFLICT DO NOTHING",
        {**row, "traits": Jsonb(row["traits"])},
    )
    if done.rowcount:
        return True
    changed = await conn.execute(
        "UPDATE panel.member SET traits = %(traits)s, terms_version = %(terms_version)s"
        " WHERE panel_id = %(panel_id)s AND identity_hash = %(identity_hash)s",
        {**row, "traits": Jsonb(row["traits"])},
    )
    return changed.rowcount == 1


async def leave(conn: Connection, panel_id: UUID, identity_hash: bytes) -> bool:
    """Delete a member and everything answered."""
    done = await conn.execute(
        "DELETE FROM panel.member WHERE panel_id = %s AND identity_hash = %s", (panel_id, identity_hash)
    )
    return done.rowcount == 1


async def volunteers(conn: Connection, panel_id: UUID) -> list[tuple[UUID, dict[str, str]]]:
    """Who may be drawn: id and traits; locked until commit, so that nobody joins or leaves meanwhile."""
    found = await conn.execute(
        "SELECT member_id, traits FROM panel.member WHERE panel_id = %s AND state = 'volunteer'"
        " ORDER BY member_id FOR UPDATE",
        (panel_id,),
    )
    return list(await found.fetchall())


async def take_in(conn: Connection, members: Sequence[UUID]) -> None:
    """Volunteers become members."""
    await conn.execute("UPDATE panel.member SET state = 'member' WHERE member_id = ANY(%s)", (list(members),))


async def promise_draw(
    conn: Connection, draw_id: UUID, panel_id: UUID, commitment: str, sealed: bytes
) -> None:
    """Keep the promise of a seed."""
    await conn.execute(
        "INSERT INTO panel.draw (draw_id, panel_id, commitment, seed_cipher) VALUES (%s, %s, %s, %s)",
        (draw_id, panel_id, commitment, sealed),
    )


async def promised_seed(conn: Connection, panel_id: UUID, draw_id: UUID) -> tuple[bytes, bool] | None:
    """The sealed seed, and whether the draw was run; the row stays locked until commit."""
    found = await conn.execute(
        "SELECT seed_cipher, drawn_at IS NOT NULL FROM panel.draw WHERE panel_id = %s AND draw_id = %s"
        " FOR UPDATE",
        (panel_id, draw_id),
    )
    row = await found.fetchone()
    return (bytes(row[0]), row[1]) if row else None


async def keep_outcome(conn: Connection, draw_id: UUID, entropy: str, outcome: Mapping[str, Any]) -> None:
    """The draw is run."""
    await conn.execute(
        "UPDATE panel.draw SET drawn_at = clock_timestamp(), public_entropy = %s, outcome = %s"
        " WHERE draw_id = %s",
        (entropy, Jsonb(outcome), draw_id),
    )


async def draws(conn: Connection, panel_id: UUID) -> list[PublicDraw]:
    """A panel's draws as published, the newest first."""
    rows = await rows_of(
        conn,
        "SELECT draw_id AS id, commitment, promised_at, drawn_at, public_entropy, outcome FROM panel.draw"
        " WHERE panel_id = %s ORDER BY promised_at DESC",
        (panel_id,),
    )
    return msgspec.convert(rows, list[PublicDraw])
