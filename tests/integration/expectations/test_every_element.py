"""All that the official schemas allow: given out, listed with its path, or left out for a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import pytest

from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import read_message
from tests.integration.expectations.everything import Everything, everything
from tests.integration.expectations.facts import REPORT_ID
from tests.integration.expectations.given_out import is_listed, strings
from tests.shared import SHARED, requires_shared
from tests.unit.dev.schemas import faults
from tests.unit.reports.build import V13, V14, parse

CHOICES = range(4)
SCHEMAS = {"v1.4": ("svar-v1.4.xsd", V14), "v1.3": ("svar-v13.xsd", V13)}

# Path (a pattern, numbers left out) → why its value is neither given out nor listed.
LEFT_OUT = {
    r"(Type|Status)/@DN|MsgVersion|MIGversion|ServReport/Ack/@DN": "the envelope: the intake reads it",
    r"ServReport/(ServType|Status)/@DN": "words of the codes that make the report's status",
    r"ServReport/RefDoc/.*": "may identify the person; a comment says that a document was left out",
    r"ServReport/Patient/(Name|OffId|TypeOffId/@DN|Sex/@DN|DateOf(Birth|Death)/@V|Address/.*)": (
        "who the person is does not go out"
    ),
    r"ServReport/Patient/BasisForHealthServices/@(V|DN)": "who the person is does not go out",
    r".*/ResultItem/(ServType|StatusInvestigation)/@DN": "words of the codes that make the result's status",
    r".*/NumResult/ArithmeticComp/@DN": "words of the comparator",
    r"ServReport/ServReq/Comment/Heading/@V": "the heading's word stands before the note",
    r".*/HCP/Address/Type/@(V|DN)": "kind of an address whose parts are listed",
}


def message(version: str, choice: int, kind: str = "CLIN") -> Everything:
    assert SHARED is not None
    schema, namespace = SCHEMAS[version]
    return everything(SHARED / "testdata" / "xsd" / schema, namespace, choice, kind)


def lost(made: Everything) -> list[str]:
    """The paths of what is neither given out nor listed."""
    read = read_message(parse(made.xml))
    assert read.message is not None
    report = map_report(read.message, REPORT_ID, CodeBook.builtin())
    given = {text for r in report.resources for text in strings(json.loads(r.body, parse_float=str))}
    words, unmapped = "\n".join(given), [*read.message.unmapped, *report.unmapped]
    found = [one.path for one in made.said if one.value.removeprefix("tel:") not in words]
    return [re.sub(r"\[\d+\]", "", path) for path in found if not is_listed(path, unmapped)]


def unexplained(paths: Iterable[str]) -> list[str]:
    return sorted({path for path in paths if not any(re.fullmatch(reason, path) for reason in LEFT_OUT)})


@requires_shared
@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("version", SCHEMAS)
def test_given_all_a_schema_allows_when_mapped_then_nothing_is_lost(version: str, choice: int) -> None:
    assert unexplained(lost(message(version, choice))) == []


@requires_shared
def test_given_all_a_schema_allows_then_every_reason_for_leaving_out_is_needed() -> None:
    paths = {path for version in SCHEMAS for choice in CHOICES for path in lost(message(version, choice))}
    assert [reason for reason in LEFT_OUT if not any(re.fullmatch(reason, path) for path in paths)] == []


@requires_shared
@pytest.mark.parametrize("version", SCHEMAS)
def test_the_messages_are_valid(version: str) -> None:
    for choice in CHOICES:
        assert faults(message(version, choice).xml) == []
