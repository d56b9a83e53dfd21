"""A standing agreement on earlier viewing: recorded by a clinician, seen and ended by the person.

While one holds, the person sees class 2 at once; classes 3 and 4 and what is preliminary wait as ever (J: a
patient and those who treat them may agree on when, not on what). What came while it held stays visible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.access.service import Decision, Relation
from core_record.notices import service as notices
from kit.errors import AksonError, Forbidden, NotFound
from kit.identity.actor import Actor, ActorKind
from kit.ids import new_id
from results_service.release import repository
from results_service.release.service import RELEASING_ROLES, may_release
from results_service.reports.reading import DELAY

EndedBy = Literal["citizen", "representative", "clinician"]
_CITIZENS: dict[Relation, EndedBy] = {
    Relation.OWN: "citizen",
    Relation.PARENT: "representative",
    Relation.ATTORNEY: "representative",
}
_COLUMNS = (
    "agreement_id AS id, org_number, organisation, agreed_at, by_name, ended_at, ended_by, ended_by_name"
)
_LIST = f"SELECT {_COLUMNS} FROM results.release_agreement WHERE person_id = %s ORDER BY agreed_at DESC"  # noqa: S608 - constants
# One at a time for a person: two who record it at once record it once.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 21))"
_RECORD = """
INSERT INTO results.release_agreement (person_id, agreement_id, org_number, organisation, by_name)
VALUES (%s, %s, %s, %s, %s)
"""
_END = """
UPDATE results.release_agreement SET ended_at = clock_timestamp(), ended_by = %s, ended_by_name = %s
WHERE person_id = %s AND agreement_id = %s AND ended_at IS NULL
"""


class Agreement(Struct, frozen=True):
    """One agreement; `ended_at` is None while it holds."""

    id: UUID
    org_number: str
    organisation: str | None
    agreed_at: datetime
    by_name: str | None
    ended_at: datetime | None
    ended_by: EndedBy | None
    ended_by_name: str | None


async def of_person(conn: AsyncConnection[Any], person_id: UUID) -> list[Agreement]:
    """Every agreement, newest first; ended ones too."""
    async with conn.cursor(row_factory=class_row(Agreement)) as cursor:
        await cursor.execute(_LIST.encode(), (person_id,))
        return await cursor.fetchall()


async def by_agreement_alone(
    conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID], now: datetime
) -> tuple[Agreement | None, list[UUID]]:
    """Which of the reports shown to the person no clinician has looked at yet, and the newest agreement."""
    waiting = await repository.unassessed(conn, person_id, reports, now - DELAY)
    found = await of_person(conn, person_id) if waiting else []
    return (found[0], waiting) if found else (None, [])


async def record(
    conn: AsyncConnection[Any], actor: Actor, decision: Decision, role: str | None
) -> Agreement | AksonError:
    """Record what was agreed with the person, for the organisation of the login; repeating changes nothing.

    The person is told. Answers with the error instead of raising it, so that the attempt leaves its row:
    `Forbidden` (`release-role`).
    """
    person_id = decision.person_id
    if person_id is None or role not in RELEASING_ROLES or not may_release(actor, decision):
        return Forbidden("release-role", "Doctors, dentists and midwives who treat the person agree on this.")
    await conn.execute(_LOCK, (person_id,))
    place = actor.place or actor.organisation or ""
    for one in await of_person(conn, person_id):
        if one.org_number == place and one.ended_at is None:
            return one
    facts, agreement_id = decision.facts, new_id()
    named = (facts.place_name or facts.organisation_name, facts.personnel_name)
    await conn.execute(_RECORD, (person_id, agreement_id, place, *named))
    await notices.add(conn, person_id, notices.NoticeKind.RELEASE_AGREED, key=str(agreement_id))
    return await _one(conn, person_id, agreement_id)


async def end(
    conn: AsyncConnection[Any], actor: Actor, decision: Decision, role: str | None, agreement_id: UUID
) -> Agreement | AksonError:
    """End one: the person, who represents them, or a clinician of the same place; safe to repeat.

    Answers with the error: `NotFound` (`agreement-not-found`), `Forbidden` (`release-role`,
    `agreement-of-others`).
    """
    person_id = decision.person_id
    found = await of_person(conn, person_id) if person_id else []
    one = next((each for each in found if each.id == agreement_id), None)
    if person_id is None or one is None:
        return NotFound("agreement-not-found", "This person has no such agreement.")
    by: EndedBy = _CITIZENS.get(decision.relation, "clinician")
    name = decision.representation.actor_name if decision.representation else decision.facts.person_name
    if actor.kind is ActorKind.CLINICIAN:
        if role not in RELEASING_ROLES or not may_release(actor, decision):
            return Forbidden("release-role", "Doctors, dentists and midwives who treat the person end this.")
        if one.org_number not in (actor.place, actor.organisation):
            return Forbidden("agreement-of-others", "The person agreed on this with another place of care.")
        by, name = "clinician", decision.facts.personnel_name
    await conn.execute(_END, (by, name, person_id, agreement_id))
    return await _one(conn, person_id, agreement_id)


async def _one(conn: AsyncConnection[Any], person_id: UUID, agreement_id: UUID) -> Agreement:
    return next(one for one in await of_person(conn, person_id) if one.id == agreement_id)
