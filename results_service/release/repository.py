"""SQL of release. Every statement names the person first. Private to this feature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from core_record.result_news.service import ReleaseOrder
from results_service.release.models import Changed, Release, ShownReport

_PUT = """
INSERT INTO results.release_event
    (person_id, report_id, version_id, event_id, kind, by_name, organisation, agreed, comment)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
# One row for each version: the first time counts.
_NOTE = """
INSERT INTO results.release_event (person_id, report_id, version_id, event_id, kind, by_name, organisation)
SELECT person_id, report_id, version_id,
    md5(version_id::text || %(kind)s)::uuid, %(kind)s, %(by_name)s, %(organisation)s
FROM results.report WHERE person_id = %(person)s AND report_id = ANY(%(reports)s)
ON CONFLICT DO NOTHING
"""
# Of a version that is there: one that has gone (reservasjon) is not released.
_ORDERED = """
INSERT INTO results.release_event
    (person_id, report_id, version_id, event_id, kind, at, by_name, organisation, comment)
SELECT person_id, report_id, version_id, %(event)s, %(kind)s, %(at)s, %(by_name)s, %(organisation)s,
    %(comment)s
FROM results.report_version
WHERE person_id = %(person)s AND report_id = %(report)s AND version_id = %(version)s AND held IS NULL
ON CONFLICT DO NOTHING
"""
_OPENER = """
INSERT INTO core_record.result_opened (person_id, report_id, version_id, personnel_id, unit)
SELECT person_id, report_id, version_id, %(personnel)s, %(unit)s
FROM results.report WHERE person_id = %(person)s AND report_id = ANY(%(reports)s)
ON CONFLICT DO NOTHING
"""
_SHOWN = """
SELECT report_id, version_id, release_class::int, preliminary, issued FROM results.report
WHERE person_id = %s AND report_id = %s
"""
_EVENTS = """
SELECT e.report_id, e.kind, e.at, e.by_name, e.organisation, e.agreed, e.comment
FROM results.release_event e JOIN results.report r USING (person_id, report_id, version_id)
WHERE e.person_id = %s AND e.report_id = ANY(%s) AND e.kind <> 'shown' ORDER BY e.at
"""
# A version is told of as changed until the day after it was first shown: one look is not a reading.
_CHANGED = """
SELECT e.report_id, max(e.at) AS seen_at
FROM results.release_event e JOIN results.report r USING (person_id, report_id)
WHERE e.person_id = %(person)s AND e.kind = 'shown' AND e.version_id <> r.version_id
AND NOT EXISTS (SELECT 1 FROM results.release_event n WHERE n.person_id = e.person_id
    AND n.report_id = e.report_id AND n.version_id = r.version_id AND n.kind = 'shown' AND n.at <= %(until)s)
GROUP BY e.report_id
"""
_UNASSESSED = """
SELECT r.report_id FROM results.report r
WHERE r.person_id = %(person)s AND r.report_id = ANY(%(reports)s) AND r.release_class = 2
AND NOT r.preliminary AND r.issued > %(since)s AND NOT EXISTS (SELECT 1 FROM results.release_event e
    WHERE e.person_id = r.person_id AND e.report_id = r.report_id AND e.version_id = r.version_id
    AND e.kind <> 'shown')
ORDER BY r.report_id
"""
_SEEN_BEFORE = """
SELECT EXISTS (SELECT 1 FROM results.release_event
    WHERE person_id = %s AND report_id = %s AND version_id <> %s AND kind = 'shown')
"""


async def put(
    conn: AsyncConnection[Any], person_id: UUID, report: ShownReport, event_id: UUID, event: Release
) -> None:
    """Append an event; the same id is the same event."""
    key = (person_id, report.report_id, report.version_id, event_id)
    told = (event.kind, event.by_name, event.organisation, event.agreed, event.comment)
    await conn.execute(_PUT, (*key, *told))


async def note_opener(
    conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID], personnel_id: UUID, unit: str
) -> None:
    """Note who opened the shown versions of these reports, and where they work."""
    values = {"person": person_id, "reports": list(reports), "personnel": personnel_id, "unit": unit}
    await conn.execute(_OPENER, values)


def put_ordered_sync(conn: Connection[Any], order: ReleaseOrder) -> None:
    """Append the event that an order of the journal stands for; the same order is the same event."""
    values = {"person": order.person_id, "report": order.report_id, "version": order.version_id}
    told = {"at": order.at, "by_name": order.by_name, "organisation": order.organisation}
    event = {"event": order.order_id, "kind": order.kind, "comment": order.comment}
    conn.execute(_ORDERED, values | told | event)


async def note(
    conn: AsyncConnection[Any],
    person_id: UUID,
    reports: Sequence[UUID],
    kind: str,
    by_name: str | None = None,
    organisation: str | None = None,
) -> None:
    """Note that the shown versions of these reports were `reviewed` or `shown`; the first time counts."""
    values = {"person": person_id, "reports": list(reports), "kind": kind}
    await conn.execute(_NOTE, values | {"by_name": by_name, "organisation": organisation})


async def shown(conn: AsyncConnection[Any], person_id: UUID, report_id: UUID) -> ShownReport | None:
    """What of a report is the newest."""
    async with conn.cursor(row_factory=class_row(ShownReport)) as cursor:
        await cursor.execute(_SHOWN, (person_id, report_id))
        return await cursor.fetchone()


async def events(conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID]) -> list[Release]:
    """What clinicians did with the shown versions of these reports, oldest first."""
    async with conn.cursor(row_factory=class_row(Release)) as cursor:
        await cursor.execute(_EVENTS, (person_id, list(reports)))
        return await cursor.fetchall()


async def unassessed(
    conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID], since: datetime
) -> list[UUID]:
    """Which of these are class 2, issued after `since`, and neither looked at nor released by a clinician."""
    found = await conn.execute(_UNASSESSED, {"person": person_id, "reports": list(reports), "since": since})
    return [report_id for (report_id,) in await found.fetchall()]


async def changed(conn: AsyncConnection[Any], person_id: UUID, until: datetime) -> list[Changed]:
    """Reports of which the person has been shown another version, and this one not before `until`."""
    values = {"person": person_id, "until": until}
    async with conn.cursor(row_factory=class_row(Changed)) as cursor:
        await cursor.execute(_CHANGED, values)
        return await cursor.fetchall()


def seen_before_sync(conn: Connection[Any], person_id: UUID, report_id: UUID, version_id: UUID) -> bool:
    """Whether the person has been shown another version of the report than this one."""
    row = conn.execute(_SEEN_BEFORE, (person_id, report_id, version_id)).fetchone()
    return bool(row and row[0])
