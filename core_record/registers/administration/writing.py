"""An administrator's writes: personnel and links, each row with its history, all safe to repeat."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.administrators import Administrator, need_covered
from core_record.registers import repository as registers
from core_record.registers.administration import repository, rules
from core_record.registers.administration.models import LinkEnd, NewLink, Registered, Registration
from core_record.registers.changes import EMPLOYMENT, PERSONNEL, Change, Origin, upsert_async
from core_record.registers.numbers import seal_number
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import NationalId
from kit.keys import KeyRing


def origin_of(who: Administrator, reason: str) -> Origin:
    """What the history says of a change by this administrator."""
    return Origin(
        source="administrator",
        actor_hash=who.actor_hash,
        actor_name=who.name,
        organisation=who.organisation,
        reason=reason,
    )


async def register(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    who: Administrator,
    number: NationalId,
    entry: Registration,
    today: date,
) -> Registered:
    """Register personnel, if need be, and link them to a place of work.

    Raises as `link`, and `Unprocessable` (`name-invalid`, `too-young`, `number-of-other-name`).
    """
    need_covered(who, entry.org_number)
    names = rules.name(entry.given_name), rules.name(entry.family_name)
    rules.age(number, today)
    number_hash = keys.number_hash(number)
    cipher = seal_number(keys, number, number_hash)
    personnel_id = await registers.ensure(conn, number_hash, number.kind, cipher, number.birth_date)
    known = await repository.names_of(conn, personnel_id)
    if not rules.same_person(names, known.names):
        raise Unprocessable(
            "number-of-other-name", "The number belongs to someone of another name: check the number."
        )
    origin, created = origin_of(who, entry.reason), False
    if not known.is_personnel:
        row = {
            "personnel_id": personnel_id,
            "given_name": names[0],
            "family_name": names[1],
            "hpr_number": None,
        }
        created = await upsert_async(conn, PERSONNEL, row, origin) is Change.ADDED
    linked = await link(
        conn,
        who,
        NewLink(
            personnel_id=personnel_id,
            org_number=entry.org_number,
            role=entry.role,
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            reason=entry.reason,
        ),
        today,
    )
    return Registered(personnel_id=personnel_id, created=created, linked=linked)


async def link(conn: AsyncConnection[Any], who: Administrator, entry: NewLink, today: date) -> bool:
    """Link personnel to a place of work; False when the very same link is there already.

    Raises `Forbidden` (`organisation-not-yours`, `not-oneself`), `NotFound` (`personnel-unknown`), `Conflict`
    (`link-overlaps`), and `Unprocessable` (`period-…`, `role-…`, `reason-unknown`, `organisation-ended`).
    """
    need_covered(who, entry.org_number)
    rules.not_oneself(entry.personnel_id, who.personnel_id)
    rules.reason(entry.reason, rules.LINK_REASONS)
    rules.period(entry.valid_from, entry.valid_to, today)
    if not await repository.is_personnel(conn, entry.personnel_id):
        raise NotFound("personnel-unknown", "Nobody in the register of personnel has this id.")
    if not await repository.organisation_exists_on(conn, entry.org_number, entry.valid_from):
        raise Unprocessable("organisation-ended", "The organisation is not in operation on the first day.")
    day = max(entry.valid_from, min(today, entry.valid_to or today))
    rules.role(entry.role, await repository.codes_on(conn, entry.personnel_id, day))
    return await _put(conn, entry, origin_of(who, entry.reason))


async def _put(conn: AsyncConnection[Any], entry: NewLink, origin: Origin) -> bool:
    await repository.lock(conn, f"links|{entry.personnel_id}")
    key = (entry.personnel_id, entry.org_number, entry.role)
    for since, until in await repository.periods(conn, *key):
        if (since, until) == (entry.valid_from, entry.valid_to):
            return False
        if since <= (entry.valid_to or date.max) and entry.valid_from <= (until or date.max):
            raise Conflict(
                "link-overlaps", "There is a link in the same role at this time: end or change that one."
            )
    row = {
        "personnel_id": entry.personnel_id,
        "org_number": entry.org_number,
        "role": entry.role,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }
    return await upsert_async(conn, EMPLOYMENT, row, origin) is not Change.NONE


async def end_link(conn: AsyncConnection[Any], who: Administrator, entry: LinkEnd, today: date) -> bool:
    """Give a link another last day; False when it has that day already.

    Raises as `link`, `NotFound` (`link-unknown`), and `Conflict` (`changed-meanwhile`).
    """
    need_covered(who, entry.org_number)
    rules.not_oneself(entry.personnel_id, who.personnel_id)
    rules.reason(entry.reason, rules.LINK_REASONS)
    rules.period(entry.valid_from, entry.valid_to, max(today, entry.valid_from))
    await repository.lock(conn, f"links|{entry.personnel_id}")
    periods = await repository.periods(conn, entry.personnel_id, entry.org_number, entry.role)
    mine = [until for since, until in periods if since == entry.valid_from]
    if not mine:
        raise NotFound("link-unknown", "There is no such link.")
    if mine[0] == entry.valid_to:
        return False
    if mine[0] != entry.was:
        raise Conflict("changed-meanwhile", "Someone has changed this link meanwhile: look at it again.")
    if any(since > entry.valid_from and since <= (entry.valid_to or date.max) for since, _ in periods):
        raise Conflict("link-overlaps", "A later link in the same role has begun by then.")
    row = {
        "personnel_id": entry.personnel_id,
        "org_number": entry.org_number,
        "role": entry.role,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }
    return await upsert_async(conn, EMPLOYMENT, row, origin_of(who, entry.reason)) is not Change.NONE


async def found_by_number(conn: AsyncConnection[Any], keys: KeyRing, number: NationalId) -> UUID | None:
    """The personnel behind a number, or None."""
    person_id = await registers.resolve(conn, keys.number_hash(number))
    if person_id is None or not await repository.is_personnel(conn, person_id):
        return None
    return person_id
