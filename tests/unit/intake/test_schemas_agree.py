"""The official schemas and our own rules decide alike, on every message, and on each bent in one place.

Where they do not, the table says which is right and why (ADR 0053).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from results_service.codes import CodeBook
from results_service.intake.guard import read_bytes
from results_service.intake.schemas import Schemas, load
from results_service.intake.validity import findings
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import ReadMessage, read_message
from results_service.reports.svarrapport.tree import element_paths
from tests.integration.expectations.given_out import is_listed
from tests.shared import REAL_MESSAGES, SHARED, requires_shared
from tests.unit.intake.schema_cases import KINDS, MARK, MESSAGES, OWN, Bent, bent
from tests.unit.reports.build import REPORT_ID

pytestmark = requires_shared
CODES = CodeBook.builtin()

# What the schema allows and we refuse: code → why we are right.
STRICTER = {
    "report-missing": "v1.4 allows a message without a report: there is nothing to keep",
    "message-id-missing": "an empty MsgId is valid: neither copies nor receipts could be told apart",
    "several-reports": "v1.3 allows several: the intake takes them apart before the reader sees them",
    "generated-date-missing": "GenDate need not say anything: which version is the newest would be a guess",
}
# A path where a mark may go unsaid → why.
UNSAID = {
    r"Type|Status|ServReport/Ack": "the envelope: the intake reads it",
    r"ServReport/Patient/(Name|Sex|TypeOffId|Address(/.*)?)": "who the person is does not go out",
    r"ServReport/RefDoc(/.*)?": "may identify the person; a comment says that a document was left out",
    r".*/(Inst|Dept|HCPerson|HCProf)/(Id|TypeId|AdditionalId(/.*)?)": "a party goes out by the best id",
    r".*/Address/Type": "kind of an address whose parts are listed",
    r".*/(ReasonAsText|Comment)(/Heading)?": "the word of a heading without words below it",
    r".*/TextResultValue/div(/.*)?": "how words look, not what they say",
    r".*/(RefAnalysedSubject|RefIdResultItem)": "a reference to nothing: the result is shown by itself",
    r".*/ResultItem/ResultItem/TextResult/(Heading|TextCode)": "a cancelled result has no value",
}
# Real messages that bend the schema; we take all of them in.
BENT = {
    "04607403_reultMIK_message1_unilab.xml",
    "04607403_reultMIK_message2_unilab - foreløpig rapport.xml",
    "04607403_reultMIK_message3_unilab.xml",
    "FHI_001_9aff709a-f665-40eb-8e72-1ffb2bbd076f_ahus.xml",
    "SVAR_CLIN 1 unilab_ENDRING.xml",
    "SVAR_CLIN eks_SW (2).xml",
    "SVAR_CLIN unilab  (1).xml",
    "SVAR_CLIN unilab  (2).xml",
    "SVAR_CLIN unilab_ekstern (2).xml",
}


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    assert SHARED is not None
    found = load(SHARED / "testdata" / "xsd")
    assert found is not None
    assert [one.state for one in found.installed] == ["found"] * 4
    return found


def refusals(read: ReadMessage) -> set[str]:
    return {issue.code for issue in read.issues if issue.severity == "reject"}


def check(schemas: Schemas, root: etree._Element) -> tuple[bool, set[str]]:
    """(whether the schema finds nothing, the codes we refuse it with)."""
    return not findings(schemas, root), refusals(read_message(root))


@pytest.mark.parametrize("path", REAL_MESSAGES, ids=lambda p: p.name)
def test_given_a_real_message_then_it_is_taken_in_and_the_schema_finds_nothing_but_in_those_known(
    schemas: Schemas, path: Path
) -> None:
    assert check(schemas, read_bytes(path.read_bytes())) == (path.name not in BENT, set())


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_given_one_of_our_own_messages_then_both_accept_it(schemas: Schemas, path: Path) -> None:
    assert check(schemas, read_bytes(path.read_bytes())) == (True, set())


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_message_bent_in_one_place_then_both_decide_alike_or_the_table_says_why_not(
    schemas: Schemas, kind: str
) -> None:
    counts: Counter[tuple[bool, bool]] = Counter()
    for case in bent(kind):
        root = read_bytes(etree.tostring(case.message))
        valid, refused = check(schemas, root)
        counts[valid, not refused] += 1
        if refused and valid:
            assert refused <= STRICTER.keys(), (case.kind, case.path)
        elif not valid:
            told = findings(schemas, root)
            assert all(f.severity == "warning" and f.code.startswith("schema-") for f in told)
            assert MARK not in json.dumps([[f.message, f.path] for f in told]), (case.kind, case.path)
    assert sum(counts.values()) > 300


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("missing", "misplaced")])
def test_given_a_bent_message_that_we_take_in_then_no_word_of_it_is_lost(kind: str) -> None:
    lost = [case.path for case in bent(kind) if not refusals(read_message(case.message)) and is_lost(case)]
    assert [path for path in lost if not any(re.fullmatch(reason, path) for reason in UNSAID)] == []


def is_lost(case: Bent) -> bool:
    """Whether the mark is neither given out nor below a path that is listed."""
    read = read_message(case.message)
    assert read.message is not None
    report = map_report(read.message, REPORT_ID, CODES)
    if any(MARK in json.dumps(json.loads(one.body)) for one in report.resources):
        return False
    listed = [*read.message.unmapped, *report.unmapped, *(issue.path for issue in read.issues if issue.path)]
    (path,) = element_paths({case.message: ""}, [where_marked(case.message)])
    return not is_listed(path, listed)


def where_marked(message: etree._Element) -> etree._Element:
    """The element whose text, attribute or following text is the mark."""
    for element in message.iter("*"):
        if any(MARK in (words or "") for words in (element.text, element.tail, *element.attrib.values())):
            return element
    raise AssertionError("the mark is nowhere")


def test_every_line_of_the_tables_is_needed(schemas: Schemas) -> None:
    marked = [kind for kind in KINDS if kind not in ("missing", "misplaced")]
    cases = [case for kind in marked for case in bent(kind) if not refusals(read_message(case.message))]
    lost = {case.path for case in cases if is_lost(case)}
    assert [reason for reason in UNSAID if not any(re.fullmatch(reason, path) for path in lost)] == []
    assert {path.name for path in REAL_MESSAGES} >= BENT


@pytest.mark.parametrize(
    ("source", "taken", "given", "code"),
    [
        ("biokjemi-1-ny.xml", rb"<ServReport>.*</ServReport>", b"", "report-missing"),
        ("biokjemi-1-ny.xml", rb"<MsgId>[^<]*</MsgId>", b"<MsgId/>", "message-id-missing"),
        ("biokjemi-1-ny.xml", rb'<GenDate V="[^"]*"/>', b"<GenDate/>", "generated-date-missing"),
        ("biokjemi-v13.xml", rb"<ServReport>.*</ServReport>", rb"\g<0>\g<0>", "several-reports"),
    ],
)
def test_given_what_the_schema_allows_and_we_refuse_then_it_stands_in_the_table(
    schemas: Schemas, source: str, taken: bytes, given: bytes, code: str
) -> None:
    data = (MESSAGES / source).read_bytes()
    bent_once = re.sub(taken, given, data, flags=re.DOTALL)
    assert check(schemas, read_bytes(bent_once)) == (True, {code})
    assert code in STRICTER
