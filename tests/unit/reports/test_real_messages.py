"""Every real message maps without exception into valid FHIR, and says nothing that must not be said."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import read_message
from tests.shared import REAL_MESSAGES, SHARED, requires_shared
from tests.unit.reports.build import REPORT_ID, Mapped, parse

pytestmark = requires_shared

SUBJECT = b'{"subject":{"identifier":{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13116900216"}},'
WITH_SUBJECT = {"DiagnosticReport", "Observation", "ServiceRequest", "Specimen"}


@pytest.fixture(scope="module")
def nlk() -> CodeBook:
    assert SHARED is not None
    return CodeBook.from_nlk_csv(SHARED / "codes" / "nlk_7280.csv")


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", REAL_MESSAGES, ids=named)
class TestEveryRealMessage:
    def test_it_is_read_and_mapped_to_valid_fhir(self, path: Path, nlk: CodeBook) -> None:
        found = read_message(parse(path.read_bytes()))
        assert found.message is not None
        assert {issue.severity for issue in found.issues} <= {"warning"}
        for resource in map_report(found.message, REPORT_ID, nlk).resources:
            body = SUBJECT + resource.body[1:] if resource.kind in WITH_SUBJECT else resource.body
            valid = get_fhir_model_class(resource.kind).model_validate_json(body)
            assert valid.model_dump()["id"] == str(resource.id)

    def test_no_reference_leads_nowhere(self, path: Path, nlk: CodeBook) -> None:
        found = read_message(parse(path.read_bytes()))
        assert found.message is not None
        report = map_report(found.message, REPORT_ID, nlk)
        known = {f"{resource.kind}/{resource.id}" for resource in report.resources}
        assert len(known) == len(report.resources)
        for resource in report.resources:
            assert set(references(json.loads(resource.body))) <= known

    def test_every_result_is_given_out_once_and_hangs_together(self, path: Path, nlk: CodeBook) -> None:
        root = parse(path.read_bytes())
        message = read_message(root).message
        assert message is not None
        found = Mapped(map_report(message, REPORT_ID, nlk))
        observations = found.observations
        assert len(observations) == len(list(root.iter("{*}ResultItem")))
        reached: Counter[str] = Counter()
        waiting = [r["reference"] for r in found.diagnostic_report.get("result", [])]
        members = {
            f"Observation/{o['id']}": [m["reference"] for m in o.get("hasMember", [])] for o in observations
        }
        while waiting:
            reference = waiting.pop()
            reached[reference] += 1
            assert reached[reference] == 1
            waiting.extend(members[reference])
        assert set(reached) == set(members)

    def test_neither_number_nor_name_of_the_patient_is_given_out(self, path: Path, nlk: CodeBook) -> None:
        root = parse(path.read_bytes())
        message = read_message(root).message
        assert message is not None
        patient = root.find(".//{*}Patient")
        private = [
            patient.findtext("{*}Name"),
            patient.findtext("{*}OffId"),
            patient.findtext("{*}Address/{*}StreetAdr"),
        ]
        bodies = b"".join(
            resource.body for resource in map_report(message, REPORT_ID, nlk).resources
        ).decode()
        for value in private:
            assert not value or value not in bodies

    def test_every_number_keeps_its_digits(self, path: Path, nlk: CodeBook) -> None:
        root = parse(path.read_bytes())
        message = read_message(root).message
        assert message is not None
        sent: Counter[str] = Counter()
        for item in root.iter("{*}ResultItem"):
            number = item.find("{*}NumResult/{*}NumResultValue")
            cancelled = message.serv_type == "C" or item.find("{*}ServType[@V='C']") is not None
            if number is not None and not cancelled:
                sent[number.get("V")] += 1
        given: Counter[str] = Counter()
        for resource in map_report(message, REPORT_ID, nlk).resources:
            quantity = json.loads(resource.body, parse_float=str, parse_int=str).get("valueQuantity")
            if quantity:
                given[quantity["value"]] += 1
        assert given == sent


def twins() -> list[tuple[Path, Path]]:
    """Official messages that exist in both versions with the same content."""
    pairs = [
        (p, p.with_name(p.name.replace("_v1-4_", "_v1-3_")))
        for p in REAL_MESSAGES
        if p.parent.name == "official"
    ]
    # The two immunology changes were sent at different times, and their cancellations name different reports.
    return [(a, b) for a, b in pairs if a != b and b.exists() and "immunologi" not in a.name]


@pytest.mark.parametrize(("newer", "older"), twins(), ids=lambda path: path.stem)
def test_v1_3_and_v1_4_say_the_same(newer: Path, older: Path) -> None:
    bodies = []
    for path in (newer, older):
        message = read_message(parse(path.read_bytes())).message
        assert message is not None
        report = map_report(message, REPORT_ID, CodeBook.builtin())
        bodies.append([r.body for r in report.resources if r.kind != "DiagnosticReport"])
    assert bodies[0] == bodies[1]


def references(json_part: Any) -> list[str]:
    """Every reference in a resource."""
    if isinstance(json_part, dict):
        own = [json_part["reference"]] if isinstance(json_part.get("reference"), str) else []
        return own + [r for value in json_part.values() for r in references(value)]
    if isinstance(json_part, list):
        return [r for value in json_part for r in references(value)]
    return []
