"""The register of apps, as administrators keep it: each act decided, logged, committed in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from core_record.access.administrators import Administered, Administrator, administer, need_covered
from core_record.apps import repository, writing
from core_record.apps.models import AppRow, Proposal, Step, Verdict, Which
from core_record.registers.changes import Origin
from kit.db import Database
from kit.identity.actor import Actor
from kit.keys import KeyRing
from kit.norway import today_in_norway

__all__ = ["AppRegister", "AppRow", "Proposal", "Verdict", "every", "in_force"]

Conn = AsyncConnection[Any]
_KIND = "App"


@dataclass(frozen=True, slots=True)
class AppRegister:
    """The register for one caller. Every method may raise `AccessDenied` by the administrators' rules."""

    db: Database
    keys: KeyRing
    actor: Actor
    correlation_id: str | None
    development: bool = False

    async def apps(self) -> list[AppRow]:
        """The apps of the organisations that the caller administers, whatever their state."""

        async def work(conn: Conn, who: Administrator) -> Administered[list[AppRow]]:
            found = await repository.rows(conn, who.covered)
            return Administered(found, {_KIND: len(found)})

        return await administer(self.db, self.keys, self.actor, "apps", self.correlation_id, work)

    async def history(self, which: Which) -> list[Step]:
        """Who did what with an app, newest first; raises `organisation-not-yours`."""

        async def work(conn: Conn, who: Administrator) -> Administered[list[Step]]:
            need_covered(who, which.org_number)
            found = await repository.history(conn, which.client_id, which.org_number)
            return Administered(found, {"Change": len(found)})

        return await administer(self.db, self.keys, self.actor, "app-history", self.correlation_id, work)

    async def propose(self, entry: Proposal) -> bool:
        """Enter an app, or what is new; raises as `writing.propose`, and `organisation-not-yours`."""

        async def work(conn: Conn, who: Administrator) -> Administered[bool]:
            need_covered(who, entry.org_number)
            origin = _origin(who, "proposed")
            done = await writing.propose(conn, entry, origin, today_in_norway(), development=self.development)
            return Administered(done, {_KIND: 1})

        return await administer(self.db, self.keys, self.actor, "propose-app", self.correlation_id, work)

    async def decide(self, entry: Verdict) -> tuple[bool, AppRow]:
        """Approve, suspend or withdraw; raises as `writing.decide`, and `organisation-not-yours`."""

        async def work(conn: Conn, who: Administrator) -> Administered[tuple[bool, AppRow]]:
            need_covered(who, entry.org_number)
            done = await writing.decide(conn, entry, _origin(who, entry.reason), today_in_norway())
            return Administered(done, {_KIND: 1})

        return await administer(self.db, self.keys, self.actor, "decide-app", self.correlation_id, work)


async def every(conn: Conn) -> list[AppRow]:
    """All apps of all organisations, for those who run the service."""
    return await repository.rows(conn, None)


async def in_force(db: Database) -> list[AppRow]:
    """The apps that are approved and not past their last day, for everyone to read."""
    async with db.transaction() as conn:
        found = await repository.rows(conn, None)
    today = today_in_norway()
    return [row for row in found if row.state == "approved" and row.valid_to >= today]


def _origin(who: Administrator, reason: str) -> Origin:
    return Origin(
        source="administrator",
        actor_hash=who.actor_hash,
        actor_name=who.name,
        organisation=who.organisation,
        reason=reason,
    )
