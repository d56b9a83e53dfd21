"""GP lists and who stands in for the GP.

The municipality answers for the GP scheme, substitutes included (helse- og omsorgstjenesteloven § 3-2 first
paragraph no. 4; fastlegeforskriften), also where a GP's office is a company of its own: its administrator
keeps the substitutes of every GP office in the municipality (J). All else follows the hierarchy.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.administrators import Administrator
from core_record.registers.administration import lists, repository, rules
from core_record.registers.administration.models import Appointment, AppointmentEnd
from core_record.registers.administration.writing import origin_of
from core_record.registers.changes import EMPLOYMENT, SUBSTITUTE, Change, Origin, upsert_async
from kit.errors import Conflict, Forbidden, NotFound, Unprocessable

_DOCTOR = "LE"


async def appoint(conn: AsyncConnection[Any], who: Administrator, entry: Appointment, today: date) -> bool:
    """Appoint a substitute, linked to the office for the same days where no link is; False: no change.

    Raises `Forbidden` (`office-not-yours`, `not-oneself`), `Conflict` (`substitute-overlaps`) and
    `Unprocessable` (`period-…`, `reason-unknown`, `own-substitute`, `gp-unknown`, `substitute-unknown`,
    `substitute-not-authorised`).
    """
    await _office(conn, who, entry.org_number)
    rules.reason(entry.reason, rules.SUBSTITUTE_REASONS)
    rules.period(entry.valid_from, entry.valid_to, today)
    if entry.hpr_number == entry.substitute_hpr:
        raise Unprocessable("own-substitute", "A GP does not stand in for themselves.")
    if await lists.works_at(conn, entry.hpr_number, entry.org_number, entry.valid_from) is None:
        raise Unprocessable("gp-unknown", "No such doctor works at this office on the first day.")
    substitute = await lists.personnel(conn, entry.substitute_hpr)
    if substitute is None:
        raise Unprocessable("substitute-unknown", "No health personnel has the substitute's HPR number.")
    rules.not_oneself(substitute, who.personnel_id)
    for day in (entry.valid_from, entry.valid_to):
        if _DOCTOR not in await repository.codes_on(conn, substitute, day):
            raise Unprocessable(
                "substitute-not-authorised", "The substitute has no authorisation as a doctor in the period."
            )
    return await _put(conn, entry, substitute, origin_of(who, entry.reason))


async def _put(conn: AsyncConnection[Any], entry: Appointment, substitute: UUID, origin: Origin) -> bool:
    await repository.lock(conn, f"substitutes|{entry.hpr_number}")
    for since, until in await lists.substitutions(conn, entry.hpr_number, entry.substitute_hpr):
        if (since, until) == (entry.valid_from, entry.valid_to):
            return False
        if since <= entry.valid_to and entry.valid_from <= (until or date.max):
            raise Conflict("substitute-overlaps", "The same substitute is appointed at this time already.")
    row = _row(entry, entry.valid_to)
    changed = await upsert_async(conn, SUBSTITUTE, row, origin) is not Change.NONE
    await repository.lock(conn, f"links|{substitute}")
    if not await lists.linked_throughout(
        conn, substitute, entry.org_number, entry.valid_from, entry.valid_to
    ):
        await upsert_async(conn, EMPLOYMENT, _link(entry, substitute, entry.valid_to), origin)
    return changed


async def end(conn: AsyncConnection[Any], who: Administrator, entry: AppointmentEnd, today: date) -> bool:
    """Give a substitution another last day, and the link that came with it; False when it has it already.

    Raises as `appoint`, `NotFound` (`substitution-unknown`) and `Conflict` (`changed-meanwhile`).
    """
    await _office(conn, who, entry.org_number)
    rules.reason(entry.reason, rules.SUBSTITUTE_REASONS)
    rules.period(entry.valid_from, entry.valid_to, max(today, entry.valid_from))
    await repository.lock(conn, f"substitutes|{entry.hpr_number}")
    if await lists.works_at(conn, entry.hpr_number, entry.org_number, entry.valid_from) is None:
        raise Unprocessable("gp-unknown", "No such doctor works at this office on the first day.")
    found = await lists.substitutions(conn, entry.hpr_number, entry.substitute_hpr)
    mine = [until for since, until in found if since == entry.valid_from]
    if not mine:
        raise NotFound("substitution-unknown", "There is no such substitution.")
    if mine[0] == entry.valid_to:
        return False
    if mine[0] != entry.was:
        raise Conflict("changed-meanwhile", "Someone has changed this meanwhile: look at it again.")
    if any(since > entry.valid_from and since <= entry.valid_to for since, _ in found):
        raise Conflict("substitute-overlaps", "A later substitution has begun by then.")
    origin = origin_of(who, entry.reason)
    await upsert_async(conn, SUBSTITUTE, _row(entry, entry.valid_to), origin)
    substitute = await lists.personnel(conn, entry.substitute_hpr)
    if substitute is not None and await lists.came_with(
        conn, substitute, entry.org_number, entry.valid_from, entry.was
    ):
        await upsert_async(conn, EMPLOYMENT, _link(entry, substitute, entry.valid_to), origin)
    return True


async def _office(conn: AsyncConnection[Any], who: Administrator, org_number: str) -> None:
    if org_number not in {office for office, _ in await lists.offices(conn, who.covered)}:
        raise Forbidden("office-not-yours", "The office is neither yours nor in your municipality.")


def _row(entry: Appointment | AppointmentEnd, until: date) -> dict[str, Any]:
    return {
        "hpr_number": entry.hpr_number,
        "substitute_hpr": entry.substitute_hpr,
        "valid_from": entry.valid_from,
        "valid_to": until,
    }


def _link(entry: Appointment | AppointmentEnd, substitute: UUID, until: date) -> dict[str, Any]:
    return {
        "personnel_id": substitute,
        "org_number": entry.org_number,
        "role": _DOCTOR,
        "valid_from": entry.valid_from,
        "valid_to": until,
    }
