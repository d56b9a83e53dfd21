"""Results → the lines of a report: a value in the laboratory's own words, its mark, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from portal.citizen.results.values import said_beside, value_of
from portal.clients import elements as fhir

Json = dict[str, Any]
MARKS = {"1": "high", "2": "low", "3": "outside"}  # Volven 8244; another mark is shown in its own words
_HEADINGS = "8243"
"""Codes of a text's heading stand where a code of what was examined would: they name no examination."""
WITHDRAWN = ("cancelled", "entered-in-error")
_CORRECTED = ("amended", "corrected")
_UNFINISHED = ("registered", "preliminary")
_PRELIMINARY = ("2", "8", "9", "10", "12")  # Volven 8245, where FHIR's status says less
_AWAITED = ("5", "6", "7", "8", "9", "15")


@dataclass
class ResultLine:
    """One result. `value` with its unit, or a text; `level` is its depth below the first.

    `standing`: `withdrawn`, `awaited` (no answer yet), `earlier` (sent before, and repeated), `preliminary`,
    `corrected`, `appended`, or empty.
    """

    name: str
    value: str = ""
    is_text: bool = False
    reference: str = ""
    mark: str = ""
    mark_text: str = ""
    standing: str = ""
    notes: list[str] = field(default_factory=list)
    level: int = 0


def tree(results: list[Json], found: dict[str, Json]) -> list[ResultLine]:
    """Every result once, those below another under it; a result in a loop begins where nothing else does."""
    below = {str(member.get("id")) for one in results for member in referred(one.get("hasMember"), found)}
    tops_first = sorted(results, key=lambda one: str(one.get("id")) in below)
    seen: set[str] = set()
    return [line for one in tops_first for line in _lines(one, found, 0, seen)]


def referred(references: Any, found: dict[str, Json]) -> list[Json]:
    """The resources that are referred to and came along."""
    keys = [str(one.get("reference", "")) for one in references or []]
    return [found[key] for key in keys if key in found]


def _lines(observation: Json, found: dict[str, Json], level: int, seen: set[str]) -> Iterator[ResultLine]:
    """The observation and all below it, but for what is seen already: a loop in `hasMember` ends there."""
    key = str(observation.get("id", ""))
    if key in seen:
        return
    seen.add(key)
    yield _line(observation, level)
    for member in referred(observation.get("hasMember"), found):
        yield from _lines(member, found, level + 1, seen)


def _line(observation: Json, level: int) -> ResultLine:
    value, is_text = value_of(observation)
    standing = _standing(observation, value)
    withdrawn = standing == "withdrawn"
    said = [str(note["text"]) for note in observation.get("note", []) if note.get("text")]
    mark, mark_text = ("", "") if withdrawn else _mark(observation)
    return ResultLine(
        name=_name(observation.get("code")),
        value="" if withdrawn else value,
        is_text=is_text,
        reference=""
        if withdrawn
        else " · ".join(str(one["text"]) for one in observation.get("referenceRange", []) if one.get("text")),
        mark=mark,
        mark_text=mark_text,
        standing=standing,
        notes=said + ([] if withdrawn else said_beside(observation)),
        level=level,
    )


def _standing(observation: Json, value: str) -> str:
    status, behind = str(observation.get("status", "")), _behind(observation)
    if status in WITHDRAWN:
        return "withdrawn"
    if not value:
        waits = status in _UNFINISHED or behind in _AWAITED
        return "awaited" if waits and not observation.get("hasMember") else ""
    if any(fhir.extension_value(one) is True for one in fhir.extensions(observation, "history")):
        return "earlier"
    if status in _UNFINISHED or behind in _PRELIMINARY:
        return "preliminary"
    if status in _CORRECTED:
        return "corrected"
    return status if status == "appended" else ""


def _behind(observation: Json) -> str:
    found = fhir.extensions(observation, "result-status", fhir.OWN_BASE)
    return next((c.code for one in found for c in fhir.all_codes(one) if c.register == "8245"), "")


def _mark(observation: Json) -> tuple[str, str]:
    """`high`, `low`, `outside`, or `other` with the laboratory's own words; both empty without a mark."""
    marks = observation.get("interpretation") or []
    if not marks:
        return "", ""
    code = next(iter(fhir.codes_of(marks[0])), None)
    return MARKS.get(code.code if code else "", "other"), fhir.concept_text(marks[0])


def _name(code: Json | None) -> str:
    codes = fhir.codes_of(code)
    if codes and all(one.register == _HEADINGS for one in codes):
        return ""
    return fhir.concept_text(code)
