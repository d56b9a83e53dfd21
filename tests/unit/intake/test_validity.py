"""What the schema finds: codes, places, words; bounded, and without anything of a patient."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lxml import etree

from results_service.intake.guard import find_message, read_bytes
from results_service.intake.schemas import Schemas, load
from results_service.intake.validity import MOST_ELEMENTS, MOST_FINDINGS, findings
from results_service.reports.svarrapport import Issue
from tests.shared import SHARED, requires_shared
from tests.unit.reports.build import V14

pytestmark = requires_shared
MESSAGE = (Path(__file__).resolve().parents[2] / "messages" / "biokjemi-1-ny.xml").read_bytes()
MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    assert SHARED is not None
    found = load(SHARED / "testdata" / "xsd")
    assert found is not None
    return found


def bent(schemas: Schemas, old: bytes, new: bytes) -> list[Issue]:
    assert old in MESSAGE
    return findings(schemas, read_bytes(MESSAGE.replace(old, new, 1)))


def wrapped(inside: bytes, patient: bytes = b"") -> bytes:
    """A MsgHead around a message."""
    body = inside.partition(b"?>")[2]
    return (
        f"""<MsgHead xmlns="{MSGHEAD}"><MsgInfo><Type V="SVAR_LAB" DN="Svar"/>
<MIGversion>v1.2 2006-05-24</MIGversion><GenDate>2026-10-01T12:00:00</GenDate><MsgId>m</MsgId>
<Sender><Organisation><OrganisationName>A</OrganisationName><Ident><Id>1</Id>
<TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident></Organisation></Sender>
<Receiver><Organisation><OrganisationName>B</OrganisationName><Ident><Id>2</Id>
<TypeId V="HER" S="2.16.578.1.12.4.1.1.9051" DN="HER-id"/></Ident></Organisation></Receiver>""".encode()
        + patient
        + b'</MsgInfo><Document><RefDoc><MsgType V="XML" DN="XML-instans"/><Content>'
        + body
        + b"</Content></RefDoc></Document></MsgHead>"
    )


def test_given_a_valid_message_then_nothing_is_found(schemas: Schemas) -> None:
    assert findings(schemas, read_bytes(MESSAGE)) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "words"),
    [
        (
            b"<Requester>",
            b"<Rekvirent/><Requester>",
            "schema-element-unexpected",
            "ServReport/Rekvirent",
            "Requester",
        ),
        (
            b"<MIGversion>",
            b"<MIGversion/><MIGversion>",
            "schema-element-unexpected",
            "MIGversion[2]",
            "GenDate",
        ),
        (b"<ServReport>", b"<ServReport>12057900499", "schema-content", "ServReport", ""),
        (b"<ServReport>", b'<ServReport nr="12057900499">', "schema-attribute", "ServReport", ""),
        (b'<GenDate V="', b'<GenDate V="12057900499 ', "schema-value", "GenDate", ""),
    ],
)
def test_given_one_fault_then_code_and_place_and_no_word_of_what_was_sent(
    schemas: Schemas, old: bytes, new: bytes, code: str, path: str, words: str
) -> None:
    (found,) = bent(schemas, old, new)
    assert (found.code, found.path, found.severity) == (code, path, "warning")
    assert words in found.message
    assert "12057900499" not in found.message
    assert found.line


def test_given_an_element_is_missing_then_its_own_place_is_named(schemas: Schemas) -> None:
    root = read_bytes(MESSAGE)
    provider = find_message(root).find("{*}ServReport/{*}ServProvider")
    etree.strip_elements(provider, "{*}HCP", "{*}ComMethod")
    etree.SubElement(provider, etree.QName(V14, "ComMethod"))
    (found,) = findings(schemas, root)
    assert (found.code, found.path) == ("schema-element-missing", "ServReport/ServProvider/HCP")
    assert found.message.endswith("Expected: HCP.")


def test_given_prefixed_names_then_the_place_is_the_same(schemas: Schemas) -> None:
    root = etree.fromstring(MESSAGE)
    other = etree.Element(etree.QName(V14, "Message"), nsmap={"lsr": V14})
    other.extend(list(root))
    other.find("{*}ServReport").insert(3, etree.Element(etree.QName(V14, "Annet")))
    assert b"<lsr:ServReport" in etree.tostring(other)
    (found,) = findings(schemas, read_bytes(etree.tostring(other)))
    assert found.path == "ServReport/Annet"


def test_given_an_envelope_then_it_and_the_message_are_both_judged(schemas: Schemas) -> None:
    assert findings(schemas, read_bytes(wrapped(MESSAGE))) == []
    bad = wrapped(MESSAGE.replace(b"<Requester>", b"<Rekvirent/><Requester>", 1), b"<Feil/>")
    found = findings(schemas, read_bytes(bad))
    assert [one.path for one in found] == ["MsgHead/MsgInfo/Feil", "ServReport/Rekvirent"]


def test_given_no_schema_for_the_envelope_then_the_message_is_judged_all_the_same(tmp_path: Path) -> None:
    assert SHARED is not None
    for name in ("svar-v1.4.xsd", "kith.xsd"):
        (tmp_path / name).write_bytes((SHARED / "testdata" / "xsd" / name).read_bytes())
    alone = load(tmp_path)
    assert alone is not None
    assert findings(alone, read_bytes(wrapped(MESSAGE))) == []
    bad = wrapped(MESSAGE.replace(b"<Requester>", b"<Rekvirent/><Requester>", 1))
    assert [one.path for one in findings(alone, read_bytes(bad))] == ["ServReport/Rekvirent"]
    v13 = MESSAGE.replace(V14.encode(), b"http://www.kith.no/xmlstds/labsvar/2008-12-01")
    assert findings(alone, read_bytes(v13)) == []


def test_given_very_many_faults_then_some_are_told_and_that_there_are_more(schemas: Schemas) -> None:
    many = b"".join(b'<CodedComment Q="%d"/>' % number for number in range(5000))
    found = bent(schemas, b"</ServProvId>", b"</ServProvId>" + many)
    assert len(found) == MOST_FINDINGS + 1
    assert found[-1].code == "schema-more"


def test_given_more_elements_than_can_be_judged_in_time_then_that_is_told(schemas: Schemas) -> None:
    root = read_bytes(MESSAGE)
    report = find_message(root).find("{*}ServReport")
    for _ in range(MOST_ELEMENTS):
        etree.SubElement(report, etree.QName(V14, "CodedComment"), Q="1")
    started = time.process_time()
    assert [one.code for one in findings(schemas, root)] == ["schema-not-checked"]
    assert time.process_time() - started < 60  # no limit of speed: it ends
