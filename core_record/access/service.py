"""May this actor see this person's data: the decision, and the whole path of a look-up around it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access import apps, repository
from core_record.access.declared import access_request, journal_request, list_request
from core_record.access.effects import Withhold, settle, tell_and_record
from core_record.access.judgement import judge, judge_look_up, representation_of
from core_record.access.models import (
    AccessBasis,
    AccessRequest,
    Decision,
    LookUp,
    Relation,
    Restrictions,
)
from core_record.access.reasons import REASONS
from core_record.access.rows import actor_hash_of, entry_of, who_of
from core_record.access.settings import DENIAL_SYSTEM, OUTCOME_SYSTEM, PURPOSES
from core_record.access_log import service as access_log
from core_record.access_log.service import ActorEntry, Who
from core_record.representation.facts import Power, power_for
from kit.db import Database, savepoint, set_person
from kit.errors import AksonError, Forbidden, NotFound
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.limits import unknown_number
from kit.norway import today_in_norway

__all__ = [
    "PURPOSES",
    "REASONS",
    "AccessBasis",
    "AccessDenied",
    "AccessRequest",
    "Decision",
    "LookUp",
    "PersonNotFound",
    "Power",
    "Relation",
    "Restrictions",
    "Withhold",
    "access_request",
    "decide",
    "journal_request",
    "last_visit",
    "list_request",
    "look_up",
    "look_up_too",
    "open_list",
    "today_in_norway",
]

T = TypeVar("T")
REGISTER_KINDS = frozenset({"Person", "RelatedPerson", "AuditEvent", "Consent", "Attestation", "Notice"})
"""No health data: who the person is, who may act, who has looked, what was decided or attested."""
REFUSAL_SYSTEM = "urn:akson:access-refusal"


class AccessDenied(Forbidden):
    """403: decided against; `code` is the rule's."""


class PersonNotFound(NotFound):
    """404: no person has this number (a FHIR search answers an empty Bundle)."""


async def decide(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    actor: Actor,
    person_id: UUID,
    request: AccessRequest,
    power: Power | None = Power.RESULTS,
) -> Decision:
    """Decide about a person already resolved; the transaction must serve that person."""
    today = today_in_norway()
    facts = await repository.facts(conn, person_id, actor_hash_of(keys, actor), actor, request, today)
    own = facts.actor_id == person_id
    represented = await representation_of(conn, actor, facts, own=own, today=today)
    return judge(actor, request, facts, own=own, today=today, representation=represented, power=power)


async def look_up(
    db: Database,
    keys: KeyRing,
    actor: Actor,
    number: NationalId,
    request: AccessRequest,
    kinds: Sequence[str],
    read: Callable[[AsyncConnection[Any], UUID, Decision], Awaitable[LookUp[T]]],
    power: Power | None = None,
    withhold: Withhold | None = None,
) -> T:
    """Resolve, decide, read, log, commit: one transaction, and an answer only after its commit.

    `kinds` are the kinds of items asked for; `read` answers with how many of each it shows. `power` is what a
    fullmakt must cover, where the kinds do not say it. A refusal and a
    number that nobody has leave their own row, and raise `AccessDenied` or `PersonNotFound`. Whatever `read`
    raises rolls back: nothing was shown, nothing is logged.

    `withhold` keeps what the person has restricted out of the transaction before `read` begins; without it a
    person with any restriction is closed as a whole. `decision.withheld` says how much was kept back.
    """
    number_hash, actor_hash = keys.number_hash(number), actor_hash_of(keys, actor)
    async with db.transaction() as conn:
        today = today_in_norway()
        facts = await repository.open_look_up(conn, number_hash, actor_hash, actor, request, today)
        needed, health = power or power_for(kinds), _of_health(kinds)
        decision = await judge_look_up(
            conn, actor, number, request, facts, kinds, today, needed, health=health
        )
        decision = await settle(conn, decision, withhold)
        who = who_of(keys, actor, request, decision, actor_hash)
        if decision.permitted and decision.person_id is not None:
            found = await read(conn, decision.person_id, decision)
            apps.check_shown(actor, found.items, writes=request.writes)
            items = dict.fromkeys(kinds, 0) | dict(found.items)
            entry = entry_of(decision.person_id, who, request, decision, items, found.action)
            if health:
                await tell_and_record(conn, who, request, decision, today)
            await access_log.append_and_commit(conn, entry, found.meanwhile)
            return found.value
        await _note_nothing_shown(conn, number_hash, who, request, decision, kinds)
    if decision.refusal is not None:
        raise _denied(decision)
    await unknown_number()
    raise _nobody()


