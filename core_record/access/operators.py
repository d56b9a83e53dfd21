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
from core_record.access.settings import DENIAL_SYSTEM, OUTCOME_SYSTEM
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


_STRANGER = "not-operator"
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
        _STRANGER,
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
class Opening:
    """What an operator would open of one person: the settings that hold, and kinds and number of items."""

    facts: Facts
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """One row of the table about a person whose message is opened."""

    code: str
    refuses: Callable[[Opening], bool]
    source: str
    text: str
    outcome: str
    denial: str


OPENING_RULES = (
    OpeningRule(
        "blocked",
        lambda o: o.facts.blocked,
        "pasientjournalloven § 17: a health worker named by the person sees nothing, in no task",
        "The person this is about has blocked you. A colleague must take it.",
        "Specific",
        "NORS",
    ),
    OpeningRule(
        "restricted-original",
        lambda o: bool(o.items.get(ORIGINAL)) and _has_restricted(o.facts),
        "pasientjournalloven § 17; personvernforordningen art. 5 (1) c: what finds the message at the"
        " laboratory is enough to put it right; the results themselves stay closed (J)",
        "The person has restricted data. What the message is called is shown, not what it says.",
        "General",
        "NORS",
    ),
)
ORIGINAL = "IntakeOriginal"
"""The kind of item that is a message's whole text."""


def _has_restricted(facts: Facts) -> bool:
    return bool(facts.restricted_all or facts.restricted_fields or facts.restricted_sources)


class _Closed(Exception):
    """The person has closed what was about to be shown; everything done rolls back."""

    def __init__(self, person_id: UUID, rule: OpeningRule) -> None:
        super().__init__(rule.code)
        self.person_id, self.rule = person_id, rule


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
    stranger: Operated[T] | None = None,
) -> T:
    """Decide, work, log, commit: one transaction, and an answer only after its commit.

    Every call leaves a row keyed by actor (`operations-<action>`); where `work` opened a message about a
    known person, the row stands in that person's log instead. A refusal leaves a row too and raises
    `AccessDenied`; so does a person's block or sperring. Whatever `work` raises rolls back. With `stranger`
    it is no refusal that somebody is `not-operator`, but this answer, in a row with that code.
    """
    try:
        return await _operate(db, keys, actor, action, correlation_id, work, stranger)
    except _Closed as closed:
        await _note_closed(db, keys, actor, correlation_id, closed)
        rule = closed.rule
        others = ((REFUSAL_SYSTEM, rule.code), (DENIAL_SYSTEM, rule.denial))
        raise AccessDenied(
            rule.code, rule.text, outcome_details=(OUTCOME_SYSTEM, rule.outcome), other_details=others
        ) from None


async def _operate(
    db: Database,
    keys: KeyRing,
    actor: Actor,
    action: str,
    correlation_id: str | None,
    work: Callable[[AsyncConnection[Any], Operator], Awaitable[Operated[T]]],
    stranger: Operated[T] | None,
) -> T:
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
            await _check_open(conn, actor, number_hash, done)
            await _log(conn, who, entry, done)
            return done.value
        if stranger is not None and refusal.code == _STRANGER:
            entry = replace(entry, items=stranger.items, outcome_code=refusal.code)
            await access_log.append_actor(conn, entry)
            return stranger.value
        await access_log.append_actor(conn, replace(entry, outcome="refused", outcome_code=refusal.code))
    raise AccessDenied(refusal.code, refusal.text, outcome_details=(REFUSAL_SYSTEM, refusal.code))


async def _check_open(
    conn: AsyncConnection[Any], actor: Actor, number_hash: bytes | None, done: Operated[T]
) -> None:
    """Hold what is about to be shown against the settings of everyone it is about. Raises `_Closed`."""
    for person_id in sorted(done.opened):
        await set_person(conn, person_id)
        facts = await repository.facts(
            conn, person_id, number_hash, actor, AccessRequest(), today_in_norway()
        )
        opening = Opening(facts, done.items)
        if rule := next((rule for rule in OPENING_RULES if rule.refuses(opening)), None):
            raise _Closed(person_id, rule)


async def _note_closed(
    db: Database, keys: KeyRing, actor: Actor, correlation_id: str | None, closed: _Closed
) -> None:
    """The row of the refused opening, in the person's log."""
    number_hash = keys.number_hash(actor.national_id) if actor.national_id else None
    async with db.transaction(person=closed.person_id) as conn:
        facts = await repository.facts(
            conn, closed.person_id, number_hash, actor, AccessRequest(), today_in_norway()
        )
        row = LogEntry(
            person_id=closed.person_id,
            who=_who(actor, facts, number_hash or keys.find_hash(f"client:{actor.client_id}")),
            basis=BASIS,
            relation=RELATION,
            items={},
            outcome="refused",
            outcome_code=closed.rule.code,
            correlation_id=correlation_id,
        )
        await access_log.append(conn, row)


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
