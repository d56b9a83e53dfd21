"""Record an attestation, and open one again. Kept signed and encrypted, bound to person and actor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import AsyncConnection

from core_record.access.service import PURPOSES, REASONS, AccessBasis, AccessRequest, Decision
from core_record.attestations.models import TYPE, Parameters
from kit.errors import Forbidden, Malformed
from kit.identity.actor import Actor
from kit.ids import NationalId, new_id
from kit.keys import KeyProblem, KeyRing

__all__ = [
    "LIFETIME",
    "Parameters",
    "bound_to",
    "declared_by",
    "open_attestation",
    "read_parameters",
    "record",
]

LIFETIME = timedelta(minutes=60)
_SIGNATURE = 64
_BASES = {PURPOSES[basis]: basis for basis in AccessBasis if basis is not AccessBasis.FORHOYET_SAMTYKKE}
_INSERT = """
INSERT INTO core_record.attestation (person_id, attestation_id, actor_id, purpose, reason, user_selected,
    made_at, expires_at, content)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def read_parameters(body: bytes, actor: Actor, number: NationalId) -> Parameters:
    """What is attested, held against the token and the person asked for.

    Raises `Malformed` (`attestation-malformed`), `Forbidden` (`attestation-not-own`: it names another health
    worker, organisation or place than the token; `attestation-other-patient`).
    """
    try:
        said = msgspec.json.decode(body, type=Parameters)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(
            "attestation-malformed", f"The body is no {TYPE}: see docs/attestation.md."
        ) from error
    relationship = said.care_relationship
    if said.type != TYPE or len(said.patients) > 1 or relationship.purpose_of_use.code not in _BASES:
        raise Malformed("attestation-malformed", f"One patient, and a purpose of {', '.join(_BASES)}.")
    if relationship.decision_ref.user_selected and relationship.decision_ref.id not in REASONS:
        raise Malformed("attestation-malformed", f"decision_ref.id is one of {', '.join(REASONS)}.")
    _check_own(said, actor)
    named = [p.identifier.id for p in said.patients if p.identifier is not None]
    if named not in ([], [number.value]):
        raise Forbidden("attestation-other-patient", "The attestation names another patient than person-id.")
    return said


def declared_by(said: Parameters, correlation_id: str) -> AccessRequest:
    """The look-up that the attestation is for: basis by purpose, role, and a reason where one is selected."""
    relationship = said.care_relationship
    decision_ref = relationship.decision_ref
    role = said.practitioner.authorization
    return AccessRequest(
        _BASES[relationship.purpose_of_use.code],
        role.code if role else None,
        decision_ref.id if decision_ref.user_selected else None,
        correlation_id,
    )


async def record(
    conn: AsyncConnection[Any], keys: KeyRing, said: Parameters, decision: Decision
) -> tuple[UUID, datetime]:
    """Keep a permitted attestation without anybody's number; its id, and until when it holds."""
    attestation_id, now = new_id(), datetime.now(UTC)
    practitioner = msgspec.structs.replace(said.practitioner, identifier=None)
    patients = tuple(msgspec.structs.replace(p, identifier=None) for p in said.patients)
    kept = msgspec.json.encode(msgspec.structs.replace(said, practitioner=practitioner, patients=patients))
    bound = bound_to(attestation_id, decision.person_id, decision.facts.actor_id, now)
    content = keys.encrypt("original-encrypt", keys.log_signing_key().sign(bound + kept) + kept, bound)
    relationship = said.care_relationship
    reason = relationship.decision_ref.id if relationship.decision_ref.user_selected else None
    await conn.execute(
        _INSERT,
        (
            decision.person_id,
            attestation_id,
            decision.facts.actor_id,
            relationship.purpose_of_use.code,
            reason,
            relationship.decision_ref.user_selected,
            now,
            now + LIFETIME,
            content,
        ),
    )
    return attestation_id, now + LIFETIME


async def open_attestation(
    conn: AsyncConnection[Any], keys: KeyRing, person_id: UUID, attestation_id: UUID
) -> Parameters | None:
    """What was attested; None without such a one. Raises `KeyProblem` when it is not as it was signed."""
    cursor = await conn.execute(
        "SELECT actor_id, made_at, content FROM core_record.attestation"
        " WHERE person_id = %s AND attestation_id = %s",
        (person_id, attestation_id),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    actor_id, made_at, content = row
    bound = bound_to(attestation_id, person_id, actor_id, made_at)
    plain = keys.decrypt("original-encrypt", content, bound)
    signature, kept = plain[:_SIGNATURE], plain[_SIGNATURE:]
    if not any(_signed(secret, signature, bound + kept) for secret in keys.secrets["log-sign"].values()):
        raise KeyProblem("the attestation is not as it was signed")
    return msgspec.json.decode(kept, type=Parameters)


def _signed(secret: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PrivateKey.from_private_bytes(secret).public_key().verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _check_own(said: Parameters, actor: Actor) -> None:
    practitioner = said.practitioner
    own = {
        practitioner.legal_entity.id: actor.organisation,
        practitioner.point_of_care.id: actor.place or actor.organisation,
    }
    if practitioner.hpr_nr is not None:
        own[practitioner.hpr_nr.id] = actor.hpr_number
    if practitioner.identifier is not None:
        own[practitioner.identifier.id] = actor.national_id.value if actor.national_id else None
    if any(attested != proven for attested, proven in own.items()):
        raise Forbidden(
            "attestation-not-own", "The attestation names another health worker or place than the login."
        )


def bound_to(attestation_id: UUID, person_id: UUID | None, actor_id: UUID | None, at: datetime) -> bytes:
    """What an attestation's ciphertext is bound to: its id, the two persons, and when."""
    return f"{attestation_id} {person_id} {actor_id} {at.isoformat()}".encode()
