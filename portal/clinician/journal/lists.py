"""Entries of the journal's lists → the lines that the page shows. Pure.

A new list is its kind in `LISTS`, what a line of it says in `_SAID`, and `journal.list.<kind>` in the texts;
its form is a row of `fields.EDITABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.clients.conflicts import Marked
from portal.clients.journal import Entry
from portal.ui.dates import day_text, moment_text, show_partly

LISTS = (
    *("AllergyIntolerance", "Flag", "Condition", "MedicationStatement", "Immunization", "NextOfKin", "Wish"),
    *("CarePlan", "CareTeam", "Task"),
)
"""The lists of the overview, in their order; what is critical stands in the banner too."""


@dataclass
class Line:
    """One line of a list. `state` where it is not plain active; `by`: who changed it last, and when.

    `against`: allergies that speak against a medicine; `weighed`: somebody has decided on it all the same.
    """

    key: str
    head: str
    detail: str = ""
    state: str = ""
    by: str = ""
    against: str = ""
    weighed: bool = False


@dataclass
class Group:
    """One list; `kind` names its heading. `closed`: the reader's role does not see it."""

    kind: str
    closed: bool = False
    lines: list[Line] = field(default_factory=list)


def groups(found: Mapping[str, Sequence[Entry]], conflicts: Sequence[Marked] = ()) -> list[Group]:
    """The lists of the overview; an empty one says so, and one that is closed to the reader says that."""
    made = [Group(kind, kind not in found, [_line(entry) for entry in found.get(kind, ())]) for kind in LISTS]
    lines = {line.key: line for group in made for line in group.lines}
    for mark in conflicts:
        against = [lines[one.id].head for one in mark.allergies if one.id in lines]
        if mark.medication in lines:
            lines[mark.medication].against = ", ".join(against)
            lines[mark.medication].weighed = all(one.answered for one in mark.allergies)
    return made


def name_of(entry: Entry) -> str:
    """What an entry is called: a line's head, a document's title, else when it was."""
    if entry.kind in _SAID:
        return _SAID[entry.kind](entry)[0]
    return str(entry.body.get("title") or moment_text(entry.at))


def _line(entry: Entry) -> Line:
    head, detail = _SAID[entry.kind](entry)
    state = entry.state if entry.state not in ("active", "completed") else ""
    said = " · ".join(part for part in detail if part)
    return Line(entry.id, head, said, state, f"{entry.changed.name} {day_text(entry.changed.at)}")


def _allergy(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return str(entry.body["substance"]), (
        str(entry.body.get("reaction", "")),
        str(entry.body.get("source", "")),
    )


def _flag(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return str(entry.body["text"]), ()


def _task(entry: Entry) -> tuple[str, tuple[str, ...]]:
    due = str(entry.body.get("due") or "")
    shown = day_text(datetime.fromisoformat(due)) if due else ""
    return str(entry.body["text"]), (shown, str(entry.body.get("assignee_name", "")))


def _condition(entry: Entry) -> tuple[str, tuple[str, ...]]:
    code, onset = (entry.body.get("coding") or {}).get("code", ""), str(entry.body.get("onset", ""))
    since = show_partly(onset)
    return str(entry.body["text"]), (
        str(code),
        since,
        str(entry.body.get("note", "")),
    )


def _medication(entry: Entry) -> tuple[str, tuple[str, ...]]:
    body = entry.body
    name = " ".join(str(body[part]) for part in ("name", "strength", "form") if body.get(part))
    return name, (str(body.get("dose", "")), str(body.get("reason", "")))


def _vaccine(entry: Entry) -> tuple[str, tuple[str, ...]]:
    dose = entry.body.get("dose")
    return str(entry.body["vaccine"]), (f"{dose}." if dose else "", day_text(entry.at))


def _kin(entry: Entry) -> tuple[str, tuple[str, ...]]:
    body = entry.body
    return str(body["name"]), tuple(str(body.get(part, "")) for part in ("relation", "phone", "note"))


def _wish(entry: Entry) -> tuple[str, tuple[str, ...]]:
    return str(entry.body["text"]), (day_text(entry.at),)


def _plan(entry: Entry) -> tuple[str, tuple[str, ...]]:
    acts = [str(one.get("text", "")) for one in entry.body.get("activities", [])]
    said = (", ".join(acts), str(entry.body.get("address", "")), str(entry.body.get("entry", "")))
    return ", ".join(str(goal) for goal in entry.body.get("goals", [])), said


def _team(entry: Entry) -> tuple[str, tuple[str, ...]]:
    members = entry.body.get("members", [])
    return ", ".join(str(one["name"]) for one in members), (str(entry.body.get("note", "")),)


_SAID = {
    "AllergyIntolerance": _allergy,
    "Flag": _flag,
    "Task": _task,
    "Condition": _condition,
    "MedicationStatement": _medication,
    "Immunization": _vaccine,
    "NextOfKin": _kin,
    "Wish": _wish,
    "CarePlan": _plan,
    "CareTeam": _team,
}
