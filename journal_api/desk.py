"""The path of a look-up in the journal: decide, do the work, log, commit; and who is at work."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from psycopg import AsyncConnection

from core_record.access.journal import journal_role
from core_record.access.service import (
    Decision,
    LookUp,
    Power,
    journal_request,
    list_request,
    look_up,
    open_list,
)
from core_record.fhir import person_number
from journal_api.withholding import withhold
from kit.db import Database, savepoint
from kit.errors import AksonError, Malformed
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_JOURNAL, WRITE_JOURNAL
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.web import correlation_id

T = TypeVar("T")
Caller = Annotated[Actor, Depends(actor_of)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every endpoint needs (`app.state.desk`)."""

    db: Database
    keys: KeyRing


@dataclass(frozen=True, slots=True)
class Visit:
    """One permitted look-up of one person: the connection that serves the person, and who is at work."""

    conn: AsyncConnection[Any]
    keys: KeyRing
    person_id: UUID
    number: NationalId
    actor: Actor
    role: str | None
    decision: Decision
    now: datetime

    @property
    def of_personnel(self) -> bool:
        """Whether a health worker is at work; else the person, or who acts for them."""
        return self.actor.kind is ActorKind.CLINICIAN

    @property
    def unit(self) -> str:
        """Organisation number of the place one works at; empty for citizens."""
        return self.actor.place or self.actor.organisation or ""

    @property
    def author(self) -> UUID:
        """The health worker, as the registers know them."""
        found = self.decision.facts.actor_id
        assert found is not None  # noqa: S101 - the decision knows whom it lets in
        return found

    @property
    def author_name(self) -> str:
        """The name that entries carry."""
        return self.decision.facts.personnel_name or ""

    @property
    def of_own_unit(self) -> frozenset[str]:
        """The kinds of which this role sees the own unit's entries alone."""
        if not self.of_personnel:
            return frozenset()
        return journal_role(self.actor.hpr_number, self.role).of_own_unit


async def visit(
    request: Request,
    actor: Actor,
    kinds: Collection[str],
    work: Callable[[Visit], Awaitable[LookUp[T | AksonError]]],
    *,
    writes: bool = False,
) -> T:
    """What `work` answers about the person of the header `person-id`, decided and logged.

    `kinds` are the kinds of entries asked for or written. An `AksonError` that `work` raises undoes what it
    did, leaves its row (nothing shown) and is raised; one that it returns as its value is raised after the
    commit of what it did. Raises as `core_record.access.look_up`; `Malformed` (`person-id-missing`).
    """
    require_scope(actor, WRITE_JOURNAL if writes else READ_JOURNAL)
    number = needed_number(request, actor)
    desk: Desk = request.app.state.desk
    declared = journal_request(request.headers, actor, correlation_id(request), kinds, writes=writes)

    async def read(conn: AsyncConnection[Any], person_id: UUID, decision: Decision) -> LookUp[T | AksonError]:
        now = datetime.now(UTC)
        here = Visit(conn, desk.keys, person_id, number, actor, declared.role, decision, now)
        try:
            async with savepoint(conn):
                found = await work(here)
        except AksonError as error:
            return LookUp(error, error.shown, "write" if writes else "read")
        return LookUp(found.value, found.items, "write" if writes else "read")

    done = await look_up(
        desk.db,
        desk.keys,
        actor,
        number,
        declared,
        sorted(kinds),
        read,
        power=Power.JOURNAL,
        withhold=withhold(actor),
    )
    if isinstance(done, AksonError):
        raise done
    return done


class _Decided(Exception):
    """Undoes a visit in which nothing was to be done."""


async def need_permission(request: Request, actor: Actor, kinds: Collection[str]) -> None:
    """Raises what `visit` would to one who may not write this, whose row is left; before much is read.

    Where it is permitted nothing is left: the visit that follows decides anew, and leaves its row.
    """

    async def decided(_: Visit) -> LookUp[None]:
        raise _Decided

    with contextlib.suppress(_Decided):
        await visit(request, actor, kinds, decided, writes=True)


async def unit_list(
    request: Request,
    actor: Actor,
    kind: str,
    work: Callable[[AsyncConnection[Any], KeyRing, Decision], Awaitable[LookUp[T | AksonError]]],
    *,
    writes: bool = False,
) -> T:
    """What `work` answers for the caller's own unit (`akson.unit`), with a row in the log keyed by actor.

    An `AksonError` that `work` raises leaves its row too, and is raised.
    """
    require_scope(actor, WRITE_JOURNAL if writes else READ_JOURNAL)
    desk: Desk = request.app.state.desk
    listed = list_request(request.headers, actor, correlation_id(request), journal=True)

    async def read(conn: AsyncConnection[Any], decision: Decision) -> LookUp[T | AksonError]:
        try:
            async with savepoint(conn):
                found = await work(conn, desk.keys, decision)
        except AksonError as error:
            return LookUp(error)
        return LookUp(found.value, found.items)

    done = await open_list(desk.db, desk.keys, actor, listed, kind, read)
    if isinstance(done, AksonError):
        raise done
    return done


def needed_number(request: Request, actor: Actor) -> NationalId:
    """Whom a call is about: the header `person-id`; a citizen without it means itself."""
    number = person_number(request)
    if number is None and actor.kind is ActorKind.CITIZEN:
        number = actor.national_id
    if number is None:
        raise Malformed("person-id-missing", "Send the person's national identity number in person-id.")
    return number
