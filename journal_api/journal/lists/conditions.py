"""Diagnoses (Condition): what the person has or has had, coded where a code fits."""

from __future__ import annotations

from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import (
    Coding,
    Prose,
    Short,
    Trimmed,
    check_day,
    check_happened,
)
from journal_api.journal.entries.models import Change, Kind


class Condition(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A diagnosis or problem. `onset`: a day, a month or a year (2019, 2019-03, 2019-03-27)."""

    text: Short
    coding: Coding | None = None
    onset: str | None = None
    note: Prose = ""


async def _check(change: Change) -> None:
    check_happened(change)
    await check_coding(change, change.body.coding, "icpc-2", "icd-10", "snomed-ct")
    check_day(change, change.body.onset)


CONDITION: Kind = Kind(
    name="Condition",
    body=Condition,
    states=frozenset({"active", "inactive", "resolved", "entered-in-error"}),
    live=frozenset({"active"}),
    check=_check,
)
