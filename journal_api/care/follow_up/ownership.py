"""Whose list a report belongs on: the requester's, the unit's inbox, or the municipality's "no owner"."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.journal import MUNICIPAL
from core_record.result_news.service import News, municipality_of
from journal_api.care.follow_up import repository
from journal_api.care.follow_up.models import NO_OWNER, NOWHERE
from journal_api.care.requisitions.placed import ordered_by
from kit.identity.actor import Actor


class Owner(NamedTuple):
    """A list, and whose part of it (None: the inbox). `elsewhere`: outside the municipal services."""

    unit: str
    assignee: UUID | None = None
    elsewhere: bool = False


async def owner_of(conn: AsyncConnection[Any], news: News, day: date) -> Owner:
    """Where the report goes that is announced; the transaction serves its person."""
    doctor = await repository.personnel_of(conn, news.requester_hpr) if news.requester_hpr else None
    works_at = await repository.works_at(conn, doctor, day) if doctor else []
    ordered = await ordered_by(conn, news.person_id, news.requisitions)
    if ordered is not None:  # by the number: surer than names
        unit, orderer = ordered
        return await _at(conn, unit, orderer, await repository.works_at(conn, orderer, day))
    named = await repository.named_unit(conn, list(news.requester_units))
    if named is not None and named[1] not in MUNICIPAL:
        return Owner(named[0], elsewhere=True)
    if named is not None:
        return await _at(conn, named[0], doctor, works_at)
    if not works_at:
        return Owner(await no_owner(conn, news.person_id, day))
    unit = works_at[0]
    if len(works_at) > 1:  # nothing tells in which of them it was ordered, unless the person is listed there
        listed = await repository.listed_at(conn, news.person_id, day)
        if listed not in works_at:
            return Owner(await no_owner(conn, news.person_id, day))
        unit = listed
    return Owner(unit, doctor)


async def _at(conn: AsyncConnection[Any], unit: str, doctor: UUID | None, works_at: list[str]) -> Owner:
    """In the named unit, or its place where the doctor works; who works there no more has no list."""
    if unit in works_at:
        return Owner(unit, doctor)
    places = await repository.below(conn, unit)
    mine = [place for place in places if place in works_at]
    if len(mine) == 1:
        return Owner(mine[0], doctor)
    return Owner(places[0] if len(places) == 1 else unit)


async def no_owner(conn: AsyncConnection[Any], person_id: UUID, day: date) -> str:
    """The list of what has no owner where the person lives, or has a GP."""
    found = await municipality_of(conn, person_id)
    if found is None and (office := await repository.listed_at(conn, person_id, day)):
        found = await repository.municipality_of_unit(conn, office)
    return NO_OWNER + (found or NOWHERE)


async def lists_of(conn: AsyncConnection[Any], actor: Actor) -> list[str]:
    """The lists that a health worker acts on: the own unit's, and what has no owner in its municipality."""
    own = [unit for unit in (actor.place, actor.organisation) if unit]
    return [*own, *await ownerless(conn, own[0] if own else "")]


async def ownerless(conn: AsyncConnection[Any], unit: str) -> list[str]:
    """The lists of what has no owner that a unit looks after: its municipality's, and of nowhere at all."""
    municipality = await repository.municipality_of_unit(conn, unit)
    return [NO_OWNER + municipality, NO_OWNER + NOWHERE] if municipality else []
