"""When the person sees a report: released by a clinician, looked at by one, changed since the person saw it.

Classes of `reports.fhir.release`. A doctor's, dentist's or midwife's opening of a report in a treatment
relation is the look that releases class 2 (J: those who order and answer for the follow-up); opening is a
look-up of that one report, a list is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from psycopg import AsyncConnection, Connection

from core_record.access.service import Decision, Relation
from core_record.notices import service as notices
from core_record.result_news.service import ASSESSING_ROLES
from kit.errors import AksonError, Conflict, Forbidden, NotFound
from kit.identity.actor import Actor, ActorKind
from results_service.release import repository
from results_service.release.models import Changed, Release, ShownReport
from results_service.reports.reading import DELAY, Page, ReportFilter, newest

__all__ = [
    "Release",
    "ReleaseState",
    "ShownReport",
    "changed_since_shown",
    "note_opened",
    "note_shown",
    "release",
    "releases",
    "state_of",
    "tell_of_change_sync",
]

RELEASING_ROLES = ASSESSING_ROLES
NEVER = 4
_TREATING = (
    Relation.LISTED_GP,
    Relation.GP_SUBSTITUTE,
    Relation.ADMISSION,
    Relation.CONTACT,
    Relation.TASK,
    Relation.SELF_DECLARED,
)
_STILL_NEW = timedelta(days=1)
ReleaseState = tuple[ShownReport, Sequence[Release]]


async def state_of(conn: AsyncConnection[Any], person_id: UUID, report_id: UUID) -> ReleaseState | None:
    """The newest version of a report and what clinicians did with it; None when there is no such report."""
    shown = await repository.shown(conn, person_id, report_id)
    if shown is None:
        return None
    return shown, await repository.events(conn, person_id, [report_id])


async def release(
    conn: AsyncConnection[Any],
    actor: Actor,
    decision: Decision,
    role: str | None,
    report_id: UUID,
    *,
    agreed: bool,
    comment: str | None,
) -> ReleaseState | AksonError:
    """Release the newest version of a report to the person; the same once more changes nothing.

    Answers with the error instead of raising it, so that the attempt leaves its row: `NotFound`
    (`report-not-found`), `Forbidden` (`release-role`), `Conflict` (`release-never`: class 4).
    """
    person_id = decision.person_id
    if person_id is None or (report := await repository.shown(conn, person_id, report_id)) is None:
        return NotFound("report-not-found", "This person has no such report.")
    if role not in RELEASING_ROLES or not may_release(actor, decision):
        return Forbidden(
            "release-role", "Doctors, dentists and midwives who treat the person release results."
        )
    if report.release_class == NEVER:
        return Conflict(
            "release-never", "This kind of result is never shown electronically. Tell it in person."
        )
    facts = decision.facts
    event = Release(
        report_id,
        "released",
        datetime.now(UTC),
        facts.personnel_name,
        facts.place_name or facts.organisation_name,
        agreed,
        comment,
    )
    event_id = uuid5(report.version_id, f"released|{facts.actor_id}|{agreed}|{comment or ''}")
    await repository.put(conn, person_id, report, event_id, event)
    return report, await repository.events(conn, person_id, [report_id])


async def note_opened(
    conn: AsyncConnection[Any], actor: Actor, decision: Decision, role: str | None, reports: Sequence[UUID]
) -> None:
    """A clinician opened these reports: the look that class 2 waits for, when the clinician may release.

    Who it was is kept with the version, so that they are told of a newer one.
    """
    unit = actor.place or actor.organisation
    if actor.kind is ActorKind.CLINICIAN and decision.person_id and decision.facts.actor_id and unit:
        await repository.note_opener(conn, decision.person_id, reports, decision.facts.actor_id, unit)
    if decision.person_id is None or role not in RELEASING_ROLES or not may_release(actor, decision):
        return
    facts = decision.facts
    await repository.note(
        conn,
        decision.person_id,
        reports,
        "reviewed",
        facts.personnel_name,
        facts.place_name or facts.organisation_name,
    )


def may_release(actor: Actor, decision: Decision) -> bool:
    """Whether the caller treats the person."""
    return actor.kind is ActorKind.CLINICIAN and decision.permitted and decision.relation in _TREATING


async def releases(conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID]) -> Sequence[Release]:
    """What clinicians did with the newest versions of these reports, oldest first."""
    return await repository.events(conn, person_id, reports)


async def changed_since_shown(
    conn: AsyncConnection[Any], person_id: UUID, now: datetime
) -> list[tuple[Changed, bool]]:
    """Reports the person has seen in another version than the newest, and whether the newest waits."""
    changed = await repository.changed(conn, person_id, now - _STILL_NEW)
    if not changed:
        return []
    wanted = ReportFilter(tuple(one.report_id for one in changed), released_at=now)
    released, _ = await newest(conn, person_id, wanted, Page(0, len(changed)))
    shown = {row.report_id for row in released}
    return [(one, str(one.report_id) not in shown) for one in changed]


async def note_shown(conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID]) -> None:
    """The person was shown the newest versions of these reports."""
    await repository.note(conn, person_id, reports, "shown")


def tell_of_change_sync(
    conn: Connection[Any], person_id: UUID, report_id: UUID, version_id: UUID, status: str
) -> None:
    """Tell a person who has seen another version of the report that it has changed (once a version)."""
    if repository.seen_before_sync(conn, person_id, report_id, version_id):
        notices.add_sync(
            conn,
            person_id,
            notices.NoticeKind.RESULT_CHANGED,
            key=f"{report_id}:{version_id}",
            details={"report": str(report_id), "status": status},
        )


def shows_itself_at(report: ShownReport) -> datetime | None:
    """When class 2 is shown without anyone's doing."""
    return report.issued + DELAY if report.release_class == 2 and not report.preliminary else None
