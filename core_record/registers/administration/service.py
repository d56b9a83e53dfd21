"""What an administrator does with the registers: each act decided, logged, committed in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import AsyncConnection

from core_record.access.administrators import Administered, Administrator, administer
from core_record.access.service import today_in_norway
from core_record.registers.administration import repository
from core_record.registers.administration.models import (
    Organisation,
    OrganisationSearch,
    PersonnelSearch,
    Worker,
)
from kit.db import Database
from kit.errors import Forbidden
from kit.identity.actor import Actor
from kit.keys import KeyRing

T = TypeVar("T")
Work = Callable[[AsyncConnection[Any], Administrator], Awaitable[Administered[T]]]


@dataclass(frozen=True, slots=True)
class Administration:
    """The registers for one caller. Every method may raise `AccessDenied` (403) by the rules."""

    db: Database
    keys: KeyRing
    actor: Actor
    correlation_id: str | None

    async def me(self) -> Administrator:
        """Who the administrator is, and what it administers."""

        async def work(_: AsyncConnection[Any], who: Administrator) -> Administered[Administrator]:
            return Administered(who)

        return await self._do("me", work)

    async def organisations(self, search: OrganisationSearch) -> tuple[int, list[Organisation]]:
        """The tree of one's own organisation, or of all, and how many it holds."""

        async def work(
            conn: AsyncConnection[Any], who: Administrator
        ) -> Administered[tuple[int, list[Organisation]]]:
            found = await repository.tree(conn, who.covered, search)
            return Administered(found, {"Organization": len(found[1])})

        return await self._do("organisations", work)

    async def personnel(self, search: PersonnelSearch) -> tuple[int, list[Worker]]:
        """Who works at one's own organisation, or did, and how many they are."""

        async def work(
            conn: AsyncConnection[Any], who: Administrator
        ) -> Administered[tuple[int, list[Worker]]]:
            today = today_in_norway()
            places = [covered(who, search.place)] if search.place else sorted(who.covered)
            total, rows = await repository.workers(conn, places, search, today)
            found = await repository.described(conn, who.covered, rows, today)
            return Administered((total, found), {"Practitioner": len(found)})

        return await self._do("personnel", work)

    async def _do(self, action: str, work: Work[T]) -> T:
        return await administer(self.db, self.keys, self.actor, action, self.correlation_id, work)


def covered(who: Administrator, org_number: str) -> str:
    """The organisation, when the administrator keeps it; raises `Forbidden` (`organisation-not-yours`)."""
    if org_number not in who.covered:
        raise Forbidden(
            "organisation-not-yours", "You administer your own organisation and what is below it alone."
        )
    return org_number
