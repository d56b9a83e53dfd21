"""The kind MedicationReconciliation (samstemming): which list was gone through, and what became of it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from journal_api.journal.coding import Short, Trimmed, Words
from journal_api.journal.entries.models import Change, Kind
from kit.errors import Unprocessable

Transition = Literal[
    "admission", "discharge", "home-care-start", "home-care-end", "emergency", "new-gp", "review"
]
Action = Literal["continue", "change", "stop", "add"]


class Source(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A list that was compared with: whose, and which (the discharge letter of a day)."""

    source: Literal["gp", "hospital", "patient", "kin", "home-care", "emergency", "pharmacy", "other"]
    text: Words = ""


class Item(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was decided about a medicine. `version`: the line's after it; `reason`: why it was not kept."""

    id: UUID
    version: int
    action: Action
    name: Short
    reason: Words = ""


class MedicationReconciliation(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A list gone through. `looked_at` and `became` are the list's versions before and after."""

    transition: Transition
    sources: Annotated[list[Source], msgspec.Meta(min_length=1, max_length=10)]
    items: Annotated[list[Item], msgspec.Meta(max_length=200)]
    looked_at: Short
    became: Short
    note: Words = ""


async def _check(change: Change) -> None:
    if (
        change.before is None
        or change.state != "entered-in-error"
        or msgspec.to_builtins(change.body) != change.before.body
    ):
        raise Unprocessable(
            "reconciled-by-its-operation",
            "Reconcile by $reconcile. What is written can only be marked as entered in error.",
        )


RECONCILIATION: Kind = Kind(
    name="MedicationReconciliation",
    body=MedicationReconciliation,
    states=frozenset({"completed", "entered-in-error"}),
    live=frozenset({"completed"}),
    check=_check,
)
