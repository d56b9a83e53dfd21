"""Open and close a care relation, as the journal tells. In transactions that serve the person.

A relation is a unit's (`org_number`: place of treatment), or one health worker's there. It shows the decision
that the person is a patient there, so that nothing has to be declared (pasientjournalloven § 19;
Tillitsrammeverk, decision_ref with user_selected false). Roles `akson_core`, `akson_journal`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

_OPEN = """
INSERT INTO core_record.care_relation (person_id, relation_id, kind, org_number, personnel_id, opened_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_CLOSE = """
UPDATE core_record.care_relation SET closed_at = greatest(%s, opened_at)
WHERE person_id = %s AND relation_id = %s AND closed_at IS NULL
"""
_REOPEN = """
UPDATE core_record.care_relation SET closed_at = NULL
WHERE person_id = %s AND relation_id = %s AND closed_at IS NOT NULL
"""


class CareRelationKind(StrEnum):
    """What the journal shows (`Relation` of the decision has the same codes)."""

    ADMISSION = "admission"
    CONTACT = "contact"
    TASK = "task"


async def open_relation(
    conn: AsyncConnection[Any],
    person_id: UUID,
    relation_id: UUID,
    kind: CareRelationKind,
    org_number: str,
    opened_at: datetime,
    personnel_id: UUID | None = None,
) -> None:
    """A relation begins; `relation_id` is the journal's, so that telling it again changes nothing."""
    await conn.execute(_OPEN, (person_id, relation_id, kind.value, org_number, personnel_id, opened_at))


async def close_relation(
    conn: AsyncConnection[Any], person_id: UUID, relation_id: UUID, closed_at: datetime
) -> bool:
    """A relation ends; False when it was not open."""
    return (await conn.execute(_CLOSE, (closed_at, person_id, relation_id))).rowcount == 1


async def reopen_relation(conn: AsyncConnection[Any], person_id: UUID, relation_id: UUID) -> bool:
    """A relation goes on after all (a contact taken up again); False when it was open or is unknown."""
    return (await conn.execute(_REOPEN, (person_id, relation_id))).rowcount == 1
