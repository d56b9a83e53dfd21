"""The lists that are edited on the page, as data: each kind's fields, and what may become of an entry.

Texts: `journal.field.<name>`, `journal.option.<name>.<value>`, `journal.becomes.<state>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from kit.norway import OSLO
from portal.clients.journal import Entry
from portal.ui.dates import day_text, iso_day, show_partly

_SYSTEMS = {"ICPC-2": "icpc-2", "ICD-10": "icd-10"}


@dataclass
class Input:
    """A field. `kind`: `text`, `long`, `select`, `check`, `day` or `code` (of `system`); `value` as shown.

    `at` is the day of the entry itself.
    """

    name: str
    kind: str = "text"
    required: bool = False
    options: list[str] = field(default_factory=list)
    system: str = ""
    value: str = ""


@dataclass(frozen=True)
class Editable:
    """A kind that is edited here: its fields, the state of a new entry, and the states it may come to.

    `adds`: whether a new one is made here too; else what there is is changed.
    """

    inputs: tuple[Input, ...]
    new: str = "active"
    states: tuple[str, ...] = ("active", "inactive", "entered-in-error")
    adds: bool = True


class InputMalformed(ValueError):
    """What stands in a field cannot be sent; its argument is the field's name."""


def _select(name: str, *options: str) -> Input:
    return Input(name, "select", required=True, options=list(options))


EDITABLE: Mapping[str, Editable] = {
    "AllergyIntolerance": Editable(
        (
            Input("substance", required=True),
            _select("category", "medication", "food", "environment", "other"),
            _select("criticality", "unknown", "high", "low"),
            _select("certainty", "suspected", "confirmed", "refuted"),
            Input("reaction"),
            Input("coding", "code", system="atc"),
            Input("source"),
        )
    ),
    "Flag": Editable(
        (
            _select("category", "implant", "condition", "treatment", "infection", "procedure", "other"),
            Input("text", required=True),
        )
    ),
    "Condition": Editable(
        (
            Input("text", required=True),
            _select("system", *_SYSTEMS),
            Input("coding", "code", system="icpc-2"),
            Input("onset"),
            Input("note", "long"),
        ),
        states=("active", "inactive", "resolved", "entered-in-error"),
    ),
    "MedicationStatement": Editable(
        (
            Input("name", required=True),
            Input("atc", "code", system="atc"),
            Input("strength"),
            Input("form"),
            Input("dose"),
            Input("reason"),
            _select("use", "fixed", "as-needed", "course"),
            _select("source", "gp", "hospital", "patient", "home-care", "emergency", "other"),
            Input("prescriber"),
            Input("ends", "day"),
        ),
        states=("active", "on-hold", "stopped", "entered-in-error"),
    ),
    "Immunization": Editable(
        (
            Input("vaccine", required=True),
            Input("at", "day", required=True),
            Input("coding", "code", system="sysvak"),
            Input("dose"),
            Input("lot"),
            Input("site"),
        ),
        new="completed",
        states=("completed", "not-done", "entered-in-error"),
    ),
    "NextOfKin": Editable(
        (
            Input("name", required=True),
            Input("relation", required=True),
            Input("phone"),
            Input("main", "check"),
            Input("note", "long"),
        )
    ),
    "Wish": Editable(
        (
            _select("category", "resuscitation", "language", "communication", "religion", "home", "other"),
            Input("text", "long", required=True),
        )
    ),
    "CarePlan": Editable(
        (Input("address"), Input("entry", "long")),
        states=("active", "on-hold"),
        adds=False,
    ),
    "Task": Editable(
        (Input("text", "long", required=True), Input("due", "day")),
        new="requested",
        states=("requested", "in-progress", "completed", "cancelled"),
    ),
}


def system_of(shown: str, otherwise: str) -> str:
    """The system of codes that the form shows by this name."""
    return _SYSTEMS.get(shown, otherwise)


