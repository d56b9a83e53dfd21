"""What a citizen is told of a report besides its results: what is gone, does not fit, or was written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from portal.citizen.results.remarks import Remark
from portal.citizen.results.transform import own_reports, replaced, waiting
from portal.ui.texts import LANGUAGES, texts
from tests.unit.portal.own_reports import concept, observation, one, report

OWN = "http://akson.no/fhir/StructureDefinition/"


def notice(code: str, **parts: dict[str, Any]) -> dict[str, Any]:
    inner = [{"url": "code", "valueCode": code}, *({"url": url, **value} for url, value in parts.items())]
    return {"url": OWN + "report-notice", "extension": inner}


def test_what_is_gone_from_a_report_is_told_by_name_once() -> None:
    gone = [
        notice("gone-from-report", concept={"valueCodeableConcept": concept("NPU1", text=name)})
        for name in ("P-CRP", "P-Kalium", "P-CRP")
    ]
    assert one(report(extension=gone)).remarks == [Remark("gone", "P-CRP, P-Kalium")]
    assert one(report()).remarks == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("person-changed", "number"),
        ("report-number-reused", "number"),
        ("preliminary-after-final", "together"),
        ("read-together", "together"),
        ("earlier-version", "earlier"),
        ("something-new", "other"),
    ],
)
def test_what_the_service_says_of_a_report_is_told(code: str, told: str) -> None:
    assert one(report(extension=[notice(code), notice(code)])).remarks == [Remark(told)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_number_used_twice_is_told_in_words_that_stay_true_when_the_other_report_is_judged(
    lang: str,
) -> None:
    said = texts(lang)["own.remark.number"]
    assert re.search(r"\bnumme?r|\bnumber\b", said)
    assert not re.search(r"\b(until|before|før)\b", said), "nothing need be waited for"


def test_a_comment_that_disagrees_is_told_with_both_values() -> None:
    said = notice(
        "comment-disagrees",
        item={"valueReference": {"reference": "Observation/o"}},
        stated={"valueString": "11"},
        stored={"valueQuantity": {"value": Decimal("21.0"), "unit": "pmol/L"}},
    )
    (found,) = one(report("r", "o", extension=[said]), observation("o", "NPU1")).remarks
    assert found == Remark("disagrees", "Navn NPU1", "11", "21,0 pmol/L")


def told(code: str, report: str, **said: str) -> dict[str, Any]:
    base = "http://akson.no/fhir/StructureDefinition/results-told-"
    names = {"at": "valueDateTime", "by": "valueString", "comment": "valueString"}
    extensions = [{"url": base + "report", "valueId": report}]
    extensions += [{"url": base + name, names[name]: value} for name, value in said.items()]
    coding = {"system": "http://akson.no/fhir/CodeSystem/results-told", "code": code}
    return {"code": "informational", "details": {"coding": [coding]}, "extension": extensions}


def test_a_clinicians_words_and_what_changed_stand_at_their_report() -> None:
    report = {"resourceType": "DiagnosticReport", "id": "r1", "status": "amended"}
    other = {"resourceType": "DiagnosticReport", "id": "r2", "status": "final"}
    at = "2026-11-20T12:00:00+00:00"
    issues = [
        told("released", "r1", at=at, by="Magnar Koman, Fjordvik legesenter", comment="Som ventet."),
        told("changed", "r1", at=at),
        told("changed-waits", "r3", at=at),
    ]
    outcome = {"resourceType": "OperationOutcome", "issue": issues}
    found = {"entry": [{"resource": one} for one in (report, other, outcome)]}
    first, second = sorted(own_reports(found), key=lambda one: one.id)
    (words,) = first.words
    assert (words.by, words.day, words.comment, words.agreed) == (
        "Magnar Koman, Fjordvik legesenter",
        "20.11.2026",
        "Som ventet.",
        False,
    )
    assert (first.changed_since, second.changed_since, second.words) == ("20.11.2026", "", [])
    assert replaced(found) == ["20.11.2026"]
    assert waiting(found) == []