async def look_up_too(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    actor: Actor,
    number: NationalId,
    request: AccessRequest,
    kinds: Sequence[str],
    write: Callable[[UUID, Decision], Awaitable[LookUp[T]]],
    power: Power | None = None,
    withhold: Withhold | None = None,
) -> T | AksonError:
    """The same path for one more person in the transaction of another look-up, which serves it afterwards.

    What refuses (the decision, a number of nobody, an `AksonError` of `write`, whose work is undone) is the
    answer, so that its row stays. The caller gives it out after the commit, and serves the first one again.
    """
    number_hash, actor_hash = keys.number_hash(number), actor_hash_of(keys, actor)
    today = today_in_norway()
    facts = await repository.open_look_up(conn, number_hash, actor_hash, actor, request, today)
    decision = await judge_look_up(conn, actor, number, request, facts, kinds, today, power)
    decision = await settle(conn, decision, withhold)
    who = who_of(keys, actor, request, decision, actor_hash)
    if not decision.permitted or decision.person_id is None:
        await _note_nothing_shown(conn, number_hash, who, request, decision, kinds)
        return _denied(decision) if decision.refusal else _nobody()
    answer: T | AksonError
    items, action = dict.fromkeys(kinds, 0), "write" if request.writes else "read"
    try:
        async with savepoint(conn):
            found = await write(decision.person_id, decision)
        answer, items = found.value, items | dict(found.items)
    except AksonError as error:
        answer, items = error, items | error.shown
    await set_person(conn, decision.person_id)
    await tell_and_record(conn, who, request, decision, today)
    await access_log.append(conn, entry_of(decision.person_id, who, request, decision, items, action))
    return answer


def _nobody() -> PersonNotFound:
    return PersonNotFound("person-not-found", "No person has this number.")


async def last_visit(
    conn: AsyncConnection[Any], keys: KeyRing, actor: Actor, person_id: UUID, kind: str
) -> datetime | None:
    """When this actor's visit before the present one began, by the rows that showed `kind`; else None."""
    actor_hash = actor_hash_of(keys, actor)
    return await access_log.last_visit(conn, person_id, actor_hash, kind) if actor_hash else None


async def open_list(
    db: Database,
    keys: KeyRing,
    actor: Actor,
    request: AccessRequest,
    kind: str,
    read: Callable[[AsyncConnection[Any], Decision], Awaitable[LookUp[T]]],
) -> T:
    """The same path for a list of the actor's own unit (`akson.unit` is its place of treatment).

    The rules about the caller decide, none about a person; the row goes to the log keyed by actor.
    """
    unit = actor.place or actor.organisation
    async with db.transaction(unit=unit) as conn:
        today = today_in_norway()
        actor_hash = actor_hash_of(keys, actor)
        facts = await repository.facts(conn, None, actor_hash, actor, request, today)
        decision = judge(actor, request, facts, own=False, today=today)
        decision = apps.narrowed(actor, request, decision, (apps.LIST,))
        who = who_of(keys, actor, request, decision, actor_hash)
        entry = ActorEntry(who=who, action="list", items={kind: 0}, correlation_id=request.correlation_id)
        if decision.permitted:
            found = await read(conn, decision)
            await access_log.append_actor(conn, replace(entry, items={kind: 0} | dict(found.items)))
            return found.value
        await access_log.append_actor(conn, _refused(entry, decision))
    raise _denied(decision)


async def _note_nothing_shown(
    conn: AsyncConnection[Any],
    number_hash: bytes,
    who: Who,
    request: AccessRequest,
    decision: Decision,
    kinds: Sequence[str],
) -> None:
    """The row of a refused look-up (in the person's chain), or of a number nobody has (by actor).

    Nothing else was written in this transaction: it is the row's own.
    """
    items = dict.fromkeys(kinds, 0)
    if decision.person_id is not None:
        await access_log.append(conn, entry_of(decision.person_id, who, request, decision, items))
        return
    entry = ActorEntry(
        who=who,
        action="read",
        items=items,
        number_hash=number_hash,
        outcome="nobody-found",
        correlation_id=request.correlation_id,
    )
    await access_log.append_actor(conn, entry if decision.permitted else _refused(entry, decision))


def _of_health(kinds: Sequence[str]) -> bool:
    """Whether a look-up asks for health data; one that does not say what it asks for does."""
    return not kinds or not REGISTER_KINDS.issuperset(kinds)


def _refused(entry: ActorEntry, decision: Decision) -> ActorEntry:
    return replace(entry, outcome="refused", outcome_code=decision.refusal.code if decision.refusal else None)


def _denied(decision: Decision) -> AccessDenied:
    assert decision.refusal is not None  # noqa: S101 - callers have looked
    rule = decision.refusal
    own = (REFUSAL_SYSTEM, rule.code)
    if rule.outcome is None or rule.denial is None:
        return AccessDenied(rule.code, rule.text, outcome_details=own)
    others = (own, (DENIAL_SYSTEM, rule.denial))
    return AccessDenied(
        rule.code, rule.text, outcome_details=(OUTCOME_SYSTEM, rule.outcome), other_details=others
    )
