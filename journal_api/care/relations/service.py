"""Bring a care relation to what an entry says: open, or ending at a time. Inside a visit.

Whatever the order of what happened before, the last thing told is what holds; telling it twice changes
nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from core_record.care_relations.service import (
    CareRelationKind,
    close_relation,
    open_relation,
    reopen_relation,
)
from journal_api.care.relations.spans import AFTERWARDS, ENDING
from journal_api.desk import Visit

__all__ = ["AFTERWARDS", "ENDING", "CareRelationKind", "keep_relation"]


async def keep_relation(
    visit: Visit,
    relation_id: UUID,
    kind: CareRelationKind,
    unit: str,
    since: datetime,
    *,
    ends: datetime | None,
    moves: bool = False,
) -> None:
    """The unit's relation exists from `since` (now, where that lies ahead: it is prepared for) until `ends`.

    None: it is open. An end told once stays, unless it `moves`.
    """
    relation = (visit.conn, visit.person_id, relation_id)
    await open_relation(*relation, kind, unit, min(since, visit.now))
    if ends is None or moves:
        await reopen_relation(*relation)
    if ends is not None:
        await close_relation(*relation, ends)
