"""Messages damaged at random: whatever comes out of reading and mapping, it is never an exception."""

from __future__ import annotations

import copy
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from results_service.codes import CodeBook
from results_service.intake.fingerprint import fingerprint
from results_service.intake.guard import MessageRejected, find_message, read_bytes
from results_service.intake.pipeline import read_header
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import read_message
from results_service.reports.svarrapport.tree import build
from tests.shared import REAL_MESSAGES

MESSAGES = Path(__file__).resolve().parents[2] / "messages"
OWN = sorted(MESSAGES.glob("*.xml"))
SOURCES = [*OWN, *REAL_MESSAGES]
CODES = CodeBook.builtin()
REPORT = UUID("0193a000-0000-7000-8000-000000000001")
VALUES = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "1e400",
            "NaN",
            "19xx",
            "2024-02-31",
            "9999-12-31T23:59:59-12:00",
            "0001-01-01T00:00:00+14:00",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12),
)
HARM = st.tuples(
    st.sampled_from(["drop", "double", "text", "attribute", "no attributes", "move"]),
    st.integers(min_value=0, max_value=10_000),
    st.integers(min_value=0, max_value=10_000),
    VALUES,
)


def harm(root: etree._Element, kind: str, where: int, other: int, value: str) -> None:
    elements = list(root.iter("*"))[1:]
    if not elements:
        return
    element, target = elements[where % len(elements)], elements[other % len(elements)]
    parent = element.getparent()
    if kind == "drop" and parent is not None:
        parent.remove(element)
    elif kind == "double" and parent is not None:
        parent.append(copy.deepcopy(element))
    elif kind == "text":
        element.text = value
    elif kind == "attribute":
        element.set(["V", "S", "U", "DN", "OT"][other % 5], value)
    elif kind == "no attributes":
        element.attrib.clear()
    elif kind == "move" and element not in target.iterancestors() and element is not target:
        target.append(element)


def damaged(source: Path, harms: list[tuple[str, int, int, str]]) -> bytes:
    """A message with some harm done to it."""
    root = etree.fromstring(source.read_bytes())
    for kind, where, other, value in harms:
        harm(root, kind, where, other, value)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def take(data: bytes) -> None:
    """Everything the worker does with a message before it needs the database."""
    try:
        root = read_bytes(data)
    except MessageRejected:
        return
    message = find_message(root)
    assert len(fingerprint(build(message))) == 32
    read_header(message)
    read = read_message(root)
    if read.message is None:
        assert any(issue.severity == "reject" for issue in read.issues)
        return
    if read.message.patient.national_id is None:
        assert any(issue.severity == "attention" for issue in read.issues)
    mapped = map_report(read.message, REPORT, CODES)
    assert mapped.resources[0].kind == "DiagnosticReport"


@pytest.mark.skipif(not SOURCES, reason="neither own messages nor ../shared are here")
@settings(max_examples=300, deadline=None)
@given(source=st.sampled_from(SOURCES), harms=st.lists(HARM, min_size=1, max_size=6))
def test_given_a_damaged_message_when_taken_then_an_outcome_and_no_exception(
    source: Path, harms: list[tuple[str, int, int, str]]
) -> None:
    take(damaged(source, harms))


@pytest.mark.skipif(not SOURCES, reason="neither own messages nor ../shared are here")
@settings(max_examples=200, deadline=None)
@given(
    source=st.sampled_from(SOURCES),
    cut=st.integers(min_value=0, max_value=20_000),
    length=st.integers(min_value=0, max_value=200),
    filling=st.binary(max_size=20),
)
def test_given_bytes_overwritten_when_taken_then_an_outcome_and_no_exception(
    source: Path, cut: int, length: int, filling: bytes
) -> None:
    data = source.read_bytes()
    place = cut % len(data)
    take(data[:place] + filling + data[place + length :])


@pytest.mark.parametrize("path", sorted(MESSAGES.rglob("*.xml")), ids=lambda p: p.name)
def test_given_our_own_messages_when_taken_then_an_outcome_and_no_exception(path: Path) -> None:
    take(path.read_bytes())
