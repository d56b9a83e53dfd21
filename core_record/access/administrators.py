"""Who may keep the registers of an organisation: who works there, and who stands in for its GPs.

The register of administrators says so, never a claim in a login. The right covers the organisation it names
and all below it, as far as the organisation logged in for reaches. It opens no person's health data. Rules as
a table: code, condition that refuses, source, what to tell. (J) marks a judgement of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access import repository
from core_record.access.models import AccessRequest, Facts
from core_record.access.question import HIGH
from core_record.access.service import REFUSAL_SYSTEM, AccessDenied, today_in_norway
from core_record.access_log import service as access_log
from core_record.access_log.service import ActorEntry, Who
from kit import wire
from kit.db import Database
from kit.errors import AksonError, Forbidden
from kit.identity.actor import Actor, ActorKind
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.limits import unknown_number

T = TypeVar("T")
_PREFIX = "registers-"

_COVERED = """
WITH RECURSIVE granted AS (
    SELECT a.org_number FROM core_record.administration a
    WHERE a.personnel_id = %(actor)s
    AND %(today)s::date BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')
    UNION SELECT o.org_number FROM core_record.organisation o JOIN granted g ON o.parent = g.org_number
), login AS (
    SELECT %(organisation)s::text AS org_number
    UNION SELECT o.org_number FROM core_record.organisation o JOIN login l ON o.parent = l.org_number
)
SELECT org_number FROM granted INTERSECT SELECT org_number FROM login
"""


@dataclass(frozen=True, slots=True)
class AdministratorQuestion:
    """All that a rule may look at. `covered`: the organisation numbers the caller administers today."""

    actor: Actor
    facts: Facts
    covered: frozenset[str]


@dataclass(frozen=True, slots=True)
class AdministratorRule:
    """One row of the table; `refuses` is true when this rule says no."""

    code: str
    refuses: Callable[[AdministratorQuestion], bool]
    source: str
    text: str


_STRANGER = "not-administrator"
ADMINISTRATOR_RULES = (
    AdministratorRule(
        "administrators-only",
        lambda q: q.actor.kind is not ActorKind.CLINICIAN or q.actor.national_id is None,
        "pasientjournalloven § 22: a named person, never a system",
        "The registers of an organisation are kept by its own personnel, logged in by HelseID.",
    ),
    AdministratorRule(
        "security-level-too-low",
        lambda q: q.actor.security_level < HIGH,
        "pasientjournalloven § 22; personvernforordningen art. 32: identity at level high",
        "Log in again at security level 4 (for instance BankID or Buypass).",
    ),
    AdministratorRule(
        _STRANGER,
        lambda q: not q.covered or q.facts.personnel_name is None,
        "pasientjournalloven §§ 19, 22: the organisation decides who gets access, and those it has given the"
        " task keep the register of it (J: a row in the register of administrators)",
        "You are not registered as one who administers this organisation.",
    ),
    AdministratorRule(
        "place-unknown",
        lambda q: q.actor.place is not None and not q.facts.place_inside,
        "HelseID checks orgnr_child against nothing: the receiver must",
        "The place in your login is not a part of the organisation in your login.",
    ),
)


@dataclass(frozen=True, slots=True)
class Administrator:
    """An admitted administrator; `covered` are the organisation numbers whose registers it keeps."""

    personnel_id: UUID
    name: str
    actor_hash: bytes
    organisation: str
    organisation_name: str
    covered: frozenset[str]
    correlation_id: str | None


@dataclass(frozen=True, slots=True)
class Administered(Generic[T]):
    """What was done: the answer, kinds and number of items, and whether a number was nobody's."""

    value: T
    items: Mapping[str, int] = field(default_factory=dict)
    outcome: Literal["permitted", "nobody-found"] = "permitted"


def need_covered(who: Administrator, org_number: str) -> str:
    """The organisation, when the administrator keeps it; raises `Forbidden` (`organisation-not-yours`)."""
    if org_number not in who.covered:
        raise Forbidden(
            "organisation-not-yours", "You administer your own organisation and what is below it alone."
        )
    return org_number


