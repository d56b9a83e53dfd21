"""The SQL of follow-up. Every statement names the person first. Private to this feature."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.access.journal import MUNICIPAL
from journal_api.care.follow_up.models import Event, FollowUp

Connection = AsyncConnection[Any]
_COLUMNS = """
report_id AS report, place, mark, state, unit, since, version_id AS version, issued, assignee, opened_at,
    escalated, awaited, requisitions, examinations, sampled
"""
_ONE = f"SELECT {_COLUMNS} FROM journal.follow_up WHERE person_id = %s AND report_id = %s"  # noqa: S608
_OF_PERSON = f"""
SELECT {_COLUMNS} FROM journal.follow_up
WHERE person_id = %s AND state NOT IN ('before', 'elsewhere') ORDER BY since DESC, report_id LIMIT %s
"""  # noqa: S608
_EVERY = f"""
SELECT {_COLUMNS} FROM journal.follow_up WHERE person_id = %s ORDER BY since DESC, report_id
"""  # noqa: S608
_PUT = """
INSERT INTO journal.follow_up (person_id, report_id, place, mark, state, unit, since, version_id, issued,
    assignee, opened_at, escalated, awaited, requisitions, examinations, sampled)
VALUES (%(person)s, %(report)s, %(place)s, %(mark)s, %(state)s, %(unit)s, %(since)s, %(version)s, %(issued)s,
    %(assignee)s, %(opened_at)s, %(escalated)s, %(awaited)s, %(requisitions)s, %(examinations)s, %(sampled)s)
ON CONFLICT (person_id, report_id) DO UPDATE SET place = excluded.place, mark = excluded.mark,
    state = excluded.state, unit = excluded.unit, since = excluded.since, version_id = excluded.version_id,
    issued = excluded.issued, assignee = excluded.assignee, opened_at = excluded.opened_at,
    escalated = excluded.escalated, awaited = excluded.awaited, requisitions = excluded.requisitions,
    examinations = excluded.examinations, sampled = excluded.sampled
"""
_NOTE = """
INSERT INTO journal.follow_up_event (person_id, report_id, event_id, version_id, at, kind, by_id, by_name,
    by_role, unit, to_unit, to_assignee, to_name, words, comment, released)
VALUES (%(person)s, %(report)s, %(id)s, %(version)s, %(at)s, %(kind)s, %(by)s, %(name)s, %(role)s, %(unit)s,
    %(to_unit)s, %(to_assignee)s, %(to_name)s, %(words)s, %(comment)s, %(released)s)
ON CONFLICT DO NOTHING
"""
_EVENTS = """
SELECT event_id AS id, at, kind, unit, version_id AS version, by_id AS by, by_name AS name, by_role AS role,
    to_unit, to_assignee, to_name, words, comment, released
FROM journal.follow_up_event WHERE person_id = %s AND report_id = %s ORDER BY at DESC, event_id LIMIT 200
"""
# Here, or among the person's results; who works outside the municipal services has no list here.
_OPENERS = """
SELECT by_id, unit FROM journal.follow_up_event
WHERE person_id = %(person)s AND report_id = %(report)s AND kind = 'opened' AND by_id IS NOT NULL
UNION
SELECT r.personnel_id, r.unit FROM core_record.result_opened r
JOIN core_record.organisation o ON o.org_number = r.unit AND o.kind = ANY(%(kinds)s)
WHERE r.person_id = %(person)s AND r.report_id = %(report)s
ORDER BY 1, 2
"""
_CLINICS = """
SELECT DISTINCT to_unit FROM journal.follow_up_event
WHERE person_id = %s AND report_id = %s AND kind = 'escalated' AND to_unit IS NOT NULL ORDER BY to_unit
"""
_HAPPENED = """
SELECT EXISTS (SELECT 1 FROM journal.follow_up_event WHERE person_id = %s AND report_id = %s
    AND event_id = %s)
"""
# The first of the requester's own ids that the register has, of whatever kind of organisation; then by name.
_UNITS = """
SELECT o.org_number, o.kind FROM unnest(%s::text[]) WITH ORDINALITY AS asked (id, n)
JOIN core_record.organisation o ON asked.id IN ('HER:' || o.her_id, 'ENH:' || o.org_number)
    OR lower(asked.id) = lower('NAME:' || o.name)
ORDER BY asked.id LIKE 'NAME:%%', asked.n, o.org_number LIMIT 1
"""
_PERSONNEL = "SELECT personnel_id FROM core_record.personnel WHERE hpr_number = %s"
_WORKS_AT = """
SELECT DISTINCT e.org_number FROM core_record.employment e
JOIN core_record.organisation o USING (org_number)
WHERE e.personnel_id = %s AND o.kind = ANY(%s)
    AND %s BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')
