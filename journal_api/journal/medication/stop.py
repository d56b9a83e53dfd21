"""The stop at an allergy: no write makes or keeps a medication live against an allergy it does not answer.

An allergy is never refused for what somebody takes: it is registered, and what conflicts is marked until it
is stopped or answered. Also an allergy that a sperring hides from the one who writes stops, unnamed: safety
first, and an elevated basis shows it (J).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from journal_api.desk import Visit
from journal_api.journal.coding import Trimmed, Words
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry, Stamp, Told
from journal_api.journal.medication.reactions import Degree, Ground, conflict
from journal_api.withholding import nothing_withheld
from kit.errors import Conflict

ALLERGY, MEDICATION = "AllergyIntolerance", "MedicationStatement"
LIVE_ALLERGY = frozenset({"active"})
LIVE_MEDICATION = frozenset({"active", "on-hold"})


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An allergy as it stood when it was answered."""

    id: UUID
    version: int


class Override(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Why a medicine is given in spite of which allergies. `by` is the service's: who decided, and when."""

    reason: Words
    allergies: list[Answered]
    by: Stamp | None = None


class Found(msgspec.Struct, frozen=True):
    """An allergy that a medicine conflicts with. `answered`: an override covers it as it stands."""

    id: UUID
    version: int
    ground: str
    degree: Degree
    source: str
    said: dict[str, str]
    answered: bool


class Marked(msgspec.Struct, frozen=True):
    """A live medication and the live allergies that it conflicts with."""

    medication: UUID
    allergies: list[Found]


async def hold(visit: Visit) -> None:
    """Nobody else writes allergies or medication of this person until the transaction ends."""
    await entries.hold(visit, ALLERGY)


async def settle(visit: Visit, body: Any, *, former: Override | None) -> Override | None:
    """The override that a live medication is stored with: what answers allergies as they stand, and by whom.

    Raises `Conflict` (`allergy-conflict`), with the allergies that are not answered. Holds the lists.
    """
    await hold(visit)
    async with nothing_withheld(visit.conn):
        every = await _live(visit, ALLERGY, LIVE_ALLERGY)
    found = _found(every, msgspec.to_builtins(body))
    open_ones = [one for one in found if not one.answered]
    if open_ones:
        raise await _refused(visit, open_ones)
    if body.override is None or not found:
        return None
    kept = [Answered(one.id, one.version) for one in found]
    return stamped(visit, Override(body.override.reason, kept), former)


def stamped(visit: Visit, override: Override | None, former: Override | None) -> Override | None:
    """The override with who decided it: as before when it says the same, else the one at work."""
    if override is None:
        return None
    plain = msgspec.structs.replace(override, by=None)
    if former is not None and msgspec.structs.replace(former, by=None) == plain:
        return former
    return msgspec.structs.replace(plain, by=Stamp(visit.author, visit.author_name, visit.now, visit.role))


async def marked(visit: Visit, of: Entry) -> list[Marked]:
    """The conflicts of one allergy or medication, as the caller sees both sides."""
    allergies = [of] if of.kind == ALLERGY else await _live(visit, ALLERGY, LIVE_ALLERGY)
    medicines = [of] if of.kind == MEDICATION else await _live(visit, MEDICATION, LIVE_MEDICATION)
    return mark(allergies, medicines)


def mark(allergies: Sequence[Entry], medicines: Sequence[Entry]) -> list[Marked]:
    """Every live medication that conflicts with a live allergy."""
    active = [one for one in allergies if one.state in LIVE_ALLERGY]
    found = (Marked(one.id, _found(active, one.body)) for one in medicines if one.state in LIVE_MEDICATION)
    return [one for one in found if one.allergies]


async def tell(visit: Visit, entry: Entry) -> Told:
    """What the answer to a written allergy or medication says besides: what it conflicts with."""
    other = MEDICATION if entry.kind == ALLERGY else ALLERGY
    found = await marked(visit, entry)
    shown = len(found) if other == MEDICATION else len(found[0].allergies) if found else 0
    return Told({"conflicts": found}, {other: shown} if shown else {})


def _found(allergies: Iterable[Entry], medicine: dict[str, Any]) -> list[Found]:
    override = medicine.get("override") or {"allergies": []}
    answered = {(str(one["id"]), one["version"]) for one in override["allergies"]}
    grounds = ((one, conflict(one.body, medicine)) for one in allergies)
    return [_one(entry, ground, answered) for entry, ground in grounds if ground is not None]


def _one(entry: Entry, ground: Ground, answered: set[tuple[str, int]]) -> Found:
    return Found(
        id=entry.id,
        version=entry.version,
        ground=ground.ground,
        degree=ground.degree,
        source=ground.source,
        said=ground.said,
        answered=(str(entry.id), entry.version) in answered,
    )


async def _refused(visit: Visit, found: Sequence[Found]) -> Conflict:
    """The refusal: it names to the caller the allergies that the caller may see, by id."""
    seen = {entry.id for entry in await _live(visit, ALLERGY, LIVE_ALLERGY)}
    named = [one for one in found if one.id in seen]
    text = "This medicine conflicts with a registered allergy. Choose another, or say why in `override`."
    if len(named) < len(found):
        text = (
            "This medicine conflicts with an allergy that is restricted for you. Ask the person, choose"
            " another medicine, or open what is restricted on an elevated basis."
        )
    return Conflict(
        "allergy-conflict",
        text,
        members={"allergies": msgspec.to_builtins(named), "hidden": len(found) - len(named)},
        shown={ALLERGY: len(named)},
    )


async def _live(visit: Visit, kind: str, states: frozenset[str]) -> list[Entry]:
    return await entries.listing(visit, [kind], states=sorted(states))
