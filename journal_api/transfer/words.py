"""An entry in words: its fields by name, each with its value; nothing of its body is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from journal_api.journal.entries.models import Entry, Version
from journal_api.journal.measured import measures
from journal_api.journal.notes.templates import templates
from kit.norway import OSLO

_BEHIND = frozenset(
    {"personnel", "responsible", "assignee", "by", "sha256", "contact", "result", "id", "unit"}
    | {"looked_at", "became", "requester", "replaces", "report"}
)
"""Ids that mean nothing to a reader."""


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@cache
def _texts() -> Any:
    return yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self._own: Mapping[str, Any] = _texts()[language]
        self.language = language

    def say(self, key: str) -> str:
        """A heading or a label of the page itself."""
        return str(self._own[key])

    def kind(self, name: str) -> str:
        """A kind of entries, in the plural."""
        return str(self._own["kind"].get(name, name))

    def state(self, code: str) -> str:
        """A state; its code where it has no word."""
        return str(self._own["state"].get(code, code))

    def lines(self, entry: Entry | Version, kind: str) -> Iterator[tuple[str, str]]:
        """Label and value of all that the entry says."""
        if kind == "Composition":
            yield from self._note(entry.body)
        elif kind == "Observation":
            yield from self._measured({entry.body["measure"]: entry.body["value"]})
        else:
            yield from self._fields(entry.body)

    def title(self, entry: Entry | Version, kind: str) -> str:
        """A note's template; else nothing."""
        template = templates().get(str(entry.body.get("template"))) if kind == "Composition" else None
        return template.title[self.language] if template else ""

    def field(self, name: str) -> str:
        """What a part of a body is called."""
        return str(self._own["field"].get(name, name))

    def value(self, said: Any) -> str:
        """A value as it is read: a code's word, a time, a number."""
        return self._value(said)

    def _note(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        template = templates().get(str(body.get("template")))
        labels = {s.id: s.label[self.language] for s in template.sections} if template else {}
        said = {name: str(text) for name, text in body.get("texts", {}).items()}
        for name, codes in body.get("codes", {}).items():
            said[name] = "\n".join(_code(code) for code in codes)
        for name in (*(n for n in labels if n in said), *(n for n in said if n not in labels)):
            yield labels.get(name, name), said[name]
        yield from self._measured(body.get("measured", {}))

    def _measured(self, values: Mapping[str, float]) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            known = measures().get(name)
            if known is None:
                yield name, f"{value:g}"
            else:
                yield known.label[self.language], f"{self.number(value)} {known.unit}"

    def _fields(self, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for name, value in body.items():
            if name not in _BEHIND and value not in (None, "", [], {}) and not _are_ids(value):
                said = value + 1 if name == "examination" else value  # people count from one
                yield self.field(name), self._value(said)

    def _value(self, value: Any) -> str:
        if isinstance(value, bool):
            return str(self._own["value"].get(str(value).lower(), value))
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, list):
            return "\n".join(self._value(one) for one in value)
        if isinstance(value, dict):
            if "code" in value and "display" in value:
                return _code(value)
            return ", ".join(f"{label}: {said}" for label, said in self._fields(value))
        return str(self._own["value"].get(value, _moment(str(value))))

    def number(self, value: float) -> str:
        """With the language's decimal mark."""
        text = f"{value:g}"
        return text if self.language == "en" else text.replace(".", ",")


def _are_ids(value: Any) -> bool:
    """Whether a value is a list of ids, which mean nothing to a reader."""
    return isinstance(value, list) and all(isinstance(one, str) and _ID.fullmatch(one) for one in value)


def _code(code: Mapping[str, Any]) -> str:
    return f"{code['code']} {code['display']}"


def _moment(text: str) -> str:
    """An instant as Norwegians write it; other text as it is."""
    try:
        at = datetime.fromisoformat(text) if len(text) >= 20 and text[4] == "-" else None
    except ValueError:
        at = None
    return clock(at) if at and at.tzinfo else text


def clock(at: datetime) -> str:
    """Day and time in Norway."""
    return at.astimezone(OSLO).strftime("%d.%m.%Y %H:%M")
