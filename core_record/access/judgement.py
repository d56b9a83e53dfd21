"""The decision itself: facts in, decision out, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import AsyncConnection

from core_record.access import apps
from core_record.access.citizens import BASES, citizens_relation
from core_record.access.models import (
    CARE_BASIS,
    OWN_BASIS,
    AccessRequest,
    Decision,
    Facts,
    Record,
    Relation,
    Restrictions,
)
from core_record.access.question import Question
from core_record.access.rules import first_refusal
from core_record.representation.facts import Power, RepresentationFacts
from core_record.representation.service import representation_facts
from kit.identity.actor import Actor, ActorKind
from kit.ids import NationalId


def judge(
    actor: Actor,
    request: AccessRequest,
    facts: Facts,
    *,
    own: bool,
    today: date,
    representation: RepresentationFacts | None = None,
    power: Power | None = Power.RESULTS,
    health: bool = True,
) -> Decision:
    """What the rules say; `representation` is as `representation_of` read it.

    `health`: health data are asked for; False where it is only who the person is.
    """
    if actor.kind is ActorKind.CITIZEN:
        relation = citizens_relation(facts, representation, own=own, today=today)
    else:
        relation = _relation(actor, request, facts)
    question = Question(actor, request, facts, own, relation, today, representation, power, health)
    undeclared = CARE_BASIS if actor.kind is ActorKind.CLINICIAN else BASES.get(relation, OWN_BASIS)
    basis = request.basis.value if request.basis else undeclared
    elevated = request.basis is not None and request.basis.elevated
    stated = request.reason or facts.attested_reason
    reason = stated if relation is Relation.SELF_DECLARED or elevated else None
    refusal = first_refusal(question)
    binds = health and actor.kind is ActorKind.CLINICIAN
    restrictions = _restrictions(facts, request.record) if binds else None
    return Decision(facts.person_id, basis, relation, reason, refusal, facts, representation, restrictions)


async def judge_look_up(
    conn: AsyncConnection[Any],
    actor: Actor,
    number: NationalId,
    request: AccessRequest,
    facts: Facts,
    kinds: Sequence[str],
    today: date,
    power: Power | None,
    *,
    health: bool = True,
) -> Decision:
    """`judge` about whoever has this number, for a look-up of these kinds through this actor's app."""
    own = _is_own(actor, number, facts)
    represented = await representation_of(conn, actor, facts, own=own, today=today)
    decision = judge(
        actor,
        request,
        facts,
        own=own,
        today=today,
        representation=represented,
        power=power,
        health=health,
    )
    return apps.narrowed(actor, request, decision, kinds)


async def representation_of(
    conn: AsyncConnection[Any], actor: Actor, facts: Facts, *, own: bool, today: date
) -> RepresentationFacts | None:
    """What the decision needs besides `facts` where a citizen asks about another; else nothing is read."""
    if actor.kind is not ActorKind.CITIZEN or own or facts.person_id is None or facts.actor_id is None:
        return None
    return await representation_facts(conn, facts.person_id, facts.actor_id, today)


def _is_own(actor: Actor, number: NationalId, facts: Facts) -> bool:
    if actor.national_id is None:
        return False
    if facts.person_id is not None:
        return facts.person_id == facts.actor_id
    return actor.national_id.value == number.value


def _relation(actor: Actor, request: AccessRequest, facts: Facts) -> Relation:
    if actor.kind is not ActorKind.CLINICIAN:
        return Relation.NONE
    if facts.listed_gp:
        return Relation.LISTED_GP
    if facts.gp_substitute:
        return Relation.GP_SUBSTITUTE
    if facts.care_relation:
        return Relation(facts.care_relation)
    return Relation.SELF_DECLARED if request.reason or facts.attested_reason else Relation.NONE


def _restrictions(facts: Facts, record: Record) -> Restrictions | None:
    """What the person's sperringer keep from this reader; None when none binds. The journal has no fields."""
    fields = facts.restricted_fields if record is Record.RESULTS else ()
    found = Restrictions(facts.restricted_all, frozenset(fields), frozenset(facts.restricted_sources))
    return found if found.everything or found.fields or found.sources else None
