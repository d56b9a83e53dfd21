"""What is done with a note besides writing it: save beside a faster colleague's, sign, discard."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from core_record.access.service import LookUp
from journal_api.desk import Visit
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Written
from journal_api.journal.notes.kind import (
    COMPOSITION,
    Composition,
    Correction,
    check_whole,
    conflict_copy,
    need_signer,
    template_of,
)
from kit.db import savepoint
from kit.errors import AksonError, Conflict, Unprocessable


async def save(visit: Visit, note_id: UUID, sent: Written, version: int | None) -> LookUp[Entry | AksonError]:
    """Write a note. One who was overtaken loses nothing: a draft beside it holds what they wrote.

    The answer is then `Conflict` (`changed-meanwhile-kept`) as a value, whose detail names the draft.
    """
    try:
        async with savepoint(visit.conn):
            return _one(await entries.write(visit, COMPOSITION, note_id, sent, version))
    except Conflict as error:
        if error.code != "changed-meanwhile" or sent.state != "draft":
            raise
    body = conflict_copy(msgspec.json.decode(sent.body), note_id)
    copy_id = uuid5(note_id, f"{visit.author}:{msgspec.json.encode(body, order='sorted').decode()}")
    beside = msgspec.structs.replace(sent, body=msgspec.Raw(msgspec.json.encode(body)))
    kept = await entries.write(visit, COMPOSITION, copy_id, beside, None)
    told = Conflict(
        "changed-meanwhile-kept",
        f"Somebody has changed the note meanwhile. What you wrote is kept as the draft {kept.id}.",
    )
    return LookUp(told, {"Composition": 1})


async def sign(visit: Visit, note_id: UUID, version: int) -> Entry:
    """Sign a draft; signing once more changes nothing. The draft of a correction becomes its note's version.

    Raises as `write`, `role-does-not-sign`, `reason-missing`, `Conflict` (`corrected-meanwhile`).
    """
    if (found := await _corrected(visit, note_id, version)) is not None:
        return found
    note = await entries.need(visit, "Composition", note_id, lock=True)
    if (
        note.state == "signed"
        and note.version == version + 1
        and note.signed
        and note.signed.by == visit.author
    ):
        return note
    _need_draft(note, version)
    body = msgspec.convert(note.body, Composition)
    template = template_of(body.template)
    need_signer(visit, template)
    check_whole(template, body)
    if body.corrects is not None:
        return await _correct(visit, note, body, body.corrects)
    digest = entries.digest_of("Composition", "signed", note.at, note.contact, body)
    change = Change(visit, note_id, note, "signed", note.at, body, note.contact, None)
    return await entries.keep(COMPOSITION, change, digest, signs=True)


async def _correct(visit: Visit, draft: Entry, body: Composition, corrects: Correction) -> Entry:
    """The signed note's next version is what the draft says, and of the draft nothing is left."""
    note = await entries.need(visit, "Composition", corrects.note, lock=True)
    if note.version != corrects.version:
        raise Conflict(
            "corrected-meanwhile", "Somebody has corrected the note meanwhile. Read theirs, then decide."
        )
    why = corrects.why.strip()
    if not why:
        raise Unprocessable("reason-missing", "Say in `why` what is corrected, and why.")
    said = msgspec.structs.replace(body, corrects=None, conflict_of=note.body.get("conflict_of"))
    change = Change(visit, note.id, note, "signed", note.at, said, draft.contact, why)
    await COMPOSITION.check(change)
    digest = entries.digest_of("Composition", "signed", note.at, draft.contact, said)
    kept = await entries.keep(COMPOSITION, change, digest)
    became = Correction(corrects.note, corrects.version, became=kept.version)
    await _empty(visit, draft, Composition(template=body.template, corrects=became))
    return kept


async def _corrected(visit: Visit, draft_id: UUID, version: int) -> Entry | None:
    """The note, when this draft has become a version of it already by the same hand."""
    found = await entries.known(visit, draft_id)
    if found is None or found[0].state != "discarded" or found[0].changed.by != visit.author:
        return None
    became = found[0].body.get("corrects", {})
    if "became" not in became or found[0].version != version + 1:
        return None
    return await entries.need(visit, "Composition", UUID(became["note"]))


async def discard(visit: Visit, note_id: UUID, version: int) -> None:
    """Throw a draft away: its content is gone."""
    note = await entries.need(visit, "Composition", note_id, lock=True)
    _need_draft(note, version)
    await _empty(visit, note, Composition(template=note.body["template"]))


async def _empty(visit: Visit, note: Entry, body: Composition) -> None:
    digest = entries.digest_of("Composition", "discarded", note.at, None, body)
    change = Change(visit, note.id, note, "discarded", note.at, body, note.contact, None)
    await entries.keep(COMPOSITION, change, digest)


def _need_draft(note: Entry, version: int) -> None:
    if note.state != "draft":
        raise Unprocessable("note-signed", "The note is signed. It can be corrected, not changed.")
    if note.version != version:
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile. Read it anew, then decide.")


def _one(entry: Entry) -> LookUp[Entry | AksonError]:
    return LookUp(entry, {entry.kind: 1})
