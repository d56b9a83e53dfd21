"""Planning meetings, saying whether one comes, and keeping the minutes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.caller import Caller
from citizen_panel.meetings.models import Meeting, MeetingPlan
from citizen_panel.panels import service as panels
from citizen_panel.rows import rows_of
from citizen_panel.speech.screening import admit, texts_in
from citizen_panel.texts import check_texts
from citizen_panel.topics import stances
from kit.db import Database, set_person
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = ["Meeting", "MeetingPlan", "attend", "public", "public_one", "tick", "upcoming", "write"]

_MEETING = """
SELECT m.meeting_id AS id, panel_id, state, title, place, agenda, minutes, starts_at, ends_at, version,
    (r.shown ->> 'coming')::integer AS coming
FROM panel.meeting m LEFT JOIN panel.stance_result r ON r.subject_id = m.meeting_id
"""
_COLUMNS = ("state", "title", "place", "agenda", "minutes", "starts_at", "ends_at")


async def public(db: Database) -> list[Meeting]:
    """Every meeting, the latest first."""
    async with db.transaction() as conn:
        return await _many(conn, f"{_MEETING} ORDER BY starts_at DESC", ())


async def public_one(db: Database, identifier: UUID) -> Meeting:
    """One meeting."""
    async with db.transaction() as conn:
        return await _one(conn, identifier)


async def write(
    caller: Caller,
    panel_id: UUID,
    wanted: MeetingPlan,
    identifier: UUID | None,
    key_or_version: str | int | None,
) -> Meeting:
    """Plan a meeting (`identifier` None; the same key again is the same meeting), or write it anew.

    Raises `NotFound`, `Conflict` (`version-conflict`), `Unprocessable` (`text-missing`, `period-invalid`,
    `time-without-zone`, `state-unknown`, `minutes-missing`).
    """
    _check(wanted)
    values = {name: getattr(wanted, name) for name in _COLUMNS}
    values = {name: Jsonb(v) if isinstance(v, dict) else v for name, v in values.items()}
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id)
        if identifier is None:
            request = (
                caller.keys.find_hash(f"meeting:{panel_id}:{key_or_version}") if key_or_version else None
            )
            identifier = await _insert(conn, {"panel": panel_id, "request": request, **values})
        else:
            before = await _one(conn, identifier, lock=True)
            if before.panel_id != panel_id:
                raise NotFound("meeting-not-found", "This panel has no such meeting.")
            if before.version != key_or_version:
                raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
            await _update(conn, {"id": identifier, **values})
        if wanted.state != "planned":
            await stances.count(conn, caller.keys, identifier, final=True)
        return await _one(conn, identifier)


async def attend(caller: Caller, identifier: UUID, *, coming: bool | None) -> None:
    """Say whether one comes; until the meeting is over."""
    async with caller.db.transaction() as conn:
        found = await _one(conn, identifier)
        if found.state != "planned":
            raise Conflict("meeting-over", "The meeting is over or cancelled.")
        member_id = await panels.member_in(caller, conn, found.panel_id)
        await set_person(conn, member_id)
        stance = None if coming is None else "coming" if coming else "not-coming"
        await stances.choose(conn, member_id, identifier, stance)


async def upcoming(conn: AsyncConnection[Any], panel_id: UUID) -> list[Meeting]:
    """A panel's planned meetings that have not ended, the next first."""
    statement = (
        f"{_MEETING} WHERE panel_id = %s AND state = 'planned' AND ends_at > clock_timestamp()"
        " ORDER BY starts_at"
    )
    return await _many(conn, statement, (panel_id,))


async def tick(db: Database, keys: KeyRing) -> None:
    """Let the numbers of those who come take their steps."""
    async with db.transaction() as conn:
        planned = await rows_of(conn, "SELECT meeting_id FROM panel.meeting WHERE state = 'planned'", ())
    for row in planned:
        async with db.transaction() as conn:
            await stances.count(conn, keys, row["meeting_id"])


def _check(wanted: MeetingPlan) -> None:
    check_texts(wanted.title, wanted.place, wanted.agenda)
    admit(texts_in(msgspec.to_builtins(wanted)), confirmed=True)
    if wanted.state not in ("planned", "held", "cancelled"):
        raise Unprocessable("state-unknown", "A meeting is planned, held or cancelled.")
    if wanted.state == "held":
        if not wanted.minutes.get("nb", "").strip():
            raise Unprocessable("minutes-missing", "A meeting that was held has minutes, in bokmål (nb).")
        check_texts(wanted.minutes)
    if wanted.starts_at.tzinfo is None or wanted.ends_at.tzinfo is None:
        raise Unprocessable("time-without-zone", "starts_at and ends_at carry their zone.")
    if wanted.ends_at <= wanted.starts_at:
        raise Unprocessable("period-invalid", "It ends after it starts.")


async def _insert(conn: AsyncConnection[Any], row: dict[str, Any]) -> UUID:
    found = await rows_of(
        conn,
        "INSERT INTO panel.meeting (meeting_id, panel_id, state, title, place, agenda, minutes, starts_at,"
        " ends_at,"
        " request_hash) VALUES (%(id)s, %(panel)s, %(state)s, %(title)s, %(place)s, %(agenda)s, %(minutes)s,"
        " %(starts_at)s, %(ends_at)s, %(request)s) ON CONFLICT (panel_id, request_hash)"
        " DO UPDATE SET request_hash = excluded.request_hash RETURNING meeting_id",
        {"id": new_id(), **row},
    )
    return UUID(str(found[0]["meeting_id"]))


async def _update(conn: AsyncConnection[Any], row: dict[str, Any]) -> None:
    await conn.execute(
        "UPDATE panel.meeting SET state = %(state)s, title = %(title)s, place = %(place)s, agenda ="
        " %(agenda)s,"
        " minutes = %(minutes)s, starts_at = %(starts_at)s, ends_at = %(ends_at)s, version = version + 1"
        " WHERE meeting_id = %(id)s",
        row,
    )


async def _one(conn: AsyncConnection[Any], identifier: UUID, *, lock: bool = False) -> Meeting:
    if lock:
        await conn.execute("SELECT 1 FROM panel.meeting WHERE meeting_id = %s FOR UPDATE", (identifier,))
    found = await _many(conn, f"{_MEETING} WHERE m.meeting_id = %s", (identifier,))
    if not found:
        raise NotFound("meeting-not-found", "There is no such meeting.")
    return found[0]


async def _many(conn: AsyncConnection[Any], statement: str, values: tuple[object, ...]) -> list[Meeting]:
    return msgspec.convert(await rows_of(conn, statement, values), list[Meeting])
