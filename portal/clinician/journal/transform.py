"""Entries of the journal → what the page shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.clients.journal import Entry, Measure, Template, Templates, Version

OSLO = ZoneInfo("Europe/Oslo")
LISTS = ("Condition", "MedicationStatement", "Immunization", "NextOfKin", "Wish", "CarePlan", "CareTeam")
"""The lists of the overview, in their order; what is critical stands above all."""
CRITICAL = ("AllergyIntolerance", "Flag")
EVENTS = ("Encounter", "Composition")
Words = dict[str, str]


@dataclass
class Line:
    """One line of a list. `high`: severe; `uncertain`: suspected; `state` where it is not plain active."""

    key: str
    head: str
    detail: str = ""
    state: str = ""
    high: bool = False
    uncertain: bool = False


@dataclass
class Group:
    """One list; `kind` names its heading."""

    kind: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Part:
    """A part of a note: its label in each language and what it says."""

    label: Words
    text: str


@dataclass
class Event:
    """A contact with its notes, or a note alone. `state` is `draft`, `signed` or a contact's."""

    key: str
    version: int
    kind: str
    when: str
    who: str
    state: str
    title: Words
    form: str = ""
    reason: str = ""
    why: str = ""
    template: str = ""
    signed: str = ""
    parts: list[Part] = field(default_factory=list)


@dataclass
class Former:
    """An earlier version of a note."""

    when: str
    who: str
    parts: list[Part] = field(default_factory=list)


def critical(found: Mapping[str, Sequence[Entry]]) -> list[Line]:
    """Allergies and flags, the severe first. What was refuted warns nobody."""
    lines = [_critical(entry) for kind in CRITICAL for entry in found.get(kind, ())]
    return sorted(lines, key=lambda line: (not line.high, line.uncertain, line.head))


def groups(found: Mapping[str, Sequence[Entry]]) -> list[Group]:
    """The lists of the overview; an empty one says so."""
    return [Group(kind, [_line(entry) for entry in found.get(kind, ())]) for kind in LISTS]


def events(found: Mapping[str, Sequence[Entry]], known: Templates, words: str = "") -> list[Event]:
    """Contacts and notes, newest first, of which every word of `words` is somewhere said."""
    made = [_contact(entry) for entry in found.get("Encounter", ())]
    made += [_note(entry, known) for entry in found.get("Composition", ())]
    wanted = words.casefold().split()
    order = {entry.id: entry.at for kind in EVENTS for entry in found.get(kind, ())}
    shown = [event for event in made if _says(event, wanted)]
    return sorted(shown, key=lambda event: (order[event.key], event.kind), reverse=True)


def former(versions: Sequence[Version], known: Templates) -> list[Former]:
    """The earlier versions of a note, newest first."""
    return [
        Former(clock(version.changed.at), version.changed.name, _parts(version.body, known))
        for version in versions[1:]
    ]


def clock(at: datetime) -> str:
    """Day and time in Norway."""
    return at.astimezone(OSLO).strftime("%d.%m.%Y %H:%M")


def day(at: datetime) -> str:
    """The day in Norway."""
    return at.astimezone(OSLO).strftime("%d.%m.%Y")


def _critical(entry: Entry) -> Line:
    body = entry.body
    head = str(body.get("substance") or body.get("text") or "")
    return Line(
        key=entry.id,
        head=head,
        detail=str(body.get("reaction", "")),
        high=body.get("criticality") == "high",
        uncertain=body.get("certainty") == "suspected",
    )


def _line(entry: Entry) -> Line:
    head, detail = _SAID[entry.kind](entry)
    state = entry.state if entry.state not in ("active", "completed") else ""
    return Line(entry.id, head, " · ".join(part for part in detail if part), state)


def _condition(entry: Entry) -> tuple[str, tuple[str, ...]]:
    code, onset = (entry.body.get("coding") or {}).get("code", ""), str(entry.body.get("onset", ""))
    since = ".".join(reversed(onset.split("-")))
    return str(entry.body["text"]), (
        str(code),
        since,
        str(entry.body.get("note", "")),
    )


