"""The kind MedicationStatement: a line of the medication list."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import Coding, Short, Trimmed, Words
from journal_api.journal.entries.models import Change, Kind, Stamp
from journal_api.journal.medication import stop
from kit.errors import Unprocessable
from kit.norway import OSLO


class MedicationStatement(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A medicine in use. `source`: who says so; `ends`: the last day; `override`: why in spite of
    allergies, as `stop` asks for it.

    `confirmed` and `altered` are the service's: who found the line right as it stands when
    the list was last gone through, and who had last changed what it says.
    """

    name: Short
    use: Literal["fixed", "as-needed", "course"]
    source: Literal["gp", "hospital", "patient", "home-care", "emergency", "other"]
    atc: Coding | None = None
    form: Short = ""
    strength: Short = ""
    dose: Words = ""
    reason: Words = ""
    ends: date | None = None
    prescriber: Short = ""
    override: stop.Override | None = None
    confirmed: Stamp | None = None
    altered: Stamp | None = None


LIVE = stop.LIVE_MEDICATION


async def _check(change: Change) -> None:
    body: MedicationStatement = change.body
    await check_coding(change, body.atc, "atc")
    if body.ends is not None and body.ends < change.at.astimezone(OSLO).date():
        raise Unprocessable("date-impossible", "It cannot end before it begins.")


async def _settle(change: Change) -> MedicationStatement:
    """A confirmation holds for what was confirmed, not for what came of it; an allergy stops."""
    body: MedicationStatement = change.body
    former = msgspec.convert(change.before.body, MedicationStatement) if change.before else None
    before = former.override if former else None
    if change.state in LIVE:
        override = await stop.settle(change.visit, body, former=before)
    else:
        override = stop.stamped(change.visit, body.override, before)
    plain = msgspec.structs.replace(body, confirmed=None, altered=None, override=override)
    if former is None or change.before is None or former.confirmed is None:
        return plain
    same = msgspec.structs.replace(former, confirmed=None, altered=None) == plain
    same = same and change.before.state == change.state and change.at == change.before.at
    return former if same else plain


MEDICATION: Kind = Kind(
    name="MedicationStatement",
    body=MedicationStatement,
    states=frozenset({"active", "on-hold", "stopped", "entered-in-error"}),
    live=LIVE,
    check=_check,
    settle=_settle,
    tell=stop.tell,
)
