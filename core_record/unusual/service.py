"""Follow-up of unusual access by those who administer an organisation. Every call is decided and logged.

Opening an entry is a look-up: it stands in the log of the person it is about, who may ask what came of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.administrators import Administered, Administrator, administer, need_covered
from core_record.access_log import service as access_log
from core_record.access_log.service import LogEntry, Who
from core_record.unusual import repository
from core_record.unusual.models import REVIEW_REASONS, Entry, ListSearch, Opened, Review
from kit.db import Database, set_person, set_unit
from kit.errors import NotFound, Unprocessable
from kit.identity.actor import Actor
from kit.keys import KeyRing

T = TypeVar("T")
BASIS, RELATION = "OPPFOLGING", "follow-up"
"""What stands in the person's log: the organisation looked at how its own personnel had looked."""


class FollowUp:
    """Unusual access of the caller's own organisation."""

    def __init__(self, db: Database, keys: KeyRing, actor: Actor, correlation_id: str | None) -> None:
        self._db, self._keys, self._actor, self._correlation_id = db, keys, actor, correlation_id

    async def page(self, search: ListSearch) -> dict[str, Any]:
        """`{items, total, reasons}`: entries without the persons, newest first; and each reason's number."""

        async def work(conn: AsyncConnection[Any], who: Administrator) -> Administered[dict[str, Any]]:
            await set_unit(conn, need_covered(who, who.organisation))
            total, entries, counts = await repository.page(conn, who.organisation, search)
            return Administered(
                {"items": entries, "total": total, "reasons": counts}, {"Unusual": len(entries)}
            )

        return await self._do("unusual-list", work)

    async def open(self, entry_id: UUID) -> Opened:
        """Whom an entry is about, and what was looked at. Raises `NotFound`."""

        async def work(conn: AsyncConnection[Any], who: Administrator) -> Administered[Opened]:
            place = await self._find(conn, who, entry_id)
            await set_person(conn, place.person_id)
            rows = await repository.rows(conn, who.organisation, place)
            name, born = await repository.person(conn, place.person_id)
            items = {"AuditEvent": len(rows)}
            await access_log.append(conn, self._row(who, place.person_id, items))
            return Administered(Opened(entry=place.entry, person=name, born=born, rows=rows), items)

        return await self._do("unusual-open", work)

    async def review(self, entry_id: UUID, done: Review) -> Entry:
        """Note what came of an entry; safe to repeat. Raises `NotFound`, `Unprocessable`."""
        if done.reason not in REVIEW_REASONS:
            raise Unprocessable("reason-unknown", f"reason must be one of {', '.join(REVIEW_REASONS)}.")

        async def work(conn: AsyncConnection[Any], who: Administrator) -> Administered[Entry]:
            await self._find(conn, who, entry_id)
            await repository.review(conn, who.organisation, entry_id, done, who.personnel_id)
            return Administered((await self._find(conn, who, entry_id)).entry, {"Unusual": 1})

        return await self._do("unusual-review", work)

    async def _do(
        self, action: str, work: Callable[[AsyncConnection[Any], Administrator], Awaitable[Administered[T]]]
    ) -> T:
        return await administer(self._db, self._keys, self._actor, action, self._correlation_id, work)

    @staticmethod
    async def _find(conn: AsyncConnection[Any], who: Administrator, entry_id: UUID) -> repository.Place:
        await set_unit(conn, need_covered(who, who.organisation))
        place = await repository.find(conn, who.organisation, entry_id)
        if place is None:
            raise NotFound("entry-unknown", "Your organisation has no such entry.")
        return place

    def _row(self, who: Administrator, person_id: UUID, items: dict[str, int]) -> LogEntry:
        actor = Who(
            actor_kind=self._actor.kind.value,
            actor_hash=who.actor_hash,
            actor_name=who.name,
            organisation=who.organisation,
            organisation_name=who.organisation_name,
        )
        return LogEntry(
            person_id=person_id,
            who=actor,
            basis=BASIS,
            relation=RELATION,
            items=items,
            correlation_id=self._correlation_id,
        )
