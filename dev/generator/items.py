"""Writes results (ResultItem) with all their forms of value."""

from __future__ import annotations

from lxml import etree

from dev.generator import codes
from dev.generator.model import Code, DateValue, Diagnosis, Item, Num, Span, Structured, Text, Version
from dev.generator.tree import Node, default_namespace, put, put_code, put_provider, put_text

_XHTML = "http://www.w3.org/1999/xhtml"


def write_item(parent: Node, item: Item, *, version: Version) -> None:
    """One ResultItem with its nested ones."""
    node = parent.child("ResultItem")
    _value(node, item)
    put(node, "ServType", item.serv_type, codes.SERV_TYPE.get(item.serv_type or ""))
    if item.reference is not None:
        put_text(node.child("RefInterval"), "Descr", item.reference)
    _investigation(node, item)
    put(node, "InvDate", item.date)
    put_text(node, "Comment", item.comment)
    put(node, "DevResultInd", item.deviation, codes.DEVIATION.get(item.deviation or ""))
    put_text(node, "IdResultItem", item.id)
    put_text(node, "RefIdResultItem", item.ref)
    put(node, "StatusInvestigation", item.status, codes.ITEM_STATUS.get(item.status or ""))
    _dates(node, item)
    for provider in item.performers:
        put_provider(node, provider)
    if item.diagnosis:
        _diagnosis(node, item.diagnosis)
    for structured in item.structured:
        _structured(node, structured, version)
    for part in item.items:
        write_item(node, part, version=version)


def _dates(node: Node, item: Item) -> None:
    put(node, "StatusChangeDate", item.status_changed)
    put(node, "DescrDate", item.described)
    put(node, "CounterSignDate", item.countersigned)
    put(node, "MedicalValidationDate", item.validated)
    for specimen in item.specimens:
        put_text(node, "RefAnalysedSubject", specimen)
    if item.accredited is not None:
        put(node, "Accredited", "true" if item.accredited else "false")


def _value(node: Node, item: Item) -> None:
    match item.value:
        case Num() as num:
            result = node.child("NumResult")
            put(result, "ArithmeticComp", num.comparator, codes.COMPARATOR.get(num.comparator or ""))
            _quantity(result, "NumResultValue", num.value, num.unit)
        case Text() as text:
            _text(node.child("TextResult"), text)
        case DateValue() as day:
            put(node.child("DateResult"), "DateResultValue", day.value)
        case Span() as span:
            result = node.child("Interval")
            for name, end in (("Low", span.low), ("High", span.high)):
                if end:
                    _quantity(result, name, *end)


def _quantity(node: Node, name: str, value: str, unit: str | None) -> None:
    element = node.child(name).element
    element.set("V", value)
    if unit is not None:
        element.set("U", unit)


def _text(node: Node, text: Text) -> None:
    put(node, "Heading", text.heading, codes.HEADING.get(text.heading or ""))
    if text.text is not None:
        if text.xhtml:
            _xhtml(node.child("TextResultValue"), text.text)
        else:
            put_text(node, "TextResultValue", text.text)
    for code in text.codes:
        put_code(node, "TextCode", code)
    put_text(node, "Unit", text.unit)


def _xhtml(node: Node, text: str) -> None:
    """Paragraph a line; a line that begins with `R:` is the strong summary of radiology."""
    div = etree.SubElement(node.element, f"{{{_XHTML}}}div", nsmap=default_namespace(_XHTML))
    for line in text.split("\n"):
        paragraph = etree.SubElement(div, f"{{{_XHTML}}}p")
        target = etree.SubElement(paragraph, f"{{{_XHTML}}}strong") if line.startswith("R:") else paragraph
        target.text = line


def _investigation(node: Node, item: Item) -> None:
    if not item.investigation:
        return
    investigation = node.child("Investigation")
    for code in item.investigation:
        put_code(investigation, "Id", code)
    for code in item.methods:
        put_code(investigation, "Spec", code)
    put_text(investigation, "Comment", item.investigation_comment)


def _diagnosis(node: Node, diagnosis: Diagnosis) -> None:
    comment = node.child("DiagComment")
    put_code(comment, "Concept", diagnosis.concept)
    for name, values in diagnosis.modifiers:
        modifier = comment.child("Modifier")
        put(modifier, "Name", name, codes.MODIFIER[name])
        for value in values:
            put_code(modifier, "Value", value)


def _structured(node: Node, info: Structured, version: Version) -> None:
    structured = node.child("StructuredInfo")
    _typed(structured, "Type", info.type, version)
    for text in info.texts:
        put_text(structured.child("TextInfo"), "Text", text)
    for integer in info.integers:
        put_text(structured.child("IntegerInfo"), "Integer", str(integer))
    for value, unit in info.quantities:
        _quantity(structured.child("PhysicalInfo"), "Quantity", value, unit)
    for code in info.codes:
        _typed(structured.child("CodedInfo"), "Code", code, version)
    for flag in info.flags:
        put(structured.child("BooleanInfo"), "Flag", "true" if flag else "false")


def _typed(node: Node, name: str, code: Code, version: Version) -> None:
    """CV in v1.4, CS in v1.3."""
    if version == "1.4":
        put_code(node, name, code)
    else:
        put(node, name, code.code or code.text, code.display or code.text)
