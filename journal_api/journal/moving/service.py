"""Move an entry to another person's journal: one transaction, a decision and a row in each one's log.

Each unit moves what it wrote itself. The original place keeps a trace without contents, the new place one
without the other person; both say who moved it and when. Versions go along as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from fastapi import Request

from core_record.access.journal import journal_role
from core_record.access.service import Decision, LookUp, Power, journal_request, look_up_too
from journal_api.care.relations.service import CareRelationKind, keep_relation
from journal_api.desk import Visit
from journal_api.journal.coding import Trimmed, Words
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Stamp
from journal_api.journal.kinds import KINDS
from journal_api.journal.moving import repository
from journal_api.journal.moving.repository import Trace
from journal_api.withholding import nothing_withheld, withhold
from kit.db import set_person
from kit.errors import AksonError, Conflict, Forbidden, Unprocessable
from kit.ids import NationalId
from kit.web import correlation_id

LISTS = frozenset({"AllergyIntolerance", "Flag", "Condition", "MedicationStatement", "Immunization", "Wish"})
MOVABLE = LISTS | {"Encounter", "Composition", "Observation", "DocumentReference"}
"""What is written about a person alone. What was sent to somebody, planned (a visit of a plan
too, which stays on the list) or put on another's list is withdrawn there and made anew."""
_MOST = 1000  # entries of one contact: more than anybody writes


class Move(Trimmed, frozen=True, forbid_unknown_fields=True):
    """A move as it is sent: `id` is its own, new."""

    id: UUID
    why: Words


class Along(msgspec.Struct, frozen=True):
    """An entry's version, and how many of which kinds go along with it when it is moved."""

    version: int
    along: dict[str, int]


class Moved(msgspec.Struct, frozen=True):
    """What was moved."""

    move: UUID
    entries: list[UUID]


async def move(
    request: Request, here: Visit, kind: str, entry_id: UUID, version: int, sent: Move, to: NationalId
) -> LookUp[Moved | AksonError]:
    """Move an entry with what hangs on it: a contact's notes and values, a note's values.

    A refusal about the other person is returned, so that its row in the log stays. Raises `NotFound`,
    `Conflict` (`changed-meanwhile`), `Forbidden` (`moved-by-its-unit`, `journal-role-writes`),
    `Unprocessable` (`kind-not-movable`).
    """
    done = await repository.done(here.conn, here.person_id, sent.id)
    if done:
        if entry_id not in done:
            raise Conflict("id-used", "This id is in use. Make a new one.")
        return LookUp(Moved(sent.id, done), {})
    moved = await _what(here, kind, entry_id, version)
    counts = {name: sum(entry.kind == name for entry in moved) for name in {e.kind for e in moved}}
    async with nothing_withheld(here.conn):  # what each has restricted is decided from the whole
        answer = await _over(request, here, sent, to, moved, counts)
        await set_person(here.conn, here.person_id)
    if isinstance(answer, AksonError):
        return LookUp(answer, {})
    await _leave(here, sent, moved)
    return LookUp(Moved(sent.id, [entry.id for entry in moved]), counts)


async def along(here: Visit, kind: str, entry_id: UUID) -> Along:
    """What would go along with an entry. Raises as `move` what refuses on this side."""
    entry, *others = await _what(here, kind, entry_id, None)
    seen = [one.kind for one in others if not entries.hidden_from(here, one)]
    return Along(entry.version, {name: seen.count(name) for name in sorted({*seen})})


async def _what(here: Visit, kind: str, entry_id: UUID, version: int | None) -> list[Entry]:
    """The entry (None: as it is) and then all that goes with it, when the caller may move it."""
    entry = await entries.need(here, kind, entry_id, lock=True)
    if kind not in MOVABLE or entry.body.get("plan") or entry.body.get("corrects"):
        raise Unprocessable(
            "kind-not-movable", "This is not moved. Withdraw it here, and make it anew in the right journal."
        )
    if version not in (None, entry.version):
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile. Read it anew, then decide.")
    if kind == "Observation" and await _of_note(here, entry):
        raise Unprocessable("moved-with-its-note", "A note says this value. Move the note instead.")
    found = [entry, *await _hanging_on(here, entry)]
    own = (here.actor.place, here.actor.organisation)
    if any(one.unit not in own and not one.body.get("corrects") for one in found):
        raise Forbidden("moved-by-its-unit", "Another unit wrote this. Ask them to move it.")
    if not {one.kind for one in found} <= journal_role(here.actor.hpr_number, here.role).writes:
        raise Forbidden("journal-role-writes", "Your role does not write all that goes along.")
    return found


