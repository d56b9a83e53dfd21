"""A citizen's own results: what the laboratory sent, and nothing of what is withdrawn or not released."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from portal.citizen.results.transform import own_reports, waiting
from portal.ui.dates import show_day
from tests.unit.portal.own_reports import NILAR, SYSTEM, bundle, concept, line, observation, one, report


def test_the_sampling_day_in_norway_leads_and_the_laboratory_is_named() -> None:
    found = one(report("r", "o"), observation("o"))
    assert (found.sampled, found.answered) == ("02.03.2026", "03.03.2026")
    assert found.laboratory == "Storfjella sykehus"
    assert (found.field_code, found.names) == ("CLIN", "Navn NPU1")


def test_the_newest_sample_stands_first_whatever_zone_it_was_written_in() -> None:
    early = report("early", effectiveDateTime="2026-03-02T01:00:00+02:00")
    late = report("late", effectiveDateTime="2026-03-01T23:30:00Z")
    unknown = report("unknown", effectiveDateTime="")
    assert [r.id for r in own_reports(bundle(unknown, early, late))] == ["late", "early", "unknown"]


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock is set in another part of the world."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_a_time_without_zone_is_norways_wherever_the_machine_stands() -> None:
    without = report("without", effectiveDateTime="2026-07-01T12:00:00")
    before = report("before", effectiveDateTime="2026-07-01T11:30:00+02:00")
    after = report("after", effectiveDateTime="2026-07-01T12:30:00+02:00")
    found = own_reports(bundle(before, without, after))
    assert [one.id for one in found] == ["after", "without", "before"]
    assert {one.sampled for one in found} == {"01.07.2026"}


@pytest.mark.parametrize(
    ("value", "shown", "is_text"),
    [
        ({"valueQuantity": {"value": Decimal("4.40"), "unit": "mmol/L"}}, "4,40 mmol/L", False),
        ({"valueQuantity": {"value": 5, "unit": "mg/L", "comparator": "<"}}, "< 5 mg/L", False),
        ({"valueQuantity": {"value": Decimal("1.1")}}, "1,1", False),
        ({"valueCodeableConcept": {"text": "Ingen vekst\nEtter 2 døgn"}}, "Ingen vekst\nEtter 2 døgn", True),
        ({"valueDateTime": "2026-03-01"}, "01.03.2026", False),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 3, "unit": "g"}}}, "1 – 3 g", False),
        ({}, "", True),
    ],
)
def test_values_as_the_laboratory_wrote_them(value: dict[str, Any], shown: str, is_text: bool) -> None:
    found = line(**value)
    assert (found.value, found.is_text) == (shown, is_text)


@pytest.mark.parametrize(("code", "mark"), [("1", "high"), ("2", "low"), ("3", "outside"), ("9", "other")])
def test_a_mark_is_the_laboratorys_and_an_unknown_one_is_shown_in_its_words(code: str, mark: str) -> None:
    found = line(interpretation=[concept(code, "8244")], valueQuantity={"value": 9})
    assert (found.mark, found.mark_text) == (mark, f"Navn {code}")
    assert one(report("r", "o"), observation("o", interpretation=[concept(code, "8244")])).has_marks


def test_a_value_outside_the_range_without_a_mark_is_not_marked_by_us() -> None:
    found = line(valueQuantity={"value": 99}, referenceRange=[{"text": "3,6 - 5,0", "high": {"value": 5}}])
    assert (found.mark, found.reference) == ("", "3,6 - 5,0")


def test_a_withdrawn_result_shows_neither_value_nor_mark_but_its_comment() -> None:
    found = line(
        status="cancelled",
        valueQuantity={"value": 9},
        interpretation=[concept("1", "8244")],
        note=[{"text": "Feil glass"}],
    )
    assert (found.value, found.mark, found.notes) == ("", "", ["Feil glass"])


OWN = "http://akson.no/fhir/StructureDefinition/"


def behind(name: str, register: str, code: str) -> dict[str, Any]:
    """A status as the laboratory sent it, behind FHIR's."""
    inner = {"url": "status", "valueCoding": {"system": SYSTEM + register, "code": code}}
    return {"url": OWN + name, "extension": [inner]}


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({"valueQuantity": {"value": 9}}, ""),
        ({"valueQuantity": {"value": 9}, "status": "entered-in-error"}, "withdrawn"),
        ({"status": "cancelled"}, "withdrawn"),
        ({"status": "registered"}, "awaited"),
        ({"status": "final", "extension": [behind("result-status", "8245", "15")]}, "awaited"),
        ({"status": "final"}, ""),
        ({"valueQuantity": {"value": 9}, "status": "preliminary"}, "preliminary"),
        (
            {
                "valueQuantity": {"value": 9},
                "status": "amended",
                "extension": [behind("result-status", "8245", "2")],
            },
            "preliminary",
        ),
        ({"valueQuantity": {"value": 9}, "status": "amended"}, "corrected"),
        ({"valueQuantity": {"value": 9}, "status": "appended"}, "appended"),
        (
            {
                "valueQuantity": {"value": 9},
                "extension": [{"url": f"{NILAR}nilar-history", "valueBoolean": True}],
            },
            "earlier",
        ),
    ],
)
def test_how_a_result_stands(more: dict[str, Any], standing: str) -> None:
    assert line(**more).standing == standing