def _medication(entry: Entry) -> tuple[str, tuple[str, ...]]:
    body = entry.body
    name = " ".join(str(body[part]) for part in ("name", "strength", "form") if body.get(part))
    return name, (str(body.get("dose", "")), str(body.get("reason", "")), entry.changed.name)


def _vaccine(entry: Entry) -> tuple[str, tuple[str, ...]]:
    dose = entry.body.get("dose")
    return str(entry.body["vaccine"]), (f"{dose}." if dose else "", day(entry.at))


def _kin(entry: Entry) -> tuple[str, tuple[str, ...]]:
    body = entry.body
    return str(body["name"]), tuple(str(body.get(part, "")) for part in ("relation", "phone", "note"))


def _wish(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return str(entry.body["text"]), (day(entry.at), entry.changed.name)


def _plan(entry: Entry) -> tuple[str, tuple[str, ...]]:
    acts = [str(one.get("text", "")) for one in entry.body.get("activities", [])]
    return ", ".join(str(goal) for goal in entry.body.get("goals", [])), (", ".join(acts),)


def _team(entry: Entry) -> tuple[str, tuple[str, ...]]:
    members = entry.body.get("members", [])
    return ", ".join(str(one["name"]) for one in members), (str(entry.body.get("note", "")),)


_SAID = {
    "Condition": _condition,
    "MedicationStatement": _medication,
    "Immunization": _vaccine,
    "NextOfKin": _kin,
    "Wish": _wish,
    "CarePlan": _plan,
    "CareTeam": _team,
}


def _contact(entry: Entry) -> Event:
    body = entry.body
    return Event(
        key=entry.id,
        version=entry.version,
        kind="contact",
        when=clock(entry.at),
        who=str(body.get("responsible_name") or entry.changed.name),
        state=entry.state,
        title={},
        form=str(body.get("form", "")),
        reason=str(body.get("reason", "")),
    )


def _note(entry: Entry, known: Templates) -> Event:
    template = _template(str(entry.body.get("template")), known)
    signed = entry.signed
    return Event(
        key=entry.id,
        version=entry.version,
        kind="note",
        when=clock(entry.at),
        who=(signed or entry.changed).name,
        state=entry.state,
        title=template.title if template else _same(str(entry.body.get("template"))),
        why=entry.why or "",
        template=str(entry.body.get("template")),
        signed=clock(signed.at) if signed else "",
        parts=_parts(entry.body, known),
    )


def _parts(body: Mapping[str, Any], known: Templates) -> list[Part]:
    """Every part of a note in its template's order, also one that the template no longer has, at the end."""
    template = _template(str(body.get("template")), known)
    sections = template.sections if template else []
    labels = {section.id: section.label for section in sections}
    said = {n: str(text) for n, text in body.get("texts", {}).items() if text}
    for name, codes in body.get("codes", {}).items():
        said[name] = ", ".join(f"{code['code']} {code['display']}" for code in codes)
    values = dict(body.get("measured", {}))
    parts: list[Part] = []
    for section in sections:
        if section.id in said:
            parts.append(Part(section.label, said.pop(section.id)))
        mine = [name for name in section.measured if name in values]
        parts += [_measured(name, values.pop(name), known.measured.get(name)) for name in mine]
    parts += [Part(labels.get(name, _same(name)), text) for name, text in said.items()]
    return parts + [_measured(name, value, known.measured.get(name)) for name, value in values.items()]


def _measured(name: str, value: float, measure: Measure | None) -> Part:
    text = f"{value:g}".replace(".", ",")
    return Part(measure.label, f"{text} {measure.unit}") if measure else Part(_same(name), text)


def _template(name: str, known: Templates) -> Template | None:
    return next((one for one in known.templates if one.id == name), None)


def _same(text: str) -> Words:
    return dict.fromkeys(("nb", "nn", "en"), text)


def _says(event: Event, wanted: Iterable[str]) -> bool:
    said = " ".join(
        [event.when, event.who, event.reason, *event.title.values(), *(part.text for part in event.parts)]
    ).casefold()
    return all(word in said for word in wanted)
