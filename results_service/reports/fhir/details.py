"""What an Observation says besides its value: coded diagnoses, structured information, codes behind."""

from __future__ import annotations

import re

from results_service.reports.fhir import names
from results_service.reports.fhir.build import Json, concept, extension, own_extension, quantity
from results_service.reports.fhir.build import number as read_number
from results_service.reports.fhir.forest import Branch
from results_service.reports.svarrapport.parts import (
    Code,
    DiagComment,
    Fact,
    Item,
    StructuredInfo,
    TextResult,
)

_INTEGER = re.compile(r"-?[0-9]{1,9}")  # FHIR integer has 31 bits


def result_codes(item: Item) -> list[Code]:
    """Codes that are part of the result: text codes, and the coded diagnosis with its modifiers."""
    found = list(item.result.codes) if isinstance(item.result, TextResult) else []
    if item.diag_comment is not None:
        found.append(item.diag_comment.concept)
        found.extend(code for _, values in item.diag_comment.modifiers for code in values)
    return found


def codes_behind(branch: Branch) -> Json:
    """The two codes behind a status that says less than they do."""
    inner = [{"url": "type", "valueCoding": {"system": names.ITEM_TYPES, "code": branch.serv_type or "?"}}]
    if branch.code_status:
        status = {"system": names.ITEM_STATUSES, "code": branch.code_status}
        inner.insert(0, {"url": "status", "valueCoding": status})
    return {"url": names.AKSON + "result-status", "extension": inner}


def result_extensions(item: Item) -> list[Json]:
    """What a result says besides its value."""
    found: list[Json] = []
    if isinstance(item.result, TextResult) and item.result.unit:
        found.append(own_extension("text-result-unit", "String", item.result.unit))
    if item.diag_comment is not None:
        found.append(_diag_comment(item.diag_comment))
    found.extend(_structured(info) for info in item.structured)
    return found


def _diag_comment(diag: DiagComment) -> Json:
    inner: list[Json] = [{"url": "concept", "valueCodeableConcept": concept(diag.concept)}]
    for name, values in diag.modifiers:
        parts: list[Json] = [{"url": "name", "valueCodeableConcept": concept(name)}]
        parts += [{"url": "value", "valueCodeableConcept": concept(code)} for code in values]
        inner.append({"url": "modifier", "extension": parts})
    return {"url": names.AKSON + "diagnosis-comment", "extension": inner}


def _structured(info: StructuredInfo) -> Json:
    inner = [extension("structured-info-type", "CodeableConcept", concept(info.type))]
    inner.extend(_fact(fact) for fact in info.facts)
    return {"url": names.NILAR + "structured-info", "extension": inner}


def _fact(fact: Fact) -> Json:
    """One fact with its value's type; a number that cannot be read stays text."""
    if fact.kind == "code" and fact.code is not None:
        return extension("structured-info-coded", "CodeableConcept", concept(fact.code))
    if fact.kind == "flag":
        return extension("structured-info-boolean", "Boolean", fact.text == "true")
    if fact.kind == "integer" and _INTEGER.fullmatch(fact.text):
        return extension("structured-info-integer", "Integer", int(fact.text))
    read = read_number(fact.text) if fact.kind == "quantity" else None
    if read is not None:
        return extension("structured-info-physical", "Quantity", quantity(read, fact.unit))
    return extension("structured-info-text", "String", f"{fact.text} {fact.unit}".strip())
