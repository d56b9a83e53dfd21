"""The privacy settings' SQL. Private to this feature; every statement names the person first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row

from core_record.privacy.models import By, Kind, Setting

_COLUMNS = (
    "s.setting_id, s.kind, s.scope, s.field, s.org_number, s.personnel_id, s.hpr_number, s.party_name,"
    " s.valid_from, s.valid_to, s.set_at, s.set_by, s.set_by_name, s.withdrawn_at, s.withdrawn_by,"
    " s.withdrawn_by_name"
)
_OF_PERSON = f"""
SELECT {_COLUMNS}, CASE WHEN d.ordered_at IS NULL THEN NULL WHEN d.done_at IS NULL THEN 'pending'
    ELSE 'done' END AS deletion
FROM core_record.privacy_setting s
LEFT JOIN core_record.deletions_of(%(person)s) d ON d.setting_id = s.setting_id
WHERE s.person_id = %(person)s ORDER BY s.set_at DESC, s.setting_id
"""  # noqa: S608 - a constant list of columns
_INSERT = """
INSERT INTO core_record.privacy_setting (person_id, setting_id, kind, scope, field, org_number, personnel_id,
    hpr_number, party_name, valid_from, valid_to, set_by, set_by_hash, set_by_name, set_by_organisation,
    request_hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_WITHDRAW = """
UPDATE core_record.privacy_setting SET withdrawn_at = clock_timestamp(), withdrawn_by = %s,
    withdrawn_by_hash = %s, withdrawn_by_name = %s
WHERE person_id = %s AND setting_id = %s AND withdrawn_at IS NULL
"""
_PERSONNEL = """
SELECT personnel_id, hpr_number, given_name || ' ' || family_name FROM core_record.personnel
WHERE hpr_number = %s
"""
_SEEN = """
SELECT p.personnel_id, p.hpr_number, p.given_name || ' ' || p.family_name
FROM core_record.access_log l
JOIN core_record.personnel p ON p.personnel_id = core_record.resolve_number(l.actor_hash)
WHERE l.person_id = %s AND l.event_id = %s AND l.actor_kind = 'clinician'
"""


async def lock_person(conn: AsyncConnection[Any], person_id: UUID) -> None:
    """One change of a person's settings at a time; waits for messages about the person under way."""
    await conn.execute("SELECT 1 FROM core_record.person WHERE person_id = %s FOR UPDATE", (person_id,))


async def of_person(conn: AsyncConnection[Any], person_id: UUID) -> list[Setting]:
    """All of a person's settings, newest first."""
    async with conn.cursor(row_factory=class_row(Setting)) as cursor:
        await cursor.execute(_OF_PERSON, {"person": person_id})
        return await cursor.fetchall()


async def by_request(conn: AsyncConnection[Any], person_id: UUID, request_hash: bytes) -> UUID | None:
    """The setting that a request with this key made."""
    row = await (
        await conn.execute(
            "SELECT setting_id FROM core_record.privacy_setting WHERE person_id = %s AND request_hash = %s",
            (person_id, request_hash),
        )
    ).fetchone()
    return row[0] if row else None


async def insert(
    conn: AsyncConnection[Any], person_id: UUID, setting: Setting, by: By, request_hash: bytes | None
) -> None:
    """Write a new setting."""
    await conn.execute(
        _INSERT,
        (
            person_id,
            setting.setting_id,
            setting.kind,
            setting.scope,
            setting.field,
            setting.org_number,
            setting.personnel_id,
            setting.hpr_number,
            setting.party_name,
            setting.valid_from,
            setting.valid_to,
            by.kind,
            by.number_hash,
            by.name,
            by.organisation,
            request_hash,
        ),
    )
    if setting.kind == Kind.RESERVASJON:
        await conn.execute("SELECT core_record.order_deletion(%s, %s)", (person_id, setting.setting_id))


async def withdraw(conn: AsyncConnection[Any], person_id: UUID, setting_id: UUID, by: By) -> None:
    """Note that a setting holds no more."""
    await conn.execute(_WITHDRAW, (by.kind, by.number_hash, by.name, person_id, setting_id))


async def organisation_name(conn: AsyncConnection[Any], org_number: str) -> str | None:
    """An organisation's name, or None."""
    row = await (
        await conn.execute("SELECT name FROM core_record.organisation WHERE org_number = %s", (org_number,))
    ).fetchone()
    return row[0] if row else None


async def personnel(conn: AsyncConnection[Any], hpr_number: str) -> tuple[UUID, str | None, str] | None:
    """(id, HPR number, name) of a health worker."""
    return await (await conn.execute(_PERSONNEL, (hpr_number,))).fetchone()


async def seen_in_log(
    conn: AsyncConnection[Any], person_id: UUID, event_id: UUID
) -> tuple[UUID, str | None, str] | None:
    """The health worker that a row of the person's own log shows, with or without HPR number."""
    return await (await conn.execute(_SEEN, (person_id, event_id))).fetchone()


async def note_consent(
    conn: AsyncConnection[Any],
    person_id: UUID,
    setting_id: UUID,
    organisation: tuple[str, str | None],
    until: datetime,
    actor: tuple[bytes, str | None],
) -> None:
    """Record a consent to (organisation number, name) as stated by (keyed hash, name) of a health worker."""
    await conn.execute(
        "SELECT core_record.note_consent(%s, %s, %s, %s, %s, %s, %s)",
        (person_id, setting_id, *organisation, until, *actor),
    )


def take_deletion_sync(conn: Connection[Any]) -> tuple[UUID, UUID] | None:
    """The oldest order to delete (person, setting) that nobody works on, locked until commit."""
    return conn.execute("SELECT person_id, setting_id FROM core_record.take_deletion()").fetchone()


def deletion_done_sync(conn: Connection[Any], person_id: UUID, setting_id: UUID, counts: str) -> None:
    """Note what was deleted, as a JSON object of counts."""
    conn.execute("SELECT core_record.deletion_done(%s, %s, %s::jsonb)", (person_id, setting_id, counts))