def first_refusal(question: AdministratorQuestion) -> AdministratorRule | None:
    """The first rule that refuses, or None."""
    return next((rule for rule in ADMINISTRATOR_RULES if rule.refuses(question)), None)


async def administer(
    db: Database,
    keys: KeyRing,
    actor: Actor,
    action: str,
    correlation_id: str | None,
    work: Callable[[AsyncConnection[Any], Administrator], Awaitable[Administered[T]]],
    tried: NationalId | None = None,
    stranger: Administered[T] | None = None,
) -> T:
    """Decide, work, log, commit: one transaction, and an answer only after its commit.

    Every call leaves a row keyed by actor (`registers-<action>`), refusals too, which raise `AccessDenied`;
    it says whose number was `tried`, whatever came of it. A number of nobody's counts against the caller.
    What `work` raises undoes all it did; an `AksonError` leaves a row with its code. `work` itself asks
    whether `covered` holds what it changes. With `stranger` it is no refusal that somebody is
    `not-administrator`, but this answer, in a row with that code.
    """
    number_hash = keys.number_hash(actor.national_id) if actor.national_id else None
    async with db.transaction() as conn:
        today = today_in_norway()
        facts = await repository.facts(conn, None, number_hash, actor, AccessRequest(), today)
        covered = await _covered(conn, facts.actor_id, actor.organisation, today)
        refusal = first_refusal(AdministratorQuestion(actor, facts, covered))
        who = _who(actor, facts, number_hash or keys.find_hash(f"client:{actor.client_id}"))
        entry = ActorEntry(
            who=who,
            action=_PREFIX + action,
            number_hash=keys.number_hash(tried) if tried else None,
            correlation_id=correlation_id,
        )
        if refusal is None:
            done = await _attempt(conn, work, _administrator(facts, who, covered, correlation_id))
        elif stranger is not None and refusal.code == _STRANGER:
            done, entry = stranger, replace(entry, outcome_code=refusal.code)
        else:
            done = AccessDenied(refusal.code, refusal.text, outcome_details=(REFUSAL_SYSTEM, refusal.code))
        if not isinstance(done, AksonError):
            await access_log.append_actor(conn, replace(entry, items=done.items, outcome=done.outcome))
        else:
            await access_log.append_actor(conn, replace(entry, outcome="refused", outcome_code=done.code))
    if isinstance(done, AksonError):
        raise done
    if done.outcome == "nobody-found":
        await unknown_number()
    return done.value


async def _attempt(
    conn: AsyncConnection[Any],
    work: Callable[[AsyncConnection[Any], Administrator], Awaitable[Administered[T]]],
    who: Administrator,
) -> Administered[T] | AksonError:
    """What was done, or why it was not: then all of it is undone, while the row about it will stand."""
    try:
        async with conn.transaction():
            return await work(conn, who)
    except AksonError as error:
        wire.forget(conn)  # undoing to a savepoint is a rollback to psycopg too
        return error


async def _covered(
    conn: AsyncConnection[Any], actor_id: UUID | None, organisation: str | None, today: date
) -> frozenset[str]:
    values = {"actor": actor_id, "organisation": organisation, "today": today}
    rows = await (await conn.execute(_COVERED, values)).fetchall()
    return frozenset(str(org_number) for (org_number,) in rows)


def _administrator(
    facts: Facts, who: Who, covered: frozenset[str], correlation_id: str | None
) -> Administrator:
    assert facts.actor_id is not None  # noqa: S101 - without a person there is no row in the register
    return Administrator(
        personnel_id=facts.actor_id,
        name=who.actor_name or "",
        actor_hash=who.actor_hash,
        organisation=who.organisation or "",
        organisation_name=who.organisation_name or "",
        covered=covered,
        correlation_id=correlation_id,
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
