"""Whatever well-formed tree comes: a message or issues, never an exception, and what is taken maps."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import RULES, read_message
from tests.shared import REAL_MESSAGES, requires_shared
from tests.unit.reports.build import (
    REPORT_ID,
    V14,
    code,
    investigation,
    item,
    message,
    num,
    parse,
    specimen,
    text,
)

RICH = message(
    item(
        "<IdResultItem>1</IdResultItem>",
        investigation(),
        num("4.4", comparator="LT"),
        '<DevResultInd V="1"/>',
    ),
    item("<RefIdResultItem>1</RefIdResultItem>", text("<p>Ja</p>", code("TextCode", "S", "8271")), item()),
    item(
        '<DateResult><DateResultValue V="2021-03-01"/></DateResult>',
        "<RefAnalysedSubject>1</RefAnalysedSubject>",
    ),
    item('<Interval><Low V="1" U="g"/></Interval>', "<DiagComment><Concept V='M1' S='1.2'/></DiagComment>"),
    item("<StructuredInfo><Type V='T'/><IntegerInfo><Integer>3</Integer></IntegerInfo></StructuredInfo>"),
    patient=specimen("1", "2021-03-16", specimen("2", "")) + "<InfItem><Type V='OPPL'/></InfItem>",
    request="<ServReq><Id>1</Id><ReasonAsText><TextResultValue>Slapp</TextResultValue></ReasonAsText></ServReq>",
    report="<Comment>Merk</Comment><RefDoc><MsgType V='A'/></RefDoc>",
)
TAGS = sorted({etree.QName(e).localname for e in parse(RICH).iter()} | {"MsgHead", "Animal", "Vrøvl"})
WORDS = st.one_of(
    st.sampled_from(
        ["N", "M", "C", "H", "S", "P", "F", "1", "99", "2021-03-17", "1,5", "NaN", "13116900216", "9" * 5000]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
        max_size=12,
    ),
)


def check(root: Any) -> None:
    """The promise: no exception, issues by the table, and valid JSON for what is taken in."""
    found = read_message(root)
    rejected = any(issue.severity == "reject" for issue in found.issues)
    assert (found.message is None) == rejected
    for issue in found.issues:
        assert RULES[issue.code].message == issue.message
    if found.message is None:
        return
    report = map_report(found.message, REPORT_ID, CodeBook.builtin())
    assert report.resources[0].kind == "DiagnosticReport"
    assert report.release_class in (1, 2, 3, 4)
    for resource in report.resources:
        body = json.loads(resource.body)
        assert body["id"] == str(resource.id)
        assert "subject" not in body


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Any:
    """Any tree of the message's own names."""
    element = etree.Element(f"{{{V14}}}{draw(st.sampled_from(TAGS))}")
    for name in draw(st.lists(st.sampled_from(["V", "S", "DN", "OT", "U"]), max_size=3, unique=True)):
        element.set(name, draw(WORDS))
    element.text = draw(WORDS)
    if depth:
        for child in draw(st.lists(trees(depth - 1), max_size=4)):
            child.tail = draw(st.sampled_from([None, " ", "x"]))
            element.append(child)
    return element


@given(st.lists(trees(), max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_tree_below_a_message(children: list[Any]) -> None:
    root = etree.Element(f"{{{V14}}}Message")
    root.extend(children)
    check(root)


@given(st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_message_with_parts_changed_moved_and_missing(data: st.DataObject) -> None:
    root = parse(RICH)
    for _ in range(data.draw(st.integers(1, 6))):
        mutate(root, data)
    check(root)


@requires_shared
@given(st.data())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_real_message_with_parts_changed_moved_and_missing(data: st.DataObject) -> None:
    path: Path = data.draw(st.sampled_from(REAL_MESSAGES))
    root = parse(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        mutate(root, data)
    check(root)


def mutate(root: Any, data: st.DataObject) -> None:
    """One change: of a text, of an attribute, a part removed, doubled or moved."""
    elements = [e for e in root.iter() if e is not root]
    if not elements:
        return
    chosen = data.draw(st.sampled_from(elements))
    kind = data.draw(st.sampled_from(["text", "attribute", "remove", "double", "move"]))
    if kind == "text":
        chosen.text = data.draw(WORDS)
    elif kind == "attribute":
        chosen.set(data.draw(st.sampled_from(["V", "S", "DN", "OT", "U"])), data.draw(WORDS))
    elif kind == "remove":
        chosen.getparent().remove(chosen)
    elif kind == "double":
        chosen.addnext(copy.deepcopy(chosen))
    else:
        target = data.draw(st.sampled_from(elements))
        if chosen not in target.iterancestors() and chosen is not target:
            target.append(chosen)
