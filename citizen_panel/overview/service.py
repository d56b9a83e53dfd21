"""What waits for a member: open consultations, meetings, and what became of what one wrote."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from citizen_panel.caller import Caller
from citizen_panel.consultations import service as consultations
from citizen_panel.consultations.service import Waiting
from citizen_panel.meetings import service as meetings
from citizen_panel.meetings.service import Meeting
from citizen_panel.panels import service as panels
from citizen_panel.texts import Texts
from citizen_panel.topics import service as topics
from citizen_panel.topics import stances
from citizen_panel.topics.service import Own
from kit.db import set_person


class Mine(Struct, frozen=True):
    """One's own matters in one panel. `stances`: proposal or meeting → one's own stance."""

    panel_id: UUID
    name: Texts
    consultations: list[Waiting]
    meetings: list[Meeting]
    contributions: list[Own]
    stances: dict[UUID, str]
    read_at: datetime


async def mine(caller: Caller) -> list[Mine]:
    """Panel by panel, where one is a member."""
    found = []
    async with caller.db.transaction() as conn:
        now = await (await conn.execute("SELECT clock_timestamp()")).fetchone()
        assert now is not None  # noqa: S101 - one row
        for panel, member_id in await panels.memberships(caller, conn):
            await set_person(conn, member_id)
            found.append(
                Mine(
                    panel.id,
                    panel.name,
                    await consultations.waiting_for(conn, panel.id, member_id),
                    await meetings.upcoming(conn, panel.id),
                    await topics.own(conn, member_id),
                    await stances.chosen(conn, member_id),
                    now[0],
                )
            )
    return found
