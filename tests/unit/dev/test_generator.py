"""The catalogue: deterministic, schema-valid, one of every kind, and free of real people's identifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from dev.generator.bad import bad_messages
from dev.generator.catalogue import catalogue, reports
from dev.generator.writer import write
from kit.ids import InvalidNationalId, parse_national_id
from tests.shared import requires_shared
from tests.unit.dev.schemas import faults

MESSAGES = Path(__file__).parents[2] / "messages"
GOOD = catalogue()
NS = {
    "a": "http://www.kith.no/xmlstds/labsvar/2012-02-15",
    "b": "http://www.kith.no/xmlstds/labsvar/2008-12-01",
}


def _texts(root: etree._Element, path: str) -> list[str]:
    found: Any = root.xpath(path, namespaces=NS)
    return [str(v) for v in found]


def _values(path: str) -> set[str]:
    found: set[str] = set()
    for body in GOOD.values():
        root = etree.fromstring(body)
        for prefix in NS:
            found.update(_texts(root, path.replace("p:", f"{prefix}:")))
    return found


def _elements(body: bytes) -> list[etree._Element]:
    return [e for e in etree.fromstring(body).iter() if isinstance(e.tag, str)]


def test_when_the_catalogue_is_made_again_then_the_files_in_the_tree_are_the_same_bytes() -> None:
    on_disk = {p.name: p.read_bytes() for p in MESSAGES.glob("*.xml")}
    assert on_disk == GOOD
    assert {p.name: p.read_bytes() for p in (MESSAGES / "bad").glob("*.xml")} == bad_messages()


@requires_shared
@pytest.mark.parametrize("name", sorted(GOOD))
def test_given_the_official_schema_then_the_message_is_valid(name: str) -> None:
    assert faults(GOOD[name]) == []


@requires_shared
@pytest.mark.parametrize("name", sorted(reports()))
def test_given_the_older_format_then_every_report_is_valid_there_too(name: str) -> None:
    older = msgspec.structs.replace(reports()[name], version="1.3")
    assert faults(write(older)) == []


def test_every_kind_of_report_is_there() -> None:
    assert _values("//p:MsgDescr/@V") >= {
        "CLIN", "MBIO", "IMTR", "FARM", "MGEN", "HIST", "CYTO", "RTG", "CT", "MR", "UL", "NUK",
    }  # fmt: skip
    assert _values("//p:ServReport/p:ServType/@V") == {"N", "M", "C"}
    assert _values("//p:ServReport/p:Status/@V") == {"P", "F", "A", "S"}
    assert _values("//p:ResultItem/p:ServType/@V") >= {"N", "M", "C", "H"}
    assert _values("//p:CodedComment/@V") >= {"TA", "VA", "MSIS-M"}
    assert _values("//p:DevResultInd/@V") >= {"1", "2"}
    assert _values("//p:ArithmeticComp/@V") >= {"LT", "GT", "LE"}


def test_every_form_of_value_is_there() -> None:
    names = {etree.QName(element).localname for body in GOOD.values() for element in _elements(body)}
    assert names >= {"NumResult", "TextResult", "DateResult", "Interval"}
    assert names >= {"StructuredInfo", "DiagComment", "InfItem", "Modifier", "CopyDest", "Pretreatment"}


def test_resistance_refers_to_a_microbe_of_the_same_message() -> None:
    root = etree.fromstring(GOOD["dyrkning-urin-2-endelig.xml"])
    refs = set(_texts(root, "//a:RefIdResultItem/text()"))
    assert refs == {"1", "2"}
    assert refs <= set(_texts(root, "//a:IdResultItem/text()"))


def test_all_persons_in_the_catalogue_are_fictitious_and_valid() -> None:
    static_test_persons = {"13116900216", "12057900499", "15076500565"}
    for number in _values("//p:Patient/p:OffId/text()"):
        parse_national_id(number)
        assert number in static_test_persons or int(number[2:4]) > 80


def test_given_a_chain_then_its_messages_share_the_report_number_and_first_date() -> None:
    chain = [etree.fromstring(GOOD[f"biokjemi-{n}.xml"]) for n in ("1-ny", "2-endring", "3-kansellering")]
    for path in ("string(//a:ServProvId)", "string(//a:IssueDate/@V)"):
        assert len({r.xpath(path, namespaces=NS) for r in chain}) == 1
    for path in ("string(//a:MsgId)", "string(//a:GenDate/@V)"):
        assert len({r.xpath(path, namespaces=NS) for r in chain}) == 3


@pytest.mark.parametrize("name", ["ikke-xml.xml", "avkuttet.xml", "tom.xml", "feil-tegnsett.xml"])
def test_given_broken_bytes_then_no_parser_accepts_them(name: str) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(bad_messages()[name])


def test_given_an_impossible_number_then_its_check_digit_is_wrong() -> None:
    root = etree.fromstring(bad_messages()["umulig-fodselsnummer.xml"])
    with pytest.raises(InvalidNationalId, match="check-digit"):
        parse_national_id(str(root.xpath("string(//a:OffId)", namespaces=NS)))


def test_given_the_same_message_id_twice_then_the_contents_differ() -> None:
    first, second = (bad_messages()[f"samme-id-{n}.xml"] for n in (1, 2))
    ids = {str(etree.fromstring(b).xpath("string(//a:MsgId)", namespaces=NS)) for b in (first, second)}
    assert len(ids) == 1
    assert first != second
