"""A note's form: its fields by the template, and what stands in them as the note's body. Pure.

A field's name says where its text goes: `text:<section>`, `value:<measure>`, `code:<section>:<system>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any

from portal.clients.journal import Measure, Section, Template
from portal.clients.notes import Words, decimal


class NumberMalformed(ValueError):
    """A number that is none, or a code without its words."""


@dataclass
class Field:
    """A field of the form. `kind`: `text`, `number` (with `unit`) or `code`."""

    name: str
    label: Words
    kind: str = "text"
    unit: str = ""
    required: bool = False
    value: str = ""


@dataclass
class Form:
    """A note being written: of which template, and its fields."""

    template: str = ""
    title: Words = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


def form_of(template: Template, measured: Mapping[str, Measure], body: Mapping[str, Any]) -> Form:
    """The form for a note of this template, filled from `body`."""
    fields = [one for section in template.sections for one in _of_section(section, measured, body)]
    return Form(template.id, template.title, fields)


def body_of(values: Mapping[str, str]) -> dict[str, Any]:
    """The note as it is sent: `template`, `conflict_of` and the named fields. Raises `NumberMalformed`.

    `corrects` makes it a draft of a correction, of the version `seen` of that note, with `why`.
    """
    texts, measured, codes = {}, {}, {}
    for name, value in ((n, v.strip()) for n, v in values.items()):
        what, _, rest = name.partition(":")
        if not value or not rest:
            continue
        if what == "text":
            texts[rest] = value
        elif what == "value":
            measured[rest] = _number(value)
        elif what == "code":
            section, _, system = rest.partition(":")
            codes[section] = [_code(system, part.strip()) for part in value.split(";") if part.strip()]
    body: dict[str, Any] = {
        "template": values.get("template", ""),
        "texts": texts,
        "codes": codes,
        "measured": measured,
        "conflict_of": values.get("conflict_of", ""),
        "corrects": _corrects(values),
    }
    return {name: value for name, value in body.items() if value}


def _corrects(values: Mapping[str, str]) -> dict[str, Any]:
    note, seen = values.get("corrects", ""), values.get("seen", "")
    if not note or not seen.isdecimal():
        return {}
    why = values.get("why", "").strip()
    return {"note": note, "version": int(seen)} | ({"why": why} if why else {})


def _of_section(section: Section, measured: Mapping[str, Measure], body: Mapping[str, Any]) -> list[Field]:
    if section.kind == "text":
        said = str(body.get("texts", {}).get(section.id, ""))
        return [Field(f"text:{section.id}", section.label, required=section.required, value=said)]
    if section.kind == "observations":
        values = body.get("measured", {})
        return [
            Field(
                f"value:{name}",
                measured[name].label,
                "number",
                measured[name].unit,
                value=decimal(values[name]) if name in values else "",
            )
            for name in section.measured
        ]
    codes = body.get("codes", {}).get(section.id, [])
    said = "; ".join(f"{code['code']} {code['display']}" for code in codes)
    return [Field(f"code:{section.id}:{section.systems[0]}", section.label, "code", value=said)]


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = nan
    if not isfinite(number):
        raise NumberMalformed("not a number")
    return number


def _code(system: str, text: str) -> dict[str, str]:
    code, _, display = text.partition(" ")
    if not display.strip():
        raise NumberMalformed("a code is followed by its words")
    return {"system": system, "code": code.upper(), "display": display.strip()}
