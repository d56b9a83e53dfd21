"""What a note of the journal says, part by part, as its template has them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.clients.journal import Measure, Template, Templates

Words = dict[str, str]


@dataclass
class Part:
    """A part of a note: its label in each language and what it says."""

    label: Words
    text: str


def parts_of(body: Mapping[str, Any], known: Templates) -> list[Part]:
    """Every part of a note in its template's order, also one that the template no longer has, at the end."""
    template = template_of(str(body.get("template")), known)
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
    parts += [Part(labels.get(name, same(name)), text) for name, text in said.items()]
    return parts + [_measured(name, value, known.measured.get(name)) for name, value in values.items()]


def _measured(name: str, value: float, measure: Measure | None) -> Part:
    text = decimal(value)
    return Part(measure.label, f"{text} {measure.unit}") if measure else Part(same(name), text)


def template_of(name: str, known: Templates) -> Template | None:
    """The template of that name."""
    return next((one for one in known.templates if one.id == name), None)


def decimal(value: float) -> str:
    """A number as it is written here: `37,5`."""
    return f"{value:g}".replace(".", ",")


def same(text: str) -> Words:
    """Words that are the same in every language."""
    return dict.fromkeys(("nb", "nn", "en"), text)
