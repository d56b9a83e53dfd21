"""Entries of the journal → what the person they are about reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.clients.journal import Entry, Stamp, Templates, Version
from portal.clients.notes import Part, Words, parts_of, same, template_of
from portal.ui.dates import show_day, show_partly

EVENTS = ("Encounter", "Composition")
CRITICAL = ("AllergyIntolerance", "Flag")
LISTS = ("MedicationStatement", "Immunization", "Condition")
UNFOLDED = 3
"""So many of the newest notes stand open."""
KINDS = (*CRITICAL, *LISTS, "DocumentReference", *EVENTS)


@dataclass
class Own:
    """One line: `head` in words, `detail` more of it, who wrote it as what (Volven 9060) and when.

    `mark` is `high`, `suspected`, `on-hold` or empty.
    """

    key: str
    head: str
    detail: str = ""
    by: str = ""
    role: str = ""
    at: str = ""
    mark: str = ""


@dataclass
class Told:
    """A contact, or a signed note: `kind` is `contact` or `note`; `why` is the reason of a correction."""

    key: str
    kind: str
    at: str
    title: Words
    service: str
    form: str
    reason: str
    by: str
    role: str
    signed: str
    why: str
    parts: list[Part] = field(default_factory=list)
    unfolded: bool = False


@dataclass
class Before:
    """An earlier version of a corrected note."""

    at: str
    by: str
    parts: list[Part] = field(default_factory=list)


def critical(found: Mapping[str, Sequence[Entry]]) -> list[Own]:
    """Allergies and what else is to be known in an emergency, the severe first. What was refuted is none."""
    entries = [entry for kind in CRITICAL for entry in found.get(kind, ())]
    lines = [_critical(entry) for entry in entries if entry.body.get("certainty") != "refuted"]
    return sorted(lines, key=lambda line: (line.mark != "high", line.head))


def medication(found: Mapping[str, Sequence[Entry]]) -> list[Own]:
    """What is taken now, by name."""
    return sorted(map(_medication, found.get("MedicationStatement", ())), key=lambda line: line.head)


def vaccines(found: Mapping[str, Sequence[Entry]]) -> list[Own]:
    """What was given, newest first."""
    return [_vaccine(entry) for entry in found.get("Immunization", ())]


def diagnoses(found: Mapping[str, Sequence[Entry]]) -> list[Own]:
    """What the services have found, newest first."""
    return [_diagnosis(entry) for entry in found.get("Condition", ())]


def told(found: Mapping[str, Sequence[Entry]], known: Templates) -> list[Told]:
    """Contacts and signed notes, newest first. A draft is nobody's but its writer's, and a contact of which
    there is a note stands in the note."""
    notes = [entry for entry in found.get("Composition", ()) if entry.signed is not None]
    within = {note.contact for note in notes}
    contacts = [entry for entry in found.get("Encounter", ()) if entry.id not in within]
    every = sorted([*notes, *contacts], key=lambda entry: (entry.at, entry.kind), reverse=True)
    made = [_note(one, known) if one.kind == "Composition" else _contact(one) for one in every]
    for event in [one for one in made if one.kind == "note"][:UNFOLDED]:
        event.unfolded = True
    return made


def before(versions: Sequence[Version], known: Templates) -> list[Before]:
    """The signed versions of a note before the one that holds, newest first."""
    earlier = [one for one in versions[1:] if one.signed is not None]
    return [
        Before(show_day(one.changed.at.isoformat()), one.changed.name, parts_of(one.body, known))
        for one in earlier
    ]


def _note(entry: Entry, known: Templates) -> Told:
    name = str(entry.body.get("template"))
    template, signed = template_of(name, known), entry.signed or entry.changed
    return Told(
        key=entry.id,
        kind="note",
        at=day_of(entry),
        title=template.title if template else same(name),
        service=template.service if template else "",
        form="",
        reason="",
        by=signed.name,
        role=role_of(signed),
        signed=show_day(signed.at.isoformat()),
        why=entry.why or "",
        parts=parts_of(entry.body, known),
    )


def _contact(entry: Entry) -> Told:
    body, other = entry.body, str(entry.body.get("responsible_name") or "")
    return Told(
        key=entry.id,
        kind="contact",
        at=day_of(entry),
        title={},
        service=str(body.get("service") or ""),
        form=str(body.get("form") or ""),
        reason=str(body.get("reason") or ""),
        by=other or entry.made.name,
        role=role_of(entry.made) if other in ("", entry.made.name) else "",
        signed="",
        why="",
    )


def _critical(entry: Entry) -> Own:
    body = entry.body
    mark = "high" if body.get("criticality") == "high" else ""
    if body.get("certainty") == "suspected":
        mark = mark or "suspected"
    head = str(body.get("substance") or body.get("text") or "")
    return _line(entry, head, str(body.get("reaction", "")), mark)


def _medication(entry: Entry) -> Own:
    body = entry.body
    name = " ".join(str(body[part]) for part in ("name", "strength", "form") if body.get(part))
    detail = " · ".join(str(body[part]) for part in ("dose", "reason") if body.get(part))
    return _line(entry, name, detail, "on-hold" if entry.state == "on-hold" else "")


def _vaccine(entry: Entry) -> Own:
    dose = entry.body.get("dose")
    return _line(entry, str(entry.body["vaccine"]), f"{dose}." if dose else "")


def _diagnosis(entry: Entry) -> Own:
    return _line(entry, str(entry.body["text"]), show_partly(str(entry.body.get("onset", ""))))


def _line(entry: Entry, head: str, detail: str, mark: str = "") -> Own:
    return Own(entry.id, head, detail, entry.changed.name, role_of(entry.changed), day_of(entry), mark)


def day_of(entry: Entry) -> str:
    """When it was so."""
    return show_day(entry.at.isoformat())


def role_of(stamp: Stamp) -> str:
    """The code of the role; `none` without authorisation."""
    return stamp.role or "none"
