"""Go through a person's medication: continue, change, stop or add each line, all in one, or nothing.

Who looked at another list than the present one is told, and decides anew. What was confirmed carries who
confirmed it, and who last changed what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from core_record.access.service import LookUp
from journal_api.desk import Visit
from journal_api.journal.coding import Trimmed, Words
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Stamp, Written
from journal_api.journal.medication import stop
from journal_api.journal.medication.kind import LIVE, MEDICATION, MedicationStatement
from journal_api.journal.medication.record import (
    RECONCILIATION,
    Action,
    Item,
    MedicationReconciliation,
    Source,
    Transition,
)
from kit.errors import Conflict, Unprocessable

RECORD = RECONCILIATION.name
KINDS = (stop.MEDICATION, stop.ALLERGY, RECORD)


class Decided(Trimmed, frozen=True, forbid_unknown_fields=True):
    """What is to become of a line. `id` of an added one is new; `body` is needed to change and to add.

    `override` answers an allergy without changing what the line says. `state`: active or on-hold.
    """

    action: Action
    id: UUID
    body: MedicationStatement | None = None
    state: str | None = None
    at: datetime | None = None
    reason: Words = ""
    override: stop.Override | None = None


class Reconcile(Trimmed, frozen=True, forbid_unknown_fields=True):
    """A reconciliation as it is sent. `id` is the record's, new; `list_version` is of the list looked at."""

    id: UUID
    list_version: str
    transition: Transition
    at: datetime
    sources: Annotated[list[Source], msgspec.Meta(min_length=1, max_length=10)]
    items: Annotated[list[Decided], msgspec.Meta(max_length=200)]
    contact: UUID | None = None
    note: Words = ""


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """The list as it stands: its version, its lines, what conflicts, and the newest reconciliation."""

    list_version: str
    entries: list[Entry]
    conflicts: list[stop.Marked]
    latest: Entry | None = None


async def listed(visit: Visit) -> LookUp[Listed]:
    """The live medication, with the version to send back."""
    lines = await _lines(visit)
    allergies = await entries.listing(visit, [stop.ALLERGY], states=sorted(stop.LIVE_ALLERGY))
    records = await entries.listing(visit, [RECORD], states=["completed"], count=1)
    found = Listed(version_of(lines), lines, stop.mark(allergies, lines), records[0] if records else None)
    return LookUp(found, {stop.MEDICATION: len(lines), stop.ALLERGY: len(allergies), RECORD: len(records)})


def version_of(lines: Sequence[Entry]) -> str:
    """The version of a list: it changes with each of its lines, and with none else."""
    text = ",".join(sorted(f"{line.id}/{line.version}" for line in lines))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


async def reconcile(visit: Visit, sent: Reconcile) -> Entry:
    """The record of what was done. The same once more changes nothing.

    Raises `Conflict` (`list-changed`, `allergy-conflict` with the line's id, `id-used`), `Unprocessable`
    (`reconcile-incomplete`, `reconcile-body`, and what writing a line raises).
    """
    digest = hashlib.sha256(msgspec.json.encode(sent, order="sorted")).digest()
    known = await entries.known(visit, sent.id)
    if known is not None:
        if known[0].kind == RECORD and known[1] == digest:
            return known[0]
        raise Conflict("id-used", "This id is in use. Make a new one.")
    before = await _held(visit, sent)
    _check_whole(sent, before)
    items = [await _settle(visit, sent, one, before.get(one.id)) for one in sent.items]
    body = MedicationReconciliation(
        transition=sent.transition,
        sources=sent.sources,
        items=items,
        looked_at=sent.list_version,
        became=version_of(await _lines(visit)),
        note=sent.note,
    )
    change = Change(visit, sent.id, None, "completed", sent.at, body, sent.contact, None)
    await entries.check_common(change, RECONCILIATION)
    return await entries.keep(RECONCILIATION, change, digest, signs=True)


async def _held(visit: Visit, sent: Reconcile) -> dict[UUID, Entry]:
    """The lines by id, held until the end; raises `Conflict` when they are not those that were looked at."""
    for line in sorted(await _lines(visit), key=lambda line: line.id):
        await entries.need(visit, stop.MEDICATION, line.id, lock=True)
    await stop.hold(visit)
    lines = await _lines(visit)
    if version_of(lines) != sent.list_version:
        raise Conflict("list-changed", "The list has changed meanwhile. Read it anew, then decide.")
    return {line.id: line for line in lines}


def _check_whole(sent: Reconcile, before: dict[UUID, Entry]) -> None:
    decided = [one.id for one in sent.items if one.action != "add"]
    added = {one.id for one in sent.items if one.action == "add"}
    twice = len(sent.items) != len(before) + len(added)
    if sorted(decided) != sorted(before) or added & before.keys() or twice:
        raise Unprocessable("reconcile-incomplete", "Decide about each line of the list exactly once.")
    for one in sent.items:
        if (one.body is not None) != (one.action in ("change", "add")):
            raise Unprocessable("reconcile-body", "Send the body of a line that is changed or added.")
        if one.action in ("change", "stop") and not one.reason:
            raise Unprocessable("reason-missing", "Say why a line is changed or stopped.")


async def _settle(visit: Visit, sent: Reconcile, one: Decided, before: Entry | None) -> Item:
    body = one.body or msgspec.convert(before.body if before else {}, MedicationStatement)
    if one.override is not None:
        body = msgspec.structs.replace(body, override=one.override)
    state = "stopped" if one.action == "stop" else one.state or (before.state if before else "active")
    if state not in LIVE and one.action != "stop":
        raise Unprocessable("state-unknown", "A line that is kept is active or on-hold.")
    written = Written(
        state=state,
        at=one.at or (before.at if before else sent.at),
        body=msgspec.Raw(msgspec.json.encode(body)),
        contact=before.contact if before else sent.contact,
        why=one.reason or None,
    )
    line = await _written(visit, one.id, written, before, _confirming(visit, one, before))
    return Item(line.id, line.version, one.action, line.body["name"], one.reason)


async def _written(
    visit: Visit, line_id: UUID, written: Written, before: Entry | None, finish: Callable[[Any], Any]
) -> Entry:
    version = before.version if before else None
    try:
        return await entries.write(visit, MEDICATION, line_id, written, version, finish=finish)
    except Conflict as error:
        if error.code != "allergy-conflict":
            raise
        members = error.members | {"medication": str(line_id)}
        raise Conflict(error.code, error.detail, members=members, shown=error.shown) from None


def _confirming(visit: Visit, one: Decided, before: Entry | None) -> Callable[[Any], Any]:
    """Put who confirmed a line on it, and where nothing else was changed who did that last."""
    stamp = Stamp(visit.author, visit.author_name, visit.now, visit.role)
    kept = before if one.action == "continue" else None
    altered = (kept.body.get("altered") or kept.changed) if kept else None

    def confirmed(body: MedicationStatement) -> MedicationStatement:
        made: MedicationStatement = msgspec.structs.replace(
            body, confirmed=stamp, altered=msgspec.convert(altered, Stamp) if altered else None
        )
        return made

    return confirmed


async def _lines(visit: Visit) -> list[Entry]:
    return await entries.listing(visit, [stop.MEDICATION], states=sorted(LIVE))
