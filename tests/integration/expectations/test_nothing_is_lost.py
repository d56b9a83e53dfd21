"""Whatever a message says is given out, listed as unmapped, or left out for a reason that stands here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from results_service.intake.guard import find_message, read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import read_message
from tests.integration.expectations.facts import REPORT_ID, Facts, nlk, number_of
from tests.integration.expectations.given_out import listing, strings
from tests.integration.expectations.leaves import REQUISITION, Leaf, leaves
from tests.shared import REAL_MESSAGES, requires_shared

PARTIES = ("ServProvider", "RelServProv", "ResponsibleHcp", "Requester")

# Path (a pattern) → why its value stands nowhere in the answer as it was sent.
NOT_GIVEN_OUT = {
    r"(MIGversion|MsgVersion|Type/@(V|DN)|ServReport/Ack/@(V|DN))": "the envelope: the intake reads it",
    r"Status/@DN": "TEST is shown as the label HTEST",
    r"ServReport/Patient/(Name|OffId|TypeOffId/@(V|DN)|Sex/@(V|DN)|DateOfBirth/@V|Address/.*)": (
        "who the person is does not go out; the number is spliced in from the request"
    ),
    r"ServReport/RefDoc/.*": "may identify the person; a comment says that a document was left out",
    r"ServReport/(ServType|Status)/@DN": "words of the codes that make the report's status",
    r"ServReport/Patient/ResultItem/(ServType|StatusInvestigation)/@(V|DN)": "together they are the status",
    r"ServReport/Patient/ResultItem/NumResult/ArithmeticComp/@(V|DN)": "is the comparator",
    r"ServReport/Patient/ResultItem/RefIdResultItem": "is hasMember of the result above",
    r"ServReport/Patient/ResultItem/RefAnalysedSubject": "is the reference to the Specimen, or a warning",
    r"ServReport/.*/TypeId/@(V|DN)": "is the system of the identifier",
    r"ServReport/.*/HCP/Address/Type/@(V|DN)": "kind of an address whose parts are listed as unmapped",
    r"ServReport/ServProvider/HCP/Inst/(Dept/)?AdditionalId/(Id|Type/@(V|DN))": (
        "the sender is found by them; a reference holds one identifier"
    ),
    r"ServReport/ServReq/Comment/Heading/@V": "the heading's word stands before the note",
    r"ServReport/ServReq/ReasonAsText/Heading/@(V|DN)": "a heading without text or code is no reason",
}
# The same for single values.
NO_VALUE = {
    (r".*/NumResultValue/@U", "0"): "no unit (INR)",
    (r"ServReport/ServReq/Id", "NULL"): "the placeholder of a system without requisition",
}
WITHDRAWN = re.compile(r".*/ResultItem/((NumResult|TextResult|DateResult|Interval)/.*|DevResultInd/@(V|DN))")


def missing(root: etree._Element, facts: Facts, unmapped: Iterable[str]) -> list[Leaf]:
    """The values of a message that can be found neither in the answer nor among the unmapped paths."""
    listed = listing(unmapped)
    return [
        leaf
        for leaf in leaves(root)
        if leaf.value
        and not _is_withdrawn(leaf)
        and not any(pattern.fullmatch(leaf.path) for pattern in listed)
        and not _is_said(leaf, list(strings(_resources(leaf, facts))))
    ]


def _is_withdrawn(leaf: Leaf) -> bool:
    """A cancelled result is shown without value and flag."""
    return leaf.cancelled and WITHDRAWN.fullmatch(leaf.path) is not None


def _resources(leaf: Leaf, facts: Facts) -> list[dict[str, Any]]:
    """The very resource a part of the message belongs to, and the roles where it names parties."""
    found = facts.of(leaf.kind)[leaf.number : leaf.number + 1]
    names_parties = leaf.kind == REQUISITION or any(f"{party}/" in leaf.path for party in PARTIES)
    return [*found, *facts.of("PractitionerRole")] if names_parties else found


def _is_said(leaf: Leaf, said: list[str]) -> bool:
    """A short value must stand by itself, a longer one may stand in a text."""
    value = leaf.value
    if leaf.path.endswith("/@S"):
        number = value.rpartition(".")[2]
        systems = {number_of(text) for text in said}
        return number in systems or (number == "7230" and "7280" in systems)
    if leaf.path.endswith("TeleAddress/@V"):
        value = value.partition(":")[2]
    return any(value == text or (len(value) > 3 and value in text) for text in said)


def mapped(path: Path) -> tuple[etree._Element, Facts, list[str]]:
    root = find_message(read_bytes(path.read_bytes()))
    message = read_message(root).message
    assert message is not None
    report = map_report(message, REPORT_ID, nlk())
    return root, Facts.of_mapped(report), [*message.unmapped, *report.unmapped]


def excused(leaf: Leaf) -> str | None:
    """The entry of the two lists above that explains why a value is not there."""
    for pattern in NOT_GIVEN_OUT:
        if re.fullmatch(pattern, leaf.path):
            return pattern
    for pattern, value in NO_VALUE:
        if leaf.value == value and re.fullmatch(pattern, leaf.path):
            return pattern
    return None


@requires_shared
@pytest.mark.parametrize("path", REAL_MESSAGES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_given_any_real_message_when_mapped_then_nothing_it_says_is_lost(path: Path) -> None:
    lost = [leaf for leaf in missing(*mapped(path)) if excused(leaf) is None]
    assert not lost, "\n".join(f"{leaf.path} of {leaf.kind} {leaf.number}" for leaf in lost)


@requires_shared
def test_given_all_real_messages_then_every_reason_for_leaving_out_is_needed() -> None:
    used = {excused(leaf) for path in REAL_MESSAGES for leaf in missing(*mapped(path))}
    assert used - {None} == {*NOT_GIVEN_OUT, *(pattern for pattern, _ in NO_VALUE)}


@requires_shared
@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [
        ("Svar_biokjemi_v1-4_Ny", "Observation", "valueQuantity"),
        ("Svar_biokjemi_v1-4_Ny", "Observation", "referenceRange"),
        ("Svar_biokjemi_v1-4_Ny", "Observation", "interpretation"),
        ("Svar_biokjemi_v1-4_Ny", "DiagnosticReport", "extension"),
        ("Svar_biokjemi_v1-4_Ny", "Specimen", "type"),
        ("Svar_mikrobiologi_virologi_v1-4_Ny", "Observation", "note"),
        ("Svar_mikrobiologi_dyrkning_v1-4_Ny", "Observation", "valueCodeableConcept"),
        ("Svar_patologi_histologi_v1-4_Ny", "ServiceRequest", "reasonCode"),
        ("Svar_radiologi_v1-4_Ny", "Observation", "method"),
        ("Svar_radiologi_v1-4_Ny", "PractitionerRole", "practitioner"),
    ],
)
def test_given_a_part_taken_out_of_the_answer_then_it_is_missed(name: str, kind: str, part: str) -> None:
    path = next(p for p in REAL_MESSAGES if p.stem == name and p.parent.name == "official")
    root, facts, unmapped = mapped(path)
    for resource in facts.of(kind):
        resource.pop(part, None)
    assert [leaf for leaf in missing(root, facts, unmapped) if excused(leaf) is None]