ORDER BY e.org_number
"""
_BELOW = "SELECT org_number FROM core_record.organisation WHERE parent = %s ORDER BY org_number"
_LISTED_AT = """
SELECT org_number FROM core_record.gp_list
WHERE person_id = %s AND %s BETWEEN valid_from AND coalesce(valid_to, 'infinity')
"""
_MUNICIPALITY = "SELECT municipality FROM core_record.organisation WHERE org_number = %s"
_HOLD = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended(%s::text, 13))"  # core_record.begin_merge's
_EMERGENCY = """
SELECT org_number FROM core_record.organisation WHERE kind = 'emergency' AND municipality = %s
ORDER BY org_number LIMIT 1
"""


async def find(
    conn: Connection, person_id: UUID, report_id: UUID, *, lock: Literal["", "wait", "now"] = ""
) -> FollowUp | None:
    """Where a report stands; None when nothing was announced of it.

    Locked where wanted: `now` raises `psycopg.errors.LockNotAvailable` where another is at it.
    """
    end = {"": "", "wait": " FOR UPDATE", "now": " FOR UPDATE NOWAIT"}[lock]
    async with conn.cursor(row_factory=class_row(FollowUp)) as cursor:
        await cursor.execute(_ONE + end, (person_id, report_id))
        return await cursor.fetchone()


async def of_person(conn: Connection, person_id: UUID, count: int) -> list[FollowUp]:
    """A person's reports, the newest first."""
    async with conn.cursor(row_factory=class_row(FollowUp)) as cursor:
        await cursor.execute(_OF_PERSON, (person_id, count))
        return await cursor.fetchall()


async def every(conn: Connection, person_id: UUID) -> list[FollowUp]:
    """All the person's reports, also those on no list; the newest first."""
    async with conn.cursor(row_factory=class_row(FollowUp)) as cursor:
        await cursor.execute(_EVERY, (person_id,))
        return await cursor.fetchall()


async def hold(conn: Connection, person_id: UUID) -> bool:
    """Keep the person from being merged until the transaction ends; False: they are being merged just now."""
    row = await (await conn.execute(_HOLD, (person_id,))).fetchone()
    return bool(row and row[0])


async def put(conn: Connection, person_id: UUID, row: FollowUp) -> None:
    """Write where a report stands."""
    await conn.execute(_PUT, msgspec.structs.asdict(row) | {"person": person_id})


async def note(conn: Connection, person_id: UUID, report_id: UUID, event: Event) -> None:
    """Append what happened; the same id is the same event."""
    await conn.execute(_NOTE, msgspec.structs.asdict(event) | {"person": person_id, "report": report_id})


async def events(conn: Connection, person_id: UUID, report_id: UUID) -> list[Event]:
    """What happened to a report, newest first."""
    async with conn.cursor(row_factory=class_row(Event)) as cursor:
        await cursor.execute(_EVENTS, (person_id, report_id))
        return await cursor.fetchall()


async def openers(conn: Connection, person_id: UUID, report_id: UUID) -> list[tuple[UUID, str]]:
    """Who has opened any version, and where."""
    values = {"person": person_id, "report": report_id, "kinds": sorted(MUNICIPAL)}
    return await (await conn.execute(_OPENERS, values)).fetchall()


async def has_happened(conn: Connection, person_id: UUID, report_id: UUID, event_id: UUID) -> bool:
    """Whether this very event is in the report's history."""
    row = await (await conn.execute(_HAPPENED, (person_id, report_id, event_id))).fetchone()
    return bool(row and row[0])


async def named_unit(conn: Connection, ids: list[str]) -> tuple[str, str] | None:
    """(organisation number, kind) of the unit that a requester is named by."""
    return await (await conn.execute(_UNITS, (ids,))).fetchone()


async def personnel_of(conn: Connection, hpr_number: str) -> UUID | None:
    """The health worker with an HPR number."""
    row = await (await conn.execute(_PERSONNEL, (hpr_number,))).fetchone()
    return row[0] if row else None


async def works_at(conn: Connection, personnel_id: UUID, day: date) -> list[str]:
    """The units of the municipal services where somebody works that day."""
    found = await conn.execute(_WORKS_AT, (personnel_id, sorted(MUNICIPAL), day))
    return [unit for (unit,) in await found.fetchall()]


async def below(conn: Connection, unit: str) -> list[str]:
    """The places of an organisation."""
    return [one for (one,) in await (await conn.execute(_BELOW, (unit,))).fetchall()]


async def listed_at(conn: Connection, person_id: UUID, day: date) -> str | None:
    """The GP office whose list the person is on."""
    row = await (await conn.execute(_LISTED_AT, (person_id, day))).fetchone()
    return row[0] if row else None


async def municipality_of_unit(conn: Connection, unit: str) -> str | None:
    """The municipality that a unit belongs to."""
    row = await (await conn.execute(_MUNICIPALITY, (unit,))).fetchone()
    return row[0] if row else None


async def emergency_of(conn: Connection, municipality: str) -> str | None:
    """The emergency clinic of a municipality."""
    row = await (await conn.execute(_EMERGENCY, (municipality,))).fetchone()
    return row[0] if row else None


async def clinics(conn: Connection, person_id: UUID, report_id: UUID) -> list[str]:
    """The emergency clinics that a report has escalated to."""
    found = await conn.execute(_CLINICS, (person_id, report_id))
    return [unit for (unit,) in await found.fetchall()]


async def watch(conn: Connection, person_id: UUID, report_id: UUID, due: datetime | None) -> None:
    """Look after a result at that time; None: no more."""
    await conn.execute("SELECT journal.watch_result(%s, %s, %s)", (person_id, report_id, due))


async def take_late(conn: Connection, now: datetime) -> tuple[UUID, UUID] | None:
    """(person, report) of the one that has been due longest, locked until the transaction ends."""
    return await (await conn.execute("SELECT * FROM journal.take_late_result(%s)", (now,))).fetchone()
