"""The rows that look-ups leave in the log: who, and what was decided and shown."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core_record.access.models import AccessRequest, Decision, Relation
from core_record.access.settings import RESTRICTED
from core_record.access_log.service import LogEntry, Who
from kit.identity.actor import Actor, ActorKind
from kit.keys import KeyRing


def actor_hash_of(keys: KeyRing, actor: Actor) -> bytes | None:
    """The keyed hash of the actor's own number; None for a machine."""
    return keys.number_hash(actor.national_id) if actor.national_id else None


def who_of(
    keys: KeyRing, actor: Actor, request: AccessRequest, decision: Decision, actor_hash: bytes | None
) -> Who:
    """Who looks, as the log names them."""
    facts = decision.facts
    represented = decision.representation
    own_name = represented.actor_name if represented else facts.person_name
    own_name = own_name if decision.relation is not Relation.NONE else None
    return Who(
        actor_kind=actor.kind.value,
        actor_hash=actor_hash or keys.find_hash(f"client:{actor.client_id}"),
        actor_name=facts.personnel_name if actor.kind is ActorKind.CLINICIAN else own_name,
        hpr_number=actor.hpr_number,
        role=request.role,
        organisation=actor.organisation,
        organisation_name=facts.organisation_name,
        place=actor.place,
        place_name=facts.place_name,
        app=actor.app.client_id if actor.app else None,
        app_name=actor.app.name if actor.app else None,
    )


def entry_of(
    person_id: UUID,
    who: Who,
    request: AccessRequest,
    decision: Decision,
    items: Mapping[str, int],
    action: str = "read",
) -> LogEntry:
    """The row of a look-up in the person's chain."""
    return LogEntry(
        person_id=person_id,
        who=who,
        basis=decision.basis,
        relation=decision.relation.value,
        reason=decision.reason,
        items=items,
        action=action,
        outcome="permitted" if decision.permitted else "refused",
        outcome_code=decision.refusal.code if decision.refusal else None,
        correlation_id=request.correlation_id,
        attestation_id=request.attestation if decision.facts.attested_until else None,
        withheld={RESTRICTED.code: decision.withheld} if decision.withheld else None,
    )
