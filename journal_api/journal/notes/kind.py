"""The kind Composition: a note's body, what it must hold, and the values it leaves."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from journal_api.desk import Visit
from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import Coding, Short
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Kind
from journal_api.journal.measured import OBSERVATION, Observation, check_value
from journal_api.journal.notes.templates import Section, Template, templates
from kit.errors import Forbidden, Unprocessable

Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class Correction(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of a draft that becomes the next version of a signed note when it is signed.

    Which note, the version that it was begun on, and why. `became`: that version, once it is signed.
    """

    note: UUID
    version: int
    why: Text = ""
    became: int | None = None


class Composition(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A note: what each section of its template holds. `conflict_of`: the note that was changed meanwhile.

    `corrects`: of a draft of a correction, which its writer alone sees.
    """

    template: Short
    texts: dict[str, Text] = {}
    codes: dict[str, list[Coding]] = {}
    measured: dict[str, float] = {}
    conflict_of: UUID | None = None
    corrects: Correction | None = None


async def _check(change: Change) -> None:
    body: Composition = change.body
    template = template_of(body.template)
    if change.before is not None and change.before.body["template"] != body.template:
        raise Unprocessable("template-changed", "A note keeps its template. Write a new one.")
    if change.before is not None and change.before.signed and change.state != "signed":
        raise Unprocessable("note-signed", "A signed note is corrected, and stays signed.")
    if change.state == "signed":
        if change.before is None or not change.before.signed:
            raise Unprocessable("note-unsigned", "Save the note as a draft, then sign it.")
        need_signer(change.visit, template)
        check_whole(template, body)
    await _check_correction(change, template)
    _check_sections(template, body)
    for code in (one for codes in body.codes.values() for one in codes):
        await check_coding(change, code, code.system)


async def _check_correction(change: Change, template: Template) -> None:
    """A draft that corrects is of one signed note of its template, and of one who signs such notes."""
    corrects: Correction | None = change.body.corrects
    was = change.before.body.get("corrects", {}).get("note") if change.before else None
    if change.before is not None and was != (str(corrects.note) if corrects else None):
        raise Unprocessable("correction-of-another", "A draft goes on correcting the note it was begun for.")
    if corrects is None:
        return
    need_signer(change.visit, template)
    note = await entries.need(change.visit, "Composition", corrects.note)
    if note.state != "signed" or corrects.became is not None or not 0 < corrects.version <= note.version:
        raise Unprocessable("correction-of-nothing", "What is corrected is a version of a signed note.")
    if note.body["template"] != template.id:
        raise Unprocessable("template-changed", "A note keeps its template. Write a new one.")


def need_signer(visit: Visit, template: Template) -> None:
    """Raises `Forbidden` (`role-does-not-sign`)."""
    if not template.signed_by(visit.role if visit.actor.hpr_number else None):
        raise Forbidden("role-does-not-sign", "Your role prepares this note. Somebody else signs it.")


def template_of(name: str) -> Template:
    """Raises `Unprocessable` (`template-unknown`)."""
    found = templates().get(name)
    if found is None:
        raise Unprocessable("template-unknown", "There is no such template of notes.")
    return found


def check_whole(template: Template, body: Composition) -> None:
    """Before it is signed: raises `Unprocessable` (`section-missing`) for what must be there."""
    missing = [s.id for s in template.sections if s.required and not _filled(s, body)]
    if missing:
        raise Unprocessable("section-missing", f"Write these parts before signing: {', '.join(missing)}.")
    if not any(_filled(section, body) for section in template.sections):
        raise Unprocessable("note-empty", "The note is empty.")


def _filled(section: Section, body: Composition) -> bool:
    if section.kind == "text":
        return bool(body.texts.get(section.id, "").strip())
    if section.kind == "code":
        return bool(body.codes.get(section.id))
    return any(name in body.measured for name in section.measured)


def _check_sections(template: Template, body: Composition) -> None:
    known = {(s.kind, s.id): s for s in template.sections}
    measured = {name for s in template.sections for name in s.measured}
    strange = [name for name in body.texts if ("text", name) not in known]
    strange += [name for name in body.codes if ("code", name) not in known]
    strange += sorted(body.measured.keys() - measured)
    if strange:
        raise Unprocessable("section-unknown", f"The template has no {', '.join(strange)}.")
    for name, codes in body.codes.items():
        if any(code.system not in known["code", name].systems for code in codes):
            raise Unprocessable("code-system", "The part takes codes of another system.")
    for name, value in body.measured.items():
        check_value(name, value)


async def _follow(visit: Visit, note: Entry) -> None:
    """A signed note's values are entries of their own; one that a correction took out is shown no more."""
    if note.state != "signed":
        return
    body = msgspec.convert(note.body, Composition)
    for section in template_of(body.template).sections:
        for name in section.measured:
            await _keep_value(visit, note, name, body.measured.get(name))


async def _keep_value(visit: Visit, note: Entry, name: str, value: float | None) -> None:
    entry_id = uuid5(note.id, name)
    found = await entries.listing(visit, ["Observation"], contact=None, only=entry_id)
    before = found[0] if found else None
    if value is None and (before is None or before.state != "final"):
        return
    state = "final" if value is not None else "entered-in-error"
    kept = value if value is not None else msgspec.convert(before.body, Observation).value if before else 0.0
    body = Observation(name, kept, note.id)
    digest = entries.digest_of("Observation", state, note.at, note.contact, body)
    change = Change(visit, entry_id, before, state, note.at, body, note.contact, note.why)
    if before is None or entries.builtins(body) != before.body or before.state != state:
        await entries.keep(OBSERVATION, change, digest)


COMPOSITION: Kind = Kind(
    name="Composition",
    body=Composition,
    states=frozenset({"draft", "signed"}),
    live=frozenset({"draft", "signed"}),
    steps={"draft": frozenset({"draft"}), "signed": frozenset({"signed"})},
    check=_check,
    follow=_follow,
)


def conflict_copy(body: dict[str, Any], of: UUID) -> Composition:
    """What the slower of two wrote, as a draft of its own."""
    return msgspec.structs.replace(msgspec.convert(body, Composition), conflict_of=of)