def filled(kind: str, entry: Entry | None) -> list[Input]:
    """The fields of a kind as they stand in an entry; of a new one, the first option of each choice."""
    return [_filled(one, entry) for one in EDITABLE[kind].inputs]


def body_from(kind: str, values: Mapping[str, str], before: Entry | None) -> dict[str, Any]:
    """The body that the fields say; what the form does not show stays. Raises `InputMalformed`."""
    shown = {one.name for one in EDITABLE[kind].inputs}
    body = {name: said for name, said in (before.body if before else {}).items() if name not in shown}
    for one in EDITABLE[kind].inputs:
        if one.name in ("at", "system"):
            continue
        said = _said(one, values)
        if said not in ("", None):
            body[one.name] = said
    return body


def differing(kind: str, values: Mapping[str, str], entry: Entry) -> list[tuple[str, str]]:
    """The fields in which an entry says something else than what is written, and what it says."""
    found = ((one.name, one.value) for one in filled(kind, entry) if one.kind != "check")
    return [(name, value) for name, value in found if value != values.get(name, "").strip()]


def day_from(values: Mapping[str, str], before: Entry | None, now: datetime) -> datetime:
    """The day of the form (noon in Norway, not later than now), else as it was before, else now."""
    text = values.get("at", "").strip()
    if not text:
        return before.at if before else now
    chosen = datetime.combine(_day("at", text), time(12), tzinfo=OSLO)
    if before and before.at.astimezone(OSLO).date() == chosen.date():
        return before.at
    return min(chosen, now) if chosen.date() == now.astimezone(OSLO).date() else chosen


def _filled(one: Input, entry: Entry | None) -> Input:
    first = one.options[0] if one.options else ""
    if entry is None:
        value = first
    elif one.name == "at":
        value = day_text(entry.at)
    elif one.name == "system":
        system = (entry.body.get("coding") or {}).get("system", "icpc-2")
        value = next((shown for shown, name in _SYSTEMS.items() if name == system), first)
    else:
        value = _shown(one, entry.body.get(one.name)) or first
    return Input(one.name, one.kind, one.required, one.options, one.system, value)


def _shown(one: Input, said: Any) -> str:
    if said in (None, ""):
        return ""
    if one.kind == "code":
        return f"{said['code']} {said['display']}"
    if one.kind == "check":
        return "on" if said else ""
    if one.kind == "day" or one.name == "onset":
        return show_partly(str(said)[:10])
    return str(said)


def _said(one: Input, values: Mapping[str, str]) -> Any:
    text = values.get(one.name, "").strip()
    if one.kind == "check":
        return bool(text)
    if not text:
        if one.required:
            raise InputMalformed(one.name)
        return ""
    reads = {"code": _code, "day": _due, "select": _option}.get(one.kind)
    if reads is not None:
        return reads(one, text, values)
    if one.name == "dose" and "vaccine" in values:
        return _whole(one.name, text)
    return "-".join(reversed(text.split("."))) if one.name == "onset" else text


def _option(one: Input, text: str, _: Mapping[str, str]) -> str:
    if text not in one.options:
        raise InputMalformed(one.name)
    return text


def _code(one: Input, text: str, values: Mapping[str, str]) -> dict[str, str]:
    code, _, display = text.partition(" ")
    if not display.strip():
        raise InputMalformed(one.name)
    system = _SYSTEMS.get(values.get("system", ""), one.system)
    return {"system": system, "code": code.upper(), "display": display.strip()}


def _due(one: Input, text: str, _: Mapping[str, str]) -> str:
    day = _day(one.name, text)
    return datetime.combine(day, time(12), tzinfo=OSLO).isoformat() if one.name == "due" else day.isoformat()


def _whole(name: str, text: str) -> int:
    if not text.isdecimal():
        raise InputMalformed(name)
    return int(text)


def _day(name: str, text: str) -> date:
    day = iso_day(text)
    if day is None:
        raise InputMalformed(name)
    return date.fromisoformat(day)
