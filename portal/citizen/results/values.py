"""A result's value in the laboratory's own words, and what is said beside it."""

from __future__ import annotations

from portal.clients import elements as fhir
from portal.clients.beside import extras_of, number_text
from portal.clients.elements import Json
from portal.ui.dates import show_day

_HEADINGS = "8243"
_PLAIN = frozenset(("AN", "GR", "LR", "RSB", "XX"))  # say nothing of a result


def value_of(observation: Json) -> tuple[str, bool]:
    """The value with its unit, and whether it is a text."""
    if quantity := observation.get("valueQuantity"):
        return _quantity(quantity), False
    if concept := observation.get("valueCodeableConcept"):
        return _words_of(concept, fhir.extension_text(observation, "text-result-unit", fhir.OWN_BASE)), True
    if instant := observation.get("valueDateTime"):
        return show_day(str(instant)), False
    if interval := observation.get("valueRange"):
        return f"{_quantity(interval.get('low', {}))} – {_quantity(interval.get('high', {}))}", False
    return str(observation.get("valueString", "")), True


def _words_of(concept: Json, unit: str) -> str:
    """The text with its unit, and what its codes say besides; a heading is no result."""
    text = " ".join(part for part in (str(concept.get("text") or ""), unit) if part)
    labels = [code.label for code in fhir.codes_of(concept) if code.register != _HEADINGS]
    return "\n".join([*([text] if text else []), *(one for one in labels if one and one not in text)])


def said_beside(observation: Json) -> list[str]:
    """Kind of text, coded diagnosis and structured information: what else the laboratory says of a result."""
    concept = observation.get("valueCodeableConcept") or {}
    named = {c.code for c in fhir.codes_of(observation.get("code"))}
    headings = [
        code.label
        for code in fhir.codes_of(concept)
        if code.register == _HEADINGS and code.code not in (_PLAIN | named)
    ]
    return [*headings, *(f"{name}: {text}" if text else name for name, text in extras_of(observation))]


def _quantity(quantity: Json) -> str:
    number = number_text(str(quantity.get("value", "")))
    return " ".join(part for part in (quantity.get("comparator"), number, quantity.get("unit")) if part)
