"""What an administrator does with the registers: each act decided, logged, committed in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.administrators import Administered, Administrator, administer, need_covered
from core_record.access.service import today_in_norway
from core_record.registers.administration import history, lists, repository, substitutes, writing
from core_record.registers.administration.models import (
    Appointment,
    AppointmentEnd,
    ChangeRow,
    ChangeSearch,
    GpList,
    LinkEnd,
    NewLink,
    Organisation,
    OrganisationSearch,
    PersonnelSearch,
    Registered,
    Registration,
    Worker,
)
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing

T = TypeVar("T")
Conn = AsyncConnection[Any]
Work = Callable[[Conn, Administrator], Awaitable[Administered[T]]]
_SEEN_AFTER = timedelta(days=365)
"""How long an ended substitution stays in the list of GP lists."""


@dataclass(frozen=True, slots=True)
class Administration:
    """The registers for one caller. Every method may raise `AccessDenied` (403) by the rules."""

    db: Database
    keys: KeyRing
    actor: Actor
    correlation_id: str | None

    async def me(self) -> Administrator | None:
        """Who the administrator is, and what it administers; None for one who is not registered."""

        async def work(_: Conn, who: Administrator) -> Administered[Administrator | None]:
            return Administered(who)

        return await self._do("me", work, stranger=Administered(None))

    async def organisations(self, search: OrganisationSearch) -> tuple[int, list[Organisation]]:
        """The tree of one's own organisation, or of all, and how many it holds."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[int, list[Organisation]]]:
            found = await repository.tree(conn, who.covered, search)
            return Administered(found, {"Organization": len(found[1])})

        return await self._do("organisations", work)

    async def personnel(self, search: PersonnelSearch) -> tuple[int, list[Worker]]:
        """Who works at one's own organisation, or did, and how many they are."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[int, list[Worker]]]:
            today = today_in_norway()
            places = [need_covered(who, search.place)] if search.place else sorted(who.covered)
            total, rows = await repository.workers(conn, places, search, today)
            found = await repository.described(conn, who.covered, rows, today)
            return Administered((total, found), {"Practitioner": len(found)})

        return await self._do("personnel", work)

    async def by_number(self, number: NationalId) -> Worker | None:
        """The personnel behind a number, wherever they work; None when the register has nobody."""

        async def work(conn: Conn, who: Administrator) -> Administered[Worker | None]:
            personnel_id = await writing.found_by_number(conn, self.keys, number)
            if personnel_id is None:
                return Administered(None, {"Practitioner": 0}, "nobody-found")
            return Administered(await _worker(conn, who, personnel_id), {"Practitioner": 1})

        return await self._do("by-number", work, number)

    async def register(self, number: NationalId, entry: Registration) -> tuple[Registered, Worker]:
        """Register personnel and link them to a place of work; repeating it changes nothing."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[Registered, Worker]]:
            done = await writing.register(conn, self.keys, who, number, entry, today_in_norway())
            worker = await _worker(conn, who, done.personnel_id)
            return Administered((done, worker), {"Practitioner": 1})

        return await self._do("register", work, number)

    async def link(self, entry: NewLink) -> tuple[bool, Worker]:
        """Link personnel to a place of work: whether anything changed, and what holds now."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[bool, Worker]]:
            done = await writing.link(conn, who, entry, today_in_norway())
            return Administered((done, await _worker(conn, who, entry.personnel_id)), {"PractitionerRole": 1})

        return await self._do("link", work)

    async def end_link(self, entry: LinkEnd) -> tuple[bool, Worker]:
        """Give a link another last day: whether anything changed, and what holds now."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[bool, Worker]]:
            done = await writing.end_link(conn, who, entry, today_in_norway())
            return Administered((done, await _worker(conn, who, entry.personnel_id)), {"PractitionerRole": 1})

        return await self._do("end-link", work)

    async def gp_lists(self, words: list[str]) -> list[GpList]:
        """The lists at the GP offices one answers for, with substitutes; every word is in office or name."""

        async def work(conn: Conn, who: Administrator) -> Administered[list[GpList]]:
            found = await _lists(conn, who, today_in_norway())
            shown = [one for one in found if _has(f"{one.office} {one.name} {one.hpr_number}", words)]
            return Administered(shown, {"GpList": len(shown)})

        return await self._do("gp-lists", work)

    async def appoint(self, entry: Appointment) -> bool:
        """Appoint a substitute; False when that very one was appointed already."""

        async def work(conn: Conn, who: Administrator) -> Administered[bool]:
            done = await substitutes.appoint(conn, who, entry, today_in_norway())
            return Administered(done, {"GpList": 1})

        return await self._do("appoint-substitute", work)

    async def end_appointment(self, entry: AppointmentEnd) -> bool:
        """Give a substitution another last day; False when it has that day already."""

        async def work(conn: Conn, who: Administrator) -> Administered[bool]:
            return Administered(await substitutes.end(conn, who, entry, today_in_norway()), {"GpList": 1})

        return await self._do("end-substitute", work)

    async def changes(self, search: ChangeSearch) -> tuple[int, list[ChangeRow]]:
        """Who changed what of one's own registers, newest first."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[int, list[ChangeRow]]]:
            places = [need_covered(who, search.place)] if search.place else sorted(who.covered)
            gps = [one.hpr_number for one in await _lists(conn, who, today_in_norway())]
            found = await history.changes(conn, places, gps, search)
            return Administered(found, {"Change": len(found[1])})

        return await self._do("changes", work)

    async def _do(
        self,
        action: str,
        work: Work[T],
        tried: NationalId | None = None,
        stranger: Administered[T] | None = None,
    ) -> T:
        return await administer(
            self.db, self.keys, self.actor, action, self.correlation_id, work, tried, stranger
        )


async def _worker(conn: Conn, who: Administrator, personnel_id: UUID) -> Worker:
    rows = await repository.rows_of(conn, personnel_id)
    return (await repository.described(conn, who.covered, rows, today_in_norway()))[0]


async def _lists(conn: Conn, who: Administrator, today: date) -> list[GpList]:
    found: list[GpList] = []
    for office in await lists.offices(conn, who.covered):
        found += await lists.gp_lists(conn, office, today, today - _SEEN_AFTER)
    return found


def _has(text: str, words: list[str]) -> bool:
    return all(word.casefold() in text.casefold() for word in words)
