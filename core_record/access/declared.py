"""What a caller declares about a look-up, in headers: basis, role, reason, attestation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from core_record.access.models import AccessBasis, AccessRequest, Record
from core_record.access.reasons import REASONS
from core_record.access.rules import KNOWN_ROLES
from kit.errors import Malformed
from kit.identity.actor import Actor, ActorKind


def journal_request(
    headers: Mapping[str, str],
    actor: Actor,
    correlation_id: str | None,
    kinds: Iterable[str],
    *,
    writes: bool = False,
) -> AccessRequest:
    """The same for the journal, where health workers need not name a basis. Raises as `access_request`."""
    if actor.kind is ActorKind.CLINICIAN and "access-basis" in headers:
        declared = access_request(headers, actor, correlation_id)
    elif actor.kind is ActorKind.CLINICIAN:
        attestation = _attestation(headers.get("attestation"))
        declared = AccessRequest(None, _role(headers, actor), _reason(headers), correlation_id, attestation)
    else:
        declared = AccessRequest(correlation_id=correlation_id)
    return replace(declared, record=Record.JOURNAL, kinds=frozenset(kinds), writes=writes)


def access_request(headers: Mapping[str, str], actor: Actor, correlation_id: str | None) -> AccessRequest:
    """`access-basis`, `requester-hpr-role`, `access-reason` and `attestation`; citizens declare nothing.

    Raises `Malformed`: `access-basis-missing`, `access-basis-unknown`, `requester-hpr-role-missing`,
    `requester-hpr-role-unknown`, `access-reason-unknown`, `attestation-malformed`.
    """
    if actor.kind is not ActorKind.CLINICIAN:
        return AccessRequest(correlation_id=correlation_id)
    return AccessRequest(
        _basis(headers.get("access-basis")),
        _role(headers, actor),
        _reason(headers),
        correlation_id,
        _attestation(headers.get("attestation")),
    )


def list_request(
    headers: Mapping[str, str], actor: Actor, correlation_id: str | None, *, journal: bool = False
) -> AccessRequest:
    """What the caller declares for a list of its own: the role alone. Raises as `access_request`."""
    role = _role(headers, actor) if actor.kind is ActorKind.CLINICIAN else None
    record = Record.JOURNAL if journal else Record.RESULTS
    return AccessRequest(role=role, correlation_id=correlation_id, record=record)


def _role(headers: Mapping[str, str], actor: Actor) -> str | None:
    role = headers.get("requester-hpr-role")
    if role is None and actor.hpr_number:
        raise Malformed("requester-hpr-role-missing", "Send the role you act in: requester-hpr-role.")
    if role is not None and role not in KNOWN_ROLES:
        raise Malformed("requester-hpr-role-unknown", "requester-hpr-role must be a code of Volven 9060.")
    return role


def _reason(headers: Mapping[str, str]) -> str | None:
    reason = headers.get("access-reason")
    if reason is not None and reason not in REASONS:
        raise Malformed("access-reason-unknown", f"access-reason must be one of {', '.join(REASONS)}.")
    return reason


def _basis(text: str | None) -> AccessBasis:
    if text is None:
        raise Malformed("access-basis-missing", f"Send access-basis: one of {', '.join(AccessBasis)}.")
    try:
        return AccessBasis(text)
    except ValueError:
        raise Malformed(
            "access-basis-unknown", f"access-basis must be one of {', '.join(AccessBasis)}."
        ) from None


def _attestation(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text is not None else None
    except ValueError:
        raise Malformed(
            "attestation-malformed", "attestation is the id that POST /attestations gave."
        ) from None
