"""The value of a result as the laboratory sent it: digits, comparator, unit and text verbatim.

A decimal point, which is the interface's, is shown as the comma that laboratories write references with.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.clients import elements as fhir
from portal.clients.beside import decimal_of, digits, number_text
from portal.clients.elements import Code, Json

_XHTML = "http://hl7.org/fhir/StructureDefinition/rendering-xhtml"
SUSCEPTIBILITIES = ("S", "I", "R", "K")


@dataclass(frozen=True, slots=True)
class Value:
    """A result as the laboratory sent it.

    `kind`: "quantity" | "text" | "date" | "range" | "none". `number` keeps every digit sent; `decimal` is for
    comparing and drawing only. `rich` is the text in XHTML, if any. `headings` are 8243 codes, `codes`
    every other coding of a text result.
    """

    kind: str = "none"
    number: str = ""
    comparator: str = ""
    unit: str = ""
    ucum: str = ""
    text: str = ""
    rich: str = ""
    headings: tuple[Code, ...] = ()
    codes: tuple[Code, ...] = ()
    decimal: Decimal | None = None

    @property
    def susceptibility(self) -> str:
        """S, I, R or K; list 8271 also carries microbes and other texts, which are not susceptibility."""
        found = (c.code for c in self.codes if c.register == "8271" and c.code in SUSCEPTIBILITIES)
        return next(found, "")

    @property
    def shown(self) -> str:
        """The number with its comparator, or the text."""
        if self.kind == "text":
            return self.text or ", ".join(c.label for c in self.codes)
        number = number_text(self.number) if self.kind == "quantity" else self.number
        return f"{self.comparator} {number}".strip() if self.comparator else number


def value_of(observation: Json) -> Value:
    """The value[x] of an Observation."""
    if quantity := fhir.first(observation.get("valueQuantity")):
        return _quantity(quantity)
    if concept := fhir.first(observation.get("valueCodeableConcept")):
        return _coded(concept, observation)
    if text := fhir.text_of(observation.get("valueString")):
        return Value("text", text=text)
    if moment := fhir.text_of(observation.get("valueDateTime")):
        return Value("date", number=moment)
    if interval := fhir.first(observation.get("valueRange")):
        return _range(interval)
    return Value()


def _quantity(quantity: Json) -> Value:
    number = digits(quantity.get("value"))
    unit = fhir.text_of(quantity.get("unit"))
    is_ucum = "unitsofmeasure" in fhir.text_of(quantity.get("system"))
    return Value(
        "quantity" if number else "none",
        number=number,
        comparator=fhir.text_of(quantity.get("comparator")),
        unit=unit,
        ucum=fhir.text_of(quantity.get("code")) if is_ucum else "",
        decimal=decimal_of(number),
    )


def _coded(concept: Json, observation: Json) -> Value:
    codes = fhir.codes_of(concept)
    text = fhir.text_of(concept.get("text"))
    others = tuple(c for c in codes if c.register != "8243")
    return Value(
        "text" if text or others else "none",
        unit=fhir.extension_text(observation, "text-result-unit", fhir.OWN_BASE),
        text=text,
        rich=_rendering(fhir.first(concept.get("_text"))),
        headings=tuple(c for c in codes if c.register == "8243"),
        codes=others,
    )


def _rendering(element: Json) -> str:
    """The XHTML form of a text (FHIR extension rendering-xhtml)."""
    found = (e for e in fhir.objects(element.get("extension")) if e.get("url") == _XHTML)
    return next((fhir.text_of(e.get("valueString")) for e in found), "")


def _range(interval: Json) -> Value:
    """Both limits with their common unit; where the units differ, each with its own."""
    sides = (fhir.first(interval.get("low")), fhir.first(interval.get("high")))
    numbers = [number_text(digits(side.get("value"))) for side in sides]
    units = [fhir.text_of(side.get("unit")) for side in sides]
    if all(units) and units[0] != units[1]:
        whole = [f"{number} {unit}".strip() for number, unit in zip(numbers, units, strict=True)]
        return Value("range", number=" – ".join(whole))
    return Value("range", number=" – ".join(numbers).strip(" "), unit=units[0] or units[1])
