"""Results → Observation.value[x] and referenceRange. What is not certainly a number stays text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from msgspec import Raw

from results_service.codes.units import is_unit
from results_service.reports.fhir import names
from results_service.reports.fhir.build import Json, coding, number, quantity, sent_quantity
from results_service.reports.fhir.context import Context
from results_service.reports.svarrapport.parts import (
    DateResult,
    Interval,
    Item,
    NumResult,
    Quantity,
    TextResult,
)

# 8239 → FHIR comparator. EQ is no comparator; for the others FHIR has none that says the same.
_COMPARATORS = {"": "", "EQ": "", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_LONGEST = 80  # characters of a text that is nothing but limits
_SIGNS = {"NE": "≠", "MG": "≫", "ML": "≪"}

_VALUE = r"(\d+(?:[.,]\d+)?)"
_BETWEEN = re.compile(rf"\s*{_VALUE}\s*[-–]\s*{_VALUE}\s*")
_BELOW = re.compile(rf"\s*(?:<|<=|≤)\s*{_VALUE}\s*")
_ABOVE = re.compile(rf"\s*(?:>|>=|≥)\s*{_VALUE}\s*")


def value(context: Context, item: Item) -> Json:
    """`{"valueQuantity": …}` and the like for an item's result; empty when it has none."""
    result = item.result
    if isinstance(result, NumResult):
        return _numeric(context, item, result)
    if isinstance(result, TextResult):
        return _textual(result)
    if isinstance(result, DateResult):
        return _dated(context, item, result)
    if isinstance(result, Interval):
        return _range(context, item, result)
    return {}


def _numeric(context: Context, item: Item, result: NumResult) -> Json:
    sent = result.quantity
    comparator = _COMPARATORS.get(result.comparator)
    read = number(sent.value)
    if read is not None and comparator is not None:
        return {"valueQuantity": quantity(read, sent.unit, comparator)}
    if comparator is None:
        context.note("comparator-inexact", f"{item.path}/NumResult/ArithmeticComp", item.line)
    if read is None:
        context.note("number-unreadable", f"{item.path}/NumResult/NumResultValue", item.line)
    sign = _SIGNS.get(result.comparator, result.comparator) if comparator is None else comparator
    return _as_text(" ".join(part for part in (sign, sent.value, _unit(sent)) if part))


def _unit(sent: Quantity) -> str:
    return sent.unit if is_unit(sent.unit) else ""


def _as_text(text: str) -> Json:
    return {"valueCodeableConcept": {"text": text}}


def _textual(result: TextResult) -> Json:
    """Heading and codes as codings, the text as text, markup as the standard's rendering of that text."""
    headed = [result.heading] if result.heading else []
    json: Json = {}
    codings = [coding(code) for code in (*headed, *result.codes)]
    if codings:
        json["coding"] = codings
    if result.text:
        json["text"] = result.text
    if result.xhtml:
        json["_text"] = {"extension": [{"url": names.RENDERING_XHTML, "valueString": result.xhtml}]}
    return {"valueCodeableConcept": json} if json else {}


def _dated(context: Context, item: Item, result: DateResult) -> Json:
    if result.value is not None:
        return {"valueDateTime": result.value.text}
    context.note("date-unreadable", f"{item.path}/DateResult/DateResultValue", item.line)
    return _as_text(result.sent)


def _range(context: Context, item: Item, result: Interval) -> Json:
    sides = {name: side for name, side in (("low", result.low), ("high", result.high)) if side is not None}
    read = {name: sent_quantity(side) for name, side in sides.items()}
    if not sides:
        return {}
    if None not in read.values():
        return {"valueRange": read}
    context.note("number-unreadable", f"{item.path}/Interval", item.line)
    low, high = (f"{side.value} {_unit(side)}".strip() if side else "" for side in (result.low, result.high))
    return _as_text(f"{low} – {high}".strip())


def reference_ranges(item: Item, *, with_limits: bool) -> list[Json]:
    """Each interval's text exactly as sent; limits only of numbers, and where the text leaves no doubt."""
    result = item.result
    unit = result.quantity.unit if isinstance(result, NumResult) else None
    found: list[Json] = []
    for text in item.ref_intervals:
        limits = _limits(text) if with_limits and unit is not None and len(text) <= _LONGEST else {}
        json: Json = {name: _limit(raw, unit or "") for name, raw in limits.items()}
        json["text"] = text
        found.append(json)
    return found


def _limit(raw: Raw, unit: str) -> Json:
    return {"value": raw, "unit": unit} if is_unit(unit) else {"value": raw}


@lru_cache(maxsize=4096)
def _limits(text: str) -> Mapping[str, Raw]:
    """{"low": …, "high": …} of "3,5 - 11,0", "< 12", "> 65"; empty for anything else."""
    match = _BETWEEN.fullmatch(text)
    if match:
        low, high = (side.replace(",", ".") for side in match.groups())
        return _raws(low=low, high=high) if Decimal(low) <= Decimal(high) else {}
    match = _BELOW.fullmatch(text)
    if match:
        return _raws(high=match[1].replace(",", "."))
    match = _ABOVE.fullmatch(text)
    return _raws(low=match[1].replace(",", ".")) if match else {}


def _raws(**sides: str) -> dict[str, Raw]:
    read = {name: number(text) for name, text in sides.items()}
    return {name: raw for name, raw in read.items() if raw is not None} if None not in read.values() else {}
