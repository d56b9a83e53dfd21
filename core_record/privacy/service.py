"""Make, withdraw and list privacy settings; orders to delete. Runs in transactions that serve the person.

Who may call is decided before (`core_record.access`): nothing here asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import AsyncConnection, Connection

from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from core_record.privacy import repository
from core_record.privacy.models import FIELDS, By, Kind, Scope, SetBy, Setting, Wanted
from kit.db import set_person_sync
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id

__all__ = [
    "COURSE",
    "FIELDS",
    "By",
    "Kind",
    "Scope",
    "SetBy",
    "Setting",
    "Wanted",
    "carry_out_deletion",
    "make",
    "note_consent",
    "settings_of",
    "withdraw",
]

COURSE = timedelta(days=180)
"""How long a recorded consent holds when nobody says otherwise: one course of treatment (J)."""
_SAME = ("kind", "scope", "field", "org_number", "personnel_id", "hpr_number")


async def settings_of(conn: AsyncConnection[Any], person_id: UUID) -> list[Setting]:
    """Every setting the person ever had, newest first; withdrawn ones too."""
    return await repository.of_person(conn, person_id)


async def make(
    conn: AsyncConnection[Any], person_id: UUID, wanted: Wanted, by: By, request_hash: bytes | None = None
) -> tuple[Setting, bool]:
    """Make a setting; (the setting, whether it is new). Repeated, or where one in force covers it, nothing is
    made.

    Raises `Unprocessable` (`practitioner-unknown`, `organisation-unknown`, `period-invalid`), `Conflict`
    (`idempotency-key-reused`).
    """
    await repository.lock_person(conn, person_id)
    fresh = await _resolved(conn, person_id, wanted, by)
    known = {s.setting_id: s for s in await repository.of_person(conn, person_id)}
    earlier = await repository.by_request(conn, person_id, request_hash) if request_hash else None
    if earlier is not None:
        if not _same(known[earlier], fresh):
            raise Conflict("idempotency-key-reused", "This Idempotency-Key was used for another setting.")
        return known[earlier], False
    now = datetime.now(UTC)
    for setting in known.values():
        if setting.in_force(now) and _covers(setting, fresh):
            return setting, False
    await repository.insert(conn, person_id, fresh, by, request_hash)
    return await _one(conn, person_id, fresh.setting_id), True


async def withdraw(
    conn: AsyncConnection[Any], person_id: UUID, setting_id: UUID, by: By, version: int
) -> Setting:
    """Withdraw a setting of which `version` was seen; one already withdrawn stays as it is.

    Raises `NotFound` (`consent-not-found`), `Conflict` (`version-conflict`, `deletion-running`).
    """
    await repository.lock_person(conn, person_id)
    setting = await _one(conn, person_id, setting_id)
    if version > setting.version:
        raise Conflict("version-conflict", "The setting has no such version. Read it again.")
    if setting.deletion == "pending":
        raise Conflict("deletion-running", "Data are being deleted as asked. Try again in a minute.")
    await repository.withdraw(conn, person_id, setting_id, by)
    return await _one(conn, person_id, setting_id)


async def note_consent(
    conn: AsyncConnection[Any],
    person_id: UUID,
    organisation: tuple[str, str | None],
    actor: tuple[bytes, str | None],
    today: date,
) -> None:
    """Record the consent a health worker states: given to (organisation number, name), for one course."""
    setting_id = uuid5(person_id, f"{organisation[0]} {today}")  # look-ups at the same time record it once
    until = datetime.now(UTC) + COURSE
    await repository.note_consent(conn, person_id, setting_id, organisation, until, actor)


def carry_out_deletion(
    conn: Connection[Any], delete: Callable[[Connection[Any], UUID], Mapping[str, int]]
) -> bool:
    """Take the oldest order to delete and let `delete` carry it out; False when there is none.

    `delete` removes what its service holds of the person, and answers with counts. Order, deletion and notice
    are one transaction of the caller, which serves the person afterwards.
    """
    order = repository.take_deletion_sync(conn)
    if order is None:
        return False
    person_id, setting_id = order
    set_person_sync(conn, person_id)
    counts = delete(conn, person_id)
    repository.deletion_done_sync(conn, person_id, setting_id, msgspec.json.encode(counts).decode())
    notices.add_sync(conn, person_id, NoticeKind.RESERVATION_DONE, key=str(setting_id))
    return True


async def _resolved(conn: AsyncConnection[Any], person_id: UUID, wanted: Wanted, by: By) -> Setting:
    """The wish as a row: parties found in the registers, the period checked."""
    now = datetime.now(UTC)
    start, end = wanted.valid_from or now, wanted.valid_to
    if end is None and wanted.kind is Kind.SAMTYKKE and by.kind == "clinician":
        end = start + COURSE
    if wanted.kind is Kind.RESERVASJON and (wanted.valid_from or wanted.valid_to):
        raise Unprocessable("period-invalid", "A reservasjon holds from now until it is withdrawn.")
    if end is not None and (end <= start or end <= now):
        raise Unprocessable("period-invalid", "The period must end after it begins, and not in the past.")
    setting = Setting(
        setting_id=new_id(),
        kind=wanted.kind.value,
        scope=wanted.scope.value if wanted.scope else None,
        field=wanted.field,
        org_number=wanted.org_number,
        personnel_id=None,
        hpr_number=wanted.hpr_number,
        party_name=None,
        valid_from=start,
        valid_to=end,
        set_at=now,
        set_by=by.kind,
        set_by_name=by.name,
        withdrawn_at=None,
        withdrawn_by=None,
        withdrawn_by_name=None,
    )
    return await _with_parties(conn, person_id, setting, wanted.log_event)


async def _with_parties(
    conn: AsyncConnection[Any], person_id: UUID, setting: Setting, log_event: UUID | None
) -> Setting:
    if setting.org_number is not None:
        name = await repository.organisation_name(conn, setting.org_number)
        if name is None:
            raise Unprocessable("organisation-unknown", "No organisation has this number.")
        setting = replace(setting, party_name=name)
    if log_event is None and setting.hpr_number is None:
        return setting
    if log_event is not None:
        found = await repository.seen_in_log(conn, person_id, log_event)
    else:
        found = await repository.personnel(conn, setting.hpr_number or "")
    if found is None:
        raise Unprocessable("practitioner-unknown", "No health worker is found by this.")
    personnel_id, hpr_number, name = found
    return replace(setting, personnel_id=personnel_id, hpr_number=hpr_number, party_name=name)


def _same(one: Setting, other: Setting) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _SAME)


def _covers(one: Setting, other: Setting) -> bool:
    ends_later = one.valid_to is None or (other.valid_to is not None and one.valid_to >= other.valid_to)
    return _same(one, other) and one.valid_from <= other.valid_from and ends_later


async def _one(conn: AsyncConnection[Any], person_id: UUID, setting_id: UUID) -> Setting:
    found = [s for s in await repository.of_person(conn, person_id) if s.setting_id == setting_id]
    if not found:
        raise NotFound("consent-not-found", "This person has no such setting.")
    return found[0]
