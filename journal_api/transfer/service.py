"""Give out and take in a whole journal, inside a visit."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import AsyncConnection

from core_record.access.service import LookUp
from core_record.registers.service import listed_persons
from journal_api.desk import Visit
from journal_api.fhir import resources
from journal_api.fhir.forms.person import patient
from journal_api.fhir.parts import Json
from journal_api.journal.documents import service as documents
from journal_api.journal.documents.examining import type_of
from journal_api.journal.documents.repository import Described
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from journal_api.journal.entries.repository import moved_away
from journal_api.journal.kinds import KINDS
from journal_api.transfer import repository
from journal_api.transfer.bundle import Kept, bundle_of, read_bundle
from kit.errors import Conflict, Damaged, Malformed

_ALL = 100_000
_SPACE = UUID("5f0c7d4e-6c1b-4b8f-9a5e-3f2d1c0b9a87")
_NOT_GIVEN = frozenset({"draft"})


class Whole(msgspec.Struct, frozen=True):
    """A whole journal as it is given out: whose (Patient), and every entry with its versions."""

    person: Json
    kept: list[Kept]


async def whole(here: Visit) -> Whole:
    """All that the caller may see, drafts left out: oldest first."""
    found = await entries.listing(here, sorted(KINDS), count=_ALL)
    shown = [entry for entry in found if entry.state not in _NOT_GIVEN]
    kept = [Kept(entry, (await _former(here, entry)) if entry.version > 1 else []) for entry in shown]
    kept.sort(key=lambda one: (one.entry.at, one.entry.id))
    return Whole(await person_of(here), kept)


async def export(here: Visit) -> LookUp[Json]:
    """The Bundle, with what it holds by kind."""
    found = await whole(here)
    named = [one.entry for one in found.kept]
    context = await resources.context_of(here, named)
    contents, left_out = await _contents(here, named)
    made = bundle_of(found.person, found.kept, context, contents, here.now, left_out)
    return LookUp(made, counts(named))


async def take_in(here: Visit, data: bytes, sent: Any) -> LookUp[dict[str, Any]]:
    """Store what a Bundle of `export` holds and the journal does not have yet.

    An entry that is there already stays as it is: `same` when it is equal, else `different`, to be looked at,
    as is one that was moved to another person's journal. The same Bundle once more changes nothing. Nothing
    is put on lists of work: what was open elsewhere is not open here.
    """
    digest = hashlib.sha256(data).digest()
    before = await repository.known(here.conn, here.person_id, digest)
    if before is not None:
        return LookUp({"import": before[0], **before[1], "again": True}, {})
    read = read_bundle(sent, here.number)
    import_id = uuid5(_SPACE, f"{here.person_id}:{digest.hex()}")
    outcome: Counter[str] = Counter(taken=0, same=0, different=0)
    taken: list[Entry] = []
    for kept in read.kept:
        what = await _take(here, kept, import_id)
        outcome[what] += 1
        if what == "taken":
            taken.append(kept.entry)
            await _take_content(here, kept.entry, read.contents.get(kept.entry.id))
    by = (here.author, here.author_name, here.unit)
    await repository.note(here.conn, here.person_id, import_id, digest, by, outcome)
    return LookUp({"import": import_id, **outcome, "again": False}, counts(taken))


async def take_over(
    conn: AsyncConnection[Any], person_id: UUID, kept: Sequence[Kept], import_id: UUID
) -> int:
    """Store entries of an earlier journal as they are; how many were new. The transaction serves the person.

    For a system's first load: nobody looks up anything, and there is no row in the access log.
    """
    taken = 0
    for one in kept:
        taken += await _insert(conn, person_id, one, import_id)
    return taken


async def _contents(here: Visit, found: Sequence[Entry]) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The documents' contents, base64; and why others are left out."""
    made: dict[UUID, str] = {}
    left_out: dict[UUID, str] = {}
    for entry in found:
        if entry.kind != documents.KIND:
            continue
        try:
            data = await documents.bytes_of(here, entry)
        except (Conflict, Damaged) as error:
            left_out[entry.id] = error.code
            continue
        if data is not None:
            made[entry.id] = base64.b64encode(data).decode()
    return made, left_out


def counts(found: list[Entry]) -> dict[str, int]:
    """How many of each kind, for the log."""
    return dict(Counter(entry.kind for entry in found))


async def _take(here: Visit, kept: Kept, import_id: UUID) -> str:
    entry = kept.entry
    found = await entries.listing(here, [entry.kind], only=entry.id)
    if not found and await moved_away(here.conn, here.person_id, entry.id):
        return "different"
    if await _insert(here.conn, here.person_id, kept, import_id):
        return "taken"
    return "same" if found and _says(found[0]) == _says(entry) else "different"


def _says(entry: Entry) -> tuple[str, dict[str, Any]]:
    """State and body; whether a scanner has looked at a document is each place's own."""
    own = ("scan",) if entry.kind == documents.KIND else ()
    return entry.state, {name: value for name, value in entry.body.items() if name not in own}


async def _take_content(here: Visit, entry: Entry, content: str | None) -> None:
    """A document's content; unless it was here already, no scanner has looked at it.

    Raises `Malformed` (`bundle-form`).
    """
    if entry.kind != documents.KIND or content is None:
        return
    try:
        data = base64.b64decode(content, validate=True)
    except ValueError:
        raise Malformed("bundle-form", "A document in the Bundle is not base64.") from None
    body = entry.body
    if hashlib.sha256(data).hexdigest() != body.get("sha256") or type_of(data) != body.get("content_type"):
        raise Malformed("bundle-form", "A document in the Bundle is not what its reference says.")
    what = Described(body["content_type"], len(data), body["sha256"], "unscanned", body.get("pages"))
    kept = await documents.keep(here, entry.id, data, what)
    await documents.said_to_be(here, entry.id, kept.scan)


async def _insert(conn: AsyncConnection[Any], person_id: UUID, kept: Kept, import_id: UUID) -> bool:
    entry = kept.entry
    digest = entries.digest_of(entry.kind, entry.state, entry.at, entry.contact, entry.body)
    return await repository.insert(conn, person_id, kept, digest, import_id)


async def _former(here: Visit, entry: Entry) -> list[Any]:
    return (await entries.history(here, entry.kind, entry.id))[1:]


async def person_of(here: Visit) -> Json:
    """The person as the registers know them: FHIR Patient."""
    listed = await listed_persons(here.conn, here.keys, [here.person_id])
    found = listed.get(here.person_id)
    known = (found.name, found.birth_date, found.sex) if found else (None, None, None)
    return {**patient(here.number, *known), "id": str(here.person_id)}