async def _of_note(here: Visit, value: Entry) -> bool:
    """Whether the note that a value is of is in the same journal."""
    note = value.body.get("note")
    return note is not None and bool(await entries.whatever(here, ["Composition"], only=UUID(note)))


async def _hanging_on(here: Visit, entry: Entry) -> list[Entry]:
    """What was written in a contact, and of notes their values and whatever corrections are being written."""
    found: list[Entry] = []
    if entry.kind == "Encounter":
        kinds = sorted(MOVABLE - {"Encounter"})
        found = await entries.whatever(here, kinds, contact=entry.id, count=_MOST)
    notes = [one.id for one in (entry, *found) if one.kind == "Composition"]
    if notes:
        found += await entries.whatever(here, ["Composition", "Observation"], of=notes, count=_MOST)
    return list({one.id: one for one in found}.values())


async def _over(
    request: Request,
    here: Visit,
    sent: Move,
    to: NationalId,
    moved: Sequence[Entry],
    counts: dict[str, int],
) -> AksonError | None:
    """Decide about the other person and write there; what refuses is the answer."""
    declared = journal_request(request.headers, here.actor, correlation_id(request), counts, writes=True)

    async def write(person_id: UUID, decision: Decision) -> LookUp[None]:
        there = replace(here, person_id=person_id, number=to, decision=decision)
        if person_id == here.person_id:
            raise Unprocessable("moved-to-same", "This is the same person.")
        for entry in moved:
            await _check(there, entry)
        ids, units = [entry.id for entry in moved], {entry.unit for entry in moved}
        await repository.move(here.conn, here.person_id, person_id, ids, units)
        for entry in moved:
            if entry.kind == "Encounter":
                await KINDS["Encounter"].follow(there, entry)
        await repository.note(here.conn, person_id, sent.id, "here", moved, _by(here), here.unit, sent.why)
        return LookUp(None, counts, "write")

    return await look_up_too(
        here.conn,
        here.keys,
        here.actor,
        to,
        declared,
        sorted(counts),
        write,
        power=Power.JOURNAL,
        withhold=withhold(here.actor),
    )


async def _check(there: Visit, entry: Entry) -> None:
    """What may not be there: a time before birth, what is listed already, what an allergy stops."""
    kind = KINDS[entry.kind]
    body: Any = msgspec.convert(entry.body, kind.body)
    change = Change(there, entry.id, None, entry.state, entry.at, body, None, None)
    await entries.check_common(change, kind)
    if entry.kind in LISTS and entry.state in kind.live:
        await kind.check(change)
        await kind.settle(change)


async def _leave(here: Visit, sent: Move, moved: Sequence[Entry]) -> None:
    """The trace at the original place, where a contact that never was shows no relation any more."""
    await repository.note(here.conn, here.person_id, sent.id, "away", moved, _by(here), here.unit, None)
    for entry in moved:
        if entry.kind == "Encounter":
            contact = (entry.id, CareRelationKind.CONTACT, entry.unit, entry.at)
            await keep_relation(here, *contact, ends=here.now, moves=True)


def _by(here: Visit) -> Stamp:
    return Stamp(here.author, here.author_name, here.now, here.role)


async def traces(here: Visit, kinds: Sequence[str]) -> list[Trace]:
    """What was moved away from this journal and here from another's, of these kinds.

    Of kinds of which a role sees its own unit's alone: what that unit moved.
    """
    own = (here.actor.place, here.actor.organisation)
    found = await repository.traces(here.conn, here.person_id, kinds)
    return [one for one in found if one.kind not in here.of_own_unit or one.unit in own]
