"""What a permitted look-up does besides reading: withhold, tell the citizen, record a consent.

All of it in the look-up's own transaction. Telling and recording come before its log row.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.models import AccessBasis, AccessRequest, Decision, Relation, Restrictions
from core_record.access.settings import NOTHING_RESTRICTED, RESTRICTED
from core_record.access_log.service import Who
from core_record.notices import service as notices
from core_record.notices.service import NoticeKind
from core_record.privacy import service as privacy

EMERGENCY = (AccessBasis.AKUTT, AccessBasis.FORHOYET_AKUTT)


class Withhold(Protocol):
    """How a service keeps restricted items from a transaction; core_record knows no results itself."""

    async def __call__(
        self, conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions, *, apply: bool
    ) -> int:
        """How many of the person's items the restrictions cover; `apply` hides them until commit."""


async def settle(conn: AsyncConnection[Any], decision: Decision, withhold: Withhold | None) -> Decision:
    """Apply what the person has restricted, before anything is read; the decision with what came of it.

    A service that gives no `withhold` cannot tell parts apart: everything counts as restricted. An elevated
    basis that opens nothing is refused here, once the data are known.
    """
    restrictions, person_id = decision.restrictions, decision.person_id
    if restrictions is None or not decision.permitted or person_id is None:
        return decision
    if withhold is None:
        return decision if decision.opens else replace(decision, refusal=RESTRICTED)
    covered = await withhold(conn, person_id, restrictions, apply=not decision.opens)
    if decision.opens:
        return decision if covered else replace(decision, refusal=NOTHING_RESTRICTED)
    return replace(decision, withheld=covered)


def has_to_tell(request: AccessRequest, decision: Decision) -> bool:
    """Whether `tell_and_record` would write anything."""
    first_consent = request.basis is AccessBasis.SAMTYKKE and not decision.facts.consented
    told = decision.relation is Relation.ATTORNEY or decision.opens or request.basis in EMERGENCY
    return first_consent or told


async def tell_and_record(
    conn: AsyncConnection[Any], who: Who, request: AccessRequest, decision: Decision, today: date
) -> None:
    """Notices of emergency access, of what was opened, and of a fullmakt used (once a day each).

    And the consent that a first SAMTYKKE states.
    """
    if decision.relation is Relation.ATTORNEY and decision.person_id is not None:
        key = notices.key_of_day(who.actor_hash, today)
        await notices.add(conn, decision.person_id, NoticeKind.REPRESENTATION_USED, key=key)
    if request.basis is None or decision.person_id is None:
        return
    key, details = notices.key_of_day(who.actor_hash, today), {"basis": request.basis.value}
    kinds = [NoticeKind.RESTRICTION_OPENED] if decision.opens else []
    if request.basis in EMERGENCY:
        kinds.append(NoticeKind.EMERGENCY_ACCESS)
    for kind in kinds:
        await notices.add(conn, decision.person_id, kind, key=key, details=details)
    if request.basis is AccessBasis.SAMTYKKE and not decision.facts.consented:
        place = (
            (who.place or "", who.place_name)
            if who.place
            else (who.organisation or "", who.organisation_name)
        )
        await privacy.note_consent(conn, decision.person_id, place, (who.actor_hash, who.actor_name), today)
