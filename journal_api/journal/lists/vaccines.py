"""Vaccines (Immunization): given, or not given and so noted."""

from __future__ import annotations

from typing import Annotated

import msgspec

from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import Coding, Short, Trimmed, check_happened
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Kind
from kit.errors import Unprocessable
from kit.norway import OSLO


class Immunization(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A vaccine. `dose`: which in its series; `lot` as on the package; `site`: where on the body."""

    vaccine: Short
    coding: Coding | None = None
    dose: Annotated[int, msgspec.Meta(ge=1, le=20)] | None = None
    lot: Short = ""
    site: Short = ""


async def _check(change: Change) -> None:
    body: Immunization = change.body
    check_happened(change)
    await check_coding(change, body.coding, "sysvak", "atc")
    born, day = change.visit.decision.facts.birth_date, change.at.astimezone(OSLO).date()
    if born is not None and day < born:
        raise Unprocessable("time-impossible", "The time lies before the person's birth.")
    if change.state != "completed" or body.coding is None:
        return
    await entries.hold(change.visit, "Immunization")
    for other in await entries.listing(change.visit, ["Immunization"], states=["completed"]):
        same_code = (other.body.get("coding") or {}).get("code") == body.coding.code
        if other.id != change.entry_id and same_code and other.at.astimezone(OSLO).date() == day:
            raise Unprocessable("already-listed", "This vaccine is registered on that day already.")


IMMUNIZATION: Kind = Kind(
    name="Immunization",
    body=Immunization,
    states=frozenset({"completed", "not-done", "entered-in-error"}),
    live=frozenset({"completed"}),
    check=_check,
)
