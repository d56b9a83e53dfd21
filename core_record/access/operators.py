"""Who may operate the service: follow messages, and open one that waits for a person.

Operators give no health care and have no care relation. They may see what a held message says, one message at
a time and only to have it put right, and the person it is about finds the opening in the log. Rules as a
table: code, condition that refuses, source, what to tell. (J) marks a judgement of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access import repository
from core_record.access.models import AccessRequest, Facts
from core_record.access.question import HIGH
from core_record.access.service import REFUSAL_SYSTEM, AccessDenied, today_in_norway
from core_record.access_log import service as access_log
from core_record.access_log.service import ActorEntry, LogEntry, Who
from kit.db import Database, set_person
from kit.identity.actor import Actor, ActorKind
from kit.keys import KeyRing

T = TypeVar("T")
BASIS, RELATION = "DRIFT", "operator"
"""What stands in the person's log: a message about the person was opened to be put right."""
_PREFIX = "operations-"


@dataclass(frozen=True, slots=True)
class OperatorQuestion:
    """All that a rule may look at. `operates`: employed today to operate, by the service's own agency."""

    actor: Actor
    facts: Facts
    operates: bool


@dataclass(frozen=True, slots=True)
class OperatorRule:
    """One row of the table; `refuses` is true when this rule says no."""

    code: str
    refuses: Callable[[OperatorQuestion], bool]
    source: str
    text: str


OPERATOR_RULES = (
    OperatorRule(
        "operators-only",
        lambda q: q.actor.kind is not ActorKind.CLINICIAN or q.actor.national_id is None,
        "pasientjournalloven §§ 15, 22: a named person under the duty of confidentiality, never a system",
        "Operations are for the service's own personnel, logged in by HelseID.",
    ),
    OperatorRule(
        "security-level-too-low",
        lambda q: q.actor.security_level < HIGH,
        "pasientjournalloven § 22; personvernforordningen art. 32: identity at level high",
        "Log in again at security level 4 (for instance BankID or Buypass).",
    ),
    OperatorRule(
        "not-operator",
        lambda q: not q.operates or q.facts.personnel_name is None,
        "personvernforordningen art. 5 (1) d and f, 29, 32: accuracy is the controller's own duty, done by"
        " those it has given the task (J: employed to operate by the agency that runs the service)",
        "You are not registered as one who operates this service.",
    ),
    OperatorRule(
        "place-unknown",
        lambda q: q.actor.place is not None and not q.facts.place_inside,
        "HelseID checks orgnr_child against nothing: the receiver must",
        "The place in your login is not a part of the organisation in your login.",
    ),
)


@dataclass(frozen=True, slots=True)
class Operator:
    """An admitted operator. `actor_hash` is the keyed hash of the number, `organisation` its agency's."""

    name: str
    actor_hash: bytes
    organisation: str
    organisation_name: str
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class Operated(Generic[T]):
    """What was done: the value to answer with, kinds and number of items, and the persons it opened."""

    value: T
    items: Mapping[str, int] = field(default_factory=dict)
    opened: frozenset[UUID] = frozenset()


def first_refusal(question: OperatorQuestion) -> OperatorRule | None:
    """The first rule that refuses, or None."""
    return next((rule for rule in OPERATOR_RULES if rule.refuses(question)), None)


async def operate(
    db: Database,
    keys: KeyRing,
    actor: Actor,
    action: str,
    correlation_id: str | None,
    work: Callable[[AsyncConnection[Any], Operator], Awaitable[Operated[T]]],
) -> T:
    """Decide, work, log, commit: one transaction, and an answer only after its commit.

    Every call leaves a row keyed by actor (`operations-<action>`); where `work` opened a message about a
    known person, the row stands in that person's log instead. A refusal leaves a row too and raises
    `AccessDenied`. Whatever `work` raises rolls back.
    """
    number_hash = keys.number_hash(actor.national_id) if actor.national_id else None
    async with db.transaction() as conn:
        today = today_in_norway()
        facts = await repository.facts(conn, None, number_hash, actor, AccessRequest(), today)
        operates = await repository.operates(conn, facts.actor_id, actor.organisation, today)
        refusal = first_refusal(OperatorQuestion(actor, facts, operates))
        who = _who(actor, facts, number_hash or keys.find_hash(f"client:{actor.client_id}"))
        entry = ActorEntry(who=who, action=_PREFIX + action, correlation_id=correlation_id)
        if refusal is None:
            done = await work(conn, _operator(who, correlation_id))
            await _log(conn, who, entry, done)
            return done.value
        await access_log.append_actor(conn, replace(entry, outcome="refused", outcome_code=refusal.code))
    raise AccessDenied(refusal.code, refusal.text, outcome_details=(REFUSAL_SYSTEM, refusal.code))


async def _log(conn: AsyncConnection[Any], who: Who, entry: ActorEntry, done: Operated[T]) -> None:
    if not done.opened:
        await access_log.append_actor(conn, replace(entry, items=done.items))
        return
    for person_id in sorted(done.opened):  # in one order, so that two operators never wait for each other
        await set_person(conn, person_id)
        row = LogEntry(
            person_id=person_id,
            who=who,
            basis=BASIS,
            relation=RELATION,
            items=done.items,
            correlation_id=entry.correlation_id,
        )
        await access_log.append(conn, row)


def _operator(who: Who, correlation_id: str | None) -> Operator:
    return Operator(
        who.actor_name or "",
        who.actor_hash,
        who.organisation or "",
        who.organisation_name or "",
        correlation_id,
    )


def _who(actor: Actor, facts: Facts, actor_hash: bytes) -> Who:
    return Who(
        actor_kind=actor.kind.value,
        actor_hash=actor_hash,
        actor_name=facts.personnel_name,
        organisation=actor.organisation,
        organisation_name=facts.organisation_name,
        place=actor.place,
        place_name=facts.place_name,
    )
