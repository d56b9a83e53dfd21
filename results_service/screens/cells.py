"""One stored Observation as a value of the table: the number, its flag and its state, as they were sent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache

from results_service.codes.equivalences import Joined, Place, unit_key
from results_service.codes.systems import LOCAL, system_oid
from results_service.reports.fhir import names
from results_service.reports.reading import Entry
from results_service.screens.models import Converted, Value, ValueKind
from results_service.screens.observed import (
    NATIONAL,
    Concept,
    Observation,
    Range,
    Said,
    decimal,
    digits,
    register_of,
)

_SHORT = 60
GIVEN_UP = frozenset({"cancelled", "entered-in-error"})
_PRELIMINARY = frozenset({"2", "8", "9", "10", "12"})  # 8245 (clinical rule 9)
_NO_DEVIATION = frozenset({"0", "N"})
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FIGURES = 3
_NOTHING: tuple[ValueKind, str, bool] = ("none", "", False)
_HEADINGS = names.KINDS.replace("8202", "8243")


@lru_cache(maxsize=4096)
def place_of(system: str, code: str, name: str, unit: str, sender: str) -> Place:
    """Where a result belongs before any equivalence: a local code is its sender's own."""
    national = register_of(system) in NATIONAL and bool(code)
    return Place(system_oid(system) or LOCAL, code or name, unit_key(unit), "" if national else sender)


def analysis_of(place: Place) -> str:
    """A place as text, without its unit: `7280|NPU03230`, of a local code `8141234|8212|KREA`."""
    key = f"{register_of(place.system)}|{place.code}"
    return f"{place.sender}|{key}" if place.sender else key


def unit_of(observation: Observation, said: Said) -> str:
    """The unit as sent."""
    if observation.value_quantity:
        return observation.value_quantity.unit
    if observation.value_range:
        sides = (observation.value_range.low, observation.value_range.high)
        units = {side.unit for side in sides if side and side.unit}
        return units.pop() if len(units) == 1 else ""
    return said.unit


def value_of(observation: Observation, said: Said, entry: Entry, report: int, unit: str) -> Value:
    """The value. Cancelled: neither value, flag nor limits."""
    if observation.status in GIVEN_UP:
        return _withdrawn(observation, said, entry, report)
    kind, value, more = _shown(observation)
    flag, flag_text = _flag(observation)
    return Value(
        report=report,
        id=observation.id,
        kind=kind,
        at=observation.effective_date_time,
        sampled="specimen" in entry.links or said.investigated or said.history,
        value=value,
        comparator=observation.value_quantity.comparator if observation.value_quantity else "",
        unit=unit,
        flag=flag,
        flag_text=flag_text,
        reference=_reference(observation),
        status=observation.status,
        behind=said.behind,
        preliminary=observation.status == "preliminary" or said.behind in _PRELIMINARY,
        history=said.history,
        commented=_commented(observation),
        more=more or said.structured or "has-member" in entry.links,
    )


def _withdrawn(observation: Observation, said: Said, entry: Entry, report: int) -> Value:
    return Value(
        report=report,
        id=observation.id,
        kind="none",
        at=observation.effective_date_time,
        sampled="specimen" in entry.links or said.investigated or said.history,
        status=observation.status,
        behind=said.behind,
        history=said.history,
        commented=_commented(observation),
        more="has-member" in entry.links,
    )


def _commented(observation: Observation) -> bool:
    return bool(observation.note) and any(note.text for note in observation.note)


def converted(value: Value, joined: Joined) -> Converted | None:
    """The number of a conversion; None for what is no number."""
    number = decimal(value.value) if value.kind == "quantity" else None
    if joined.kind != "conversion" or number is None:
        return None
    turned = _TURNED.get(value.comparator, value.comparator) if joined.factor < 0 else value.comparator
    shown = _rounded(number * joined.factor + joined.added, joined.decimals)
    return Converted(shown, turned, joined.end.unit, joined.source)


def _rounded(number: Decimal, decimals: int | None) -> str:
    if decimals is not None:
        return format(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP), "f")
    with localcontext() as context:
        context.prec = _FIGURES
        return format(+number, "f")


def _shown(observation: Observation) -> tuple[ValueKind, str, bool]:
    """Kind, text, and whether the report says more than the text."""
    if observation.value_quantity and bytes(observation.value_quantity.value):
        return "quantity", digits(observation.value_quantity.value), False
    if observation.value_codeable_concept:
        return _text(observation.value_codeable_concept)
    if observation.value_date_time:
        return "date", observation.value_date_time, False
    if observation.value_range:
        return "range", _range(observation.value_range), False
    return _NOTHING


def _range(found: Range) -> str:
    """Both limits; where their units differ, each with its own."""
    sides = (found.low, found.high)
    with_units = len({side.unit for side in sides if side and side.unit}) > 1
    shown = [f"{digits(s.value)} {s.unit if with_units else ''}".strip() if s else "" for s in sides]
    return " – ".join(shown).strip(" ")


def _text(concept: Concept) -> tuple[ValueKind, str, bool]:
    labels = [c.display or c.code for c in concept.coding if c.system != _HEADINGS]
    whole = concept.text or ", ".join(label for label in labels if label)
    line = " ".join(whole.split())
    if "<" in line and ">" in line:  # markup: the report shows it as text
        return "text", "", True
    short = line if len(line) <= _SHORT else line[:_SHORT].rsplit(" ", 1)[0] + " …"
    return ("text", short, len(line) > _SHORT) if line else _NOTHING


def _flag(observation: Observation) -> tuple[str, str]:
    """The laboratory's mark of deviation (8244) and its words; no mark is not the same as normal."""
    if not observation.interpretation:
        return "", ""
    codes = [c for each in observation.interpretation for c in each.coding]
    found = next((c for c in codes if c.system == names.FLAGS and c.code not in _NO_DEVIATION), None)
    return (found.code, found.display) if found else ("", "")


def _reference(observation: Observation) -> str:
    ranges = observation.reference_range
    if len(ranges) == 1:
        return ranges[0].text
    return "; ".join(each.text for each in ranges if each.text)
