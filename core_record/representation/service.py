"""Who may act for whom: what the decision asks, and giving, listing and ending a fullmakt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.notices import service as notices
from core_record.representation import repository
from core_record.representation.facts import Fullmakt, RepresentationFacts, Wanted
from kit.db import set_person
from kit.errors import Conflict, Unprocessable
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.norway import today_in_norway

__all__ = ["candidates", "end_fullmakt", "fullmakts", "give_fullmakt", "representation_facts"]


async def representation_facts(
    conn: AsyncConnection[Any], person_id: UUID, actor_id: UUID, today: date
) -> RepresentationFacts:
    """What the registers say of an actor and another person; the transaction serves whom it served."""
    return await repository.facts(conn, person_id, actor_id, today)


async def candidates(conn: AsyncConnection[Any], actor_id: UUID) -> list[UUID]:
    """Persons the actor may be able to act for; whether they may today is the decision's to say."""
    return await repository.candidates(conn, actor_id)


async def fullmakts(conn: AsyncConnection[Any], person_id: UUID) -> list[Fullmakt]:
    """Every fullmakt that a person has given, newest first; ended ones are its history."""
    return await repository.fullmakts(conn, person_id)


async def give_fullmakt(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    giver: UUID,
    holder: NationalId,
    family_name: str,
    wanted: Wanted,
    may_hold: Callable[[date | None], bool],
) -> Fullmakt:
    """Give it, in force from its first day (a fullmakt needs no acceptance: avtaleloven § 10).

    Safe to repeat with the same id. `may_hold` says whether someone born then is old enough.
    Raises `Unprocessable` (`fullmakt-holder-unknown`: no such number and family name, or one who may hold
    none; `fullmakt-to-oneself`; `fullmakt-holder-under-age`) and `Conflict` (`fullmakt-id-used`).
    """
    found = await repository.holder(conn, keys.number_hash(holder), family_name.strip(), today_in_norway())
    if found is None:
        raise Unprocessable(
            "fullmakt-holder-unknown",
            "Nobody who can hold a fullmakt has this number and this family name. Check both.",
        )
    holder_id, name, birth_date = found
    if holder_id == giver:
        raise Unprocessable("fullmakt-to-oneself", "You need no fullmakt for your own data.")
    if not may_hold(birth_date):
        raise Unprocessable("fullmakt-holder-under-age", "Who holds a fullmakt must have turned 18.")
    if await repository.give(conn, giver, wanted, holder_id, name):
        await _tell(conn, giver, holder_id, f"{wanted.fullmakt_id}:given")
    (there,) = [f for f in await fullmakts(conn, giver) if f.fullmakt_id == wanted.fullmakt_id]
    terms = (there.holder_id, set(there.powers), there.valid_from, there.valid_to)
    if terms != (holder_id, set(wanted.powers), wanted.valid_from, wanted.valid_to):
        raise Conflict("fullmakt-id-used", "This id is another fullmakt's. Give this one an id of its own.")
    return there


async def end_fullmakt(
    conn: AsyncConnection[Any],
    giver: UUID,
    fullmakt_id: UUID,
    ended_by: Callable[[Fullmakt], str | None],
) -> Fullmakt | None:
    """End it from this moment; repeating changes nothing. None when there is none that the caller may end.

    `ended_by` says as who the caller ends it (`giver`, `holder`), None when it is neither.
    """
    found = next((f for f in await fullmakts(conn, giver) if f.fullmakt_id == fullmakt_id), None)
    by = ended_by(found) if found else None
    if by is None:
        return None
    if found and await repository.end(conn, giver, fullmakt_id, by):
        other = found.holder_id if by == "giver" else giver
        await _tell(conn, giver, other, f"{fullmakt_id}:ended")
    return next(f for f in await fullmakts(conn, giver) if f.fullmakt_id == fullmakt_id)


async def _tell(conn: AsyncConnection[Any], giver: UUID, whom: UUID, key: str) -> None:
    """Tell the other party; the transaction serves the giver before and after."""
    kind = notices.NoticeKind.REPRESENTATION_GIVEN
    await set_person(conn, whom)
    await notices.add(conn, whom, kind, key=key, of_next_row=False)
    await set_person(conn, giver)
