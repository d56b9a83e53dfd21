"""Mapping anew asks to look again where the report says something else, not where it is named anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from results_service.reports.packing import Packed, index
from results_service.reports.said import say_the_same
from tests.integration.lookup.builder import Item, Report

ID = UUID("018f0000-0000-7000-8000-000000000001")
POTASSIUM: dict[str, Any] = {"unit": "mmol/L", "ucum": "mmol/L", "low": 3.5, "high": 4.6}


def packed(*items: Item, **said: Any) -> Packed:
    return index(Report(items=items, **said).mapped(ID))


def potassium(value: str | None, **said: Any) -> Item:
    return Item("1", "NPU03230", value, **(POTASSIUM | said))


SODIUM = Item("2", "NPU03429", "140", unit="mmol/L", ucum="mmol/L")


@pytest.mark.parametrize(
    "other",
    [
        (potassium("4.2"), SODIUM),
        (potassium(None), SODIUM),
        (potassium("4.1", unit="mg/L", ucum="mg/L"), SODIUM),
        (potassium("4.1", high=5.0), SODIUM),
        (potassium("4.1", flag="HH"), SODIUM),
        (potassium("4.1", note="Hemolysert"), SODIUM),
        (potassium("4.1", status="cancelled"), SODIUM),
        (Item("1", "NPU01685", "4.1", **POTASSIUM), SODIUM),
        (potassium("4.1"),),
        (potassium("4.1"), SODIUM, SODIUM),
    ],
    ids=["value", "no value", "unit", "interval", "mark", "comment", "status", "code", "one less", "twice"],
)
def test_what_says_something_else_is_another(other: tuple[Item, ...]) -> None:
    assert not say_the_same(packed(potassium("4.1"), SODIUM), packed(*other))


def test_the_order_of_examinations_says_nothing() -> None:
    assert say_the_same(packed(potassium("4.1"), SODIUM), packed(SODIUM, potassium("4.1")))


def named(words: str, *, of: str) -> Packed:
    """A report whose only examination has these words as the name of what was examined, or as the result."""
    report = Report(items=[potassium(None)]).mapped(ID)
    place = next(place for place, one in enumerate(report.resources) if one.kind == "Observation")
    body = msgspec.json.decode(report.resources[place].body)
    concept = {"coding": [{"system": "http://example.org", "code": "1", "display": words}], "text": words}
    resources = list(report.resources)
    resources[place] = replace(resources[place], body=msgspec.json.encode(body | {of: concept}))
    return index(replace(report, resources=resources))


@pytest.mark.parametrize(
    ("of", "same"), [("code", True), ("dataAbsentReason", True), ("valueCodeableConcept", False)]
)
def test_a_name_of_what_has_a_code_says_nothing_and_the_words_of_a_result_do(of: str, same: bool) -> None:
    assert say_the_same(named("Kalium", of=of), named("P-Kalium", of=of)) is same


def test_what_has_no_code_is_known_by_its_name_alone() -> None:
    def uncoded(words: str) -> Packed:
        report = Report(items=[potassium(None)]).mapped(ID)
        place = next(place for place, one in enumerate(report.resources) if one.kind == "Observation")
        body = msgspec.json.decode(report.resources[place].body) | {"code": {"coding": [{"display": words}]}}
        resources = list(report.resources)
        resources[place] = replace(resources[place], body=msgspec.json.encode(body))
        return index(replace(report, resources=resources))

    assert not say_the_same(uncoded("Kalium"), uncoded("Natrium"))
    assert say_the_same(uncoded("Kalium"), uncoded("Kalium"))
