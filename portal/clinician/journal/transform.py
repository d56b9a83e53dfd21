"""Entries of the journal → what the page shows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.clients.journal import Entry, Templates, Version
from portal.clients.notes import Part, Words, parts_of, same, template_of
from portal.ui.dates import moment_text

OPEN_CONTACT = frozenset({"planned", "arrived", "in-progress"})
EVENTS = ("Encounter", "Composition")
_UNFOLDED = 3
"""So many of the newest notes are read without unfolding them."""
_SNIPPET = 90


@dataclass
class Event:
    """A contact with its notes, or a note alone. `state` is `draft`, `signed` or a contact's.

    `own`: of the reader's unit; `of_plan`: a visit of a plan. `corrects`: a draft that corrects a signed
    note; `begun`: a signed note whose correction is being written.
    """

    key: str
    version: int
    kind: str
    when: str
    who: str
    author: str
    state: str
    title: Words
    service: str = ""
    is_open: bool = False
    own: bool = False
    of_plan: bool = False
    conflict: bool = False
    corrects: bool = False
    begun: bool = False
    form: str = ""
    reason: str = ""
    why: str = ""
    template: str = ""
    signed: str = ""
    parts: list[Part] = field(default_factory=list)
    snippet: str = ""
    unfolded: bool = False


@dataclass
class Choice:
    """A contact that a note may be written in."""

    key: str
    when: str
    form: str


@dataclass
class Wanted:
    """What of the events is asked for; an empty value sets no limit. `kind`: `contact`, `note` or `draft`.

    `unit`: the reader's own, which narrows nothing.
    """

    words: str = ""
    service: str = ""
    author: str = ""
    kind: str = ""
    unit: str = ""


@dataclass
class Former:
    """An earlier version of a note."""

    when: str
    who: str
    parts: list[Part] = field(default_factory=list)


def events(found: Mapping[str, Sequence[Entry]], known: Templates, wanted: Wanted) -> list[Event]:
    """Contacts and notes that are asked for, newest first. A contact that is over stands in its notes."""
    within = {e.contact for e in found.get("Composition", ()) if wanted.kind != "contact"}
    made = [_contact(e) for e in found.get("Encounter", ()) if e.id not in within or e.state in OPEN_CONTACT]
    begun = {str(e.body["corrects"]["note"]) for e in _corrections(found)}
    made += [_note(entry, known, begun) for entry in found.get("Composition", ())]
    order = {entry.id: entry.at for kind in EVENTS for entry in found.get(kind, ())}
    units = {entry.id: entry.unit for kind in EVENTS for entry in found.get(kind, ())}
    for event in made:
        event.own = units[event.key] == wanted.unit
    shown = [event for event in made if _passes(event, wanted)]
    shown.sort(key=lambda event: (order[event.key], event.kind), reverse=True)
    notes = [event for event in shown if event.kind == "note"]
    for event in (*notes[:_UNFOLDED], *(note for note in notes if note.state == "draft" or wanted.words)):
        event.unfolded = True
    return shown


def correction_of(found: Mapping[str, Sequence[Entry]], note_id: str) -> Entry | None:
    """The reader's own draft of a correction of this signed note."""
    return next((e for e in _corrections(found) if e.body["corrects"]["note"] == note_id), None)


def _corrections(found: Mapping[str, Sequence[Entry]]) -> list[Entry]:
    return [entry for entry in found.get("Composition", ()) if entry.body.get("corrects")]


def authors(found: Mapping[str, Sequence[Entry]]) -> list[str]:
    """Who has written the contacts and notes."""
    return sorted({entry.made.name for kind in EVENTS for entry in found.get(kind, ())})


def open_contacts(found: Mapping[str, Sequence[Entry]], unit: str, within: str | None = None) -> list[Choice]:
    """The contacts of this unit that are not finished, those under way first; before them, `within`."""
    known = {entry.id: entry for entry in found.get("Encounter", ())}
    mine = [e for e in known.values() if e.unit == unit and e.state in OPEN_CONTACT and e.id != within]
    mine.sort(key=lambda entry: (entry.state != "in-progress", -entry.at.timestamp()))
    made = [Choice(entry.id, moment_text(entry.at), str(entry.body.get("form", ""))) for entry in mine]
    if within is None:
        return made
    at = known.get(within)
    first = Choice(within, moment_text(at.at), str(at.body.get("form", ""))) if at else Choice(within, "", "")
    return [first, *made]


def service_of(found: Mapping[str, Sequence[Entry]], unit: str) -> str:
    """Which service this unit is, as its newest contact says; "" where it has none."""
    said = (str(e.body.get("service", "")) for e in found.get("Encounter", ()) if e.unit == unit)
    return next((service for service in said if service), "")


def former(versions: Sequence[Version], known: Templates) -> list[Former]:
    """The earlier versions of a note, newest first."""
    return [
        Former(moment_text(version.changed.at), version.changed.name, parts_of(version.body, known))
        for version in versions[1:]
    ]


def _contact(entry: Entry) -> Event:
    body = entry.body
    return Event(
        key=entry.id,
        version=entry.version,
        kind="contact",
        when=moment_text(entry.at),
        who=str(body.get("responsible_name") or entry.changed.name),
        author=entry.made.name,
        state=entry.state,
        title={},
        service=str(body.get("service") or ""),
        is_open=entry.state in OPEN_CONTACT,
        of_plan=bool(body.get("plan")),
        form=str(body.get("form", "")),
        reason=str(body.get("reason", "")),
    )


def _note(entry: Entry, known: Templates, begun: Collection[str]) -> Event:
    template = template_of(str(entry.body.get("template")), known)
    signed = entry.signed
    return Event(
        key=entry.id,
        version=entry.version,
        kind="note",
        when=moment_text(entry.at),
        who=(signed or entry.changed).name,
        author=entry.made.name,
        state=entry.state,
        title=template.title if template else same(str(entry.body.get("template"))),
        why=entry.why or "",
        template=str(entry.body.get("template")),
        service=template.service if template else "",
        conflict=bool(entry.body.get("conflict_of")),
        corrects=bool(entry.body.get("corrects")),
        begun=entry.id in begun,
        signed=moment_text(signed.at) if signed else "",
        parts=parts_of(entry.body, known),
        snippet=_snippet(entry.body),
    )


def _snippet(body: Mapping[str, Any]) -> str:
    """A note in a line: its codes, then its longest text."""
    codes = [str(code["display"]) for found in body.get("codes", {}).values() for code in found]
    texts = sorted((str(text) for text in body.get("texts", {}).values()), key=len, reverse=True)
    said = " ".join(" · ".join([*codes, *texts[:1]]).split())
    return said if len(said) <= _SNIPPET else said[:_SNIPPET].rsplit(" ", 1)[0] + " …"


def _passes(event: Event, wanted: Wanted) -> bool:
    kind = "draft" if event.state == "draft" else event.kind
    if wanted.kind and wanted.kind not in (kind, event.kind):
        return False
    if (wanted.service and event.service != wanted.service) or (
        wanted.author and event.author != wanted.author
    ):
        return False
    return _says(event, wanted.words.casefold().split())


def _says(event: Event, wanted: Iterable[str]) -> bool:
    said = " ".join(
        [event.when, event.who, event.reason, *event.title.values(), *(part.text for part in event.parts)]
    ).casefold()
    return all(word in said for word in wanted)