def test_a_result_with_others_below_it_waits_for_no_answer_of_its_own() -> None:
    found = one(report("r", "top"), observation("top", "T", "leaf", status="registered"), observation("leaf"))
    assert [row.standing for row in found.lines] == ["", ""]


@pytest.mark.parametrize(
    ("status", "sent", "preliminary"),
    [("amended", "P", True), ("amended", "F", False), ("preliminary", "", True), ("final", "", False)],
)
def test_a_corrected_report_that_is_not_finished_is_still_preliminary(
    status: str, sent: str, preliminary: bool
) -> None:
    extension = [behind("report-status", "7306", sent)] if sent else []
    assert one(report(status=status, extension=extension)).preliminary == preliminary


def test_a_report_sent_in_error_is_withdrawn() -> None:
    assert one(report(status="entered-in-error")).status == "cancelled"


def test_a_coded_answer_is_shown_beside_its_text_and_a_heading_is_none() -> None:
    value = {
        "coding": [
            {"system": SYSTEM + "8243", "code": "VU", "display": "Vurdering"},
            {"system": SYSTEM + "8271", "code": "S", "display": "Sensitiv"},
        ],
        "text": "0,25",
    }
    unit = {"url": "http://akson.no/fhir/StructureDefinition/text-result-unit", "valueString": "mg/L"}
    found = line(valueCodeableConcept=value, extension=[unit])
    assert (found.value, found.notes) == ("0,25 mg/L\nSensitiv", ["Vurdering"])
    withdrawn = line(status="cancelled", valueCodeableConcept=value)
    assert (withdrawn.value, withdrawn.notes) == ("", [])


def test_a_tree_is_shown_whole_once_and_a_loop_ends() -> None:
    tree = (
        report("r", "top", "leaf"),
        observation("top", "T", "middle"),
        observation("middle", "M", "leaf", "top"),
        observation("leaf", "L"),
    )
    found = [(row.name, row.level) for row in one(*tree).lines]
    assert found == [("Navn T", 0), ("Navn M", 1), ("Navn L", 2)]


def test_a_loop_without_a_beginning_is_shown_rather_than_lost() -> None:
    loop = (report("r", "a", "b"), observation("a", "A", "b"), observation("b", "B", "a"))
    assert {row.name for row in one(*loop).lines} == {"Navn A", "Navn B"}


def test_a_heading_names_no_examination() -> None:
    text = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": concept("GR", "8243", "Gruppe"),
    }
    (found,) = one(report("r", "o"), text | {"valueCodeableConcept": {"text": "Normalt"}}).lines
    assert (found.name, found.value) == ("", "Normalt")


def test_every_comment_on_the_report_is_shown() -> None:
    extensions = [
        {"url": f"{NILAR}nilar-comment", "valueAnnotation": {"text": "Prøven er tatt av feil person."}},
        {"url": f"{NILAR}nilar-comment", "valueCodeableConcept": concept("TA", "8269")},
        {"url": f"{NILAR}nilar-report-date", "valueDateTime": "2026-03-01"},
    ]
    assert one(report(extension=extensions)).comments == ["Prøven er tatt av feil person.", "Navn TA"]


def test_what_waits_is_told_with_number_reason_and_day() -> None:
    url = "http://akson.no/fhir/StructureDefinition/results-waiting-"
    issue = {
        "code": "suppressed",
        "details": {"coding": [{"code": "class-2"}]},
        "extension": [
            {"url": f"{url}count", "valueInteger": 3},
            {"url": f"{url}earliest", "valueDateTime": "2026-03-10T08:00:00+01:00"},
        ],
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue, {"code": "informational"}]}
    (found,) = waiting(bundle(outcome))
    assert (found.reason, found.count, found.earliest) == ("class-2", 3, "10.03.2026")


def test_a_day_that_cannot_be_read_is_empty() -> None:
    assert show_day("i går") == ""
