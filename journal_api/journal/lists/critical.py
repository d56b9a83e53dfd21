"""Critical information (kritisk informasjon): allergies, intolerances, and what else is seen at once."""

from __future__ import annotations

from typing import Literal

from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import Coding, Short, Trimmed, Words, check_happened
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Kind
from journal_api.journal.medication import stop
from kit.errors import Unprocessable

STATES = frozenset({"active", "inactive", "entered-in-error"})
LIVE = stop.LIVE_ALLERGY


class AllergyIntolerance(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An allergy or intolerance. `source`: who says so; a code of ATC tells which medication it stops."""

    substance: Short
    category: Literal["food", "medication", "environment", "other"]
    criticality: Literal["low", "high", "unknown"] = "unknown"
    certainty: Literal["suspected", "confirmed", "refuted"] = "suspected"
    coding: Coding | None = None
    reaction: Words = ""
    source: Short = ""


class Flag(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Other critical information: an implant, a rare condition, a treatment, an infection."""

    category: Literal["implant", "condition", "treatment", "infection", "procedure", "other"]
    text: Words
    coding: Coding | None = None


async def _check_allergy(change: Change) -> None:
    body: AllergyIntolerance = change.body
    check_happened(change)
    await check_coding(change, body.coding, "atc", "snomed-ct", "icd-10")
    if change.state != "active":
        return
    if body.certainty == "refuted":
        raise Unprocessable("refuted-is-not-active", "What is refuted warns nobody: set it inactive.")
    await stop.hold(change.visit)
    for other in await entries.listing(change.visit, ["AllergyIntolerance"], states=["active"]):
        if other.id != change.entry_id and _same(other.body["substance"], body.substance):
            raise Unprocessable("already-listed", "This allergy is on the list already. Change that one.")


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


async def _check_flag(change: Change) -> None:
    check_happened(change)
    await check_coding(change, change.body.coding, "snomed-ct", "icd-10", "icpc-2")


ALLERGY: Kind = Kind(
    "AllergyIntolerance", AllergyIntolerance, STATES, LIVE, check=_check_allergy, tell=stop.tell
)
FLAG: Kind = Kind("Flag", Flag, STATES, LIVE, check=_check_flag)
