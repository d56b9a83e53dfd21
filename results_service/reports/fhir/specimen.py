"""AnalysedSubject → Specimen."""

from __future__ import annotations

from results_service.reports.fhir import names
from results_service.reports.fhir.build import (
    Json,
    annotation,
    concept,
    extension,
    own_extension,
    sourced,
    token,
)
from results_service.reports.fhir.context import Context
from results_service.reports.fhir.model import MappedResource
from results_service.reports.fhir.people import Roles
from results_service.reports.svarrapport.parts import Specimen

_INTEGER_DIGITS = 10  # FHIR integer has 31 bits
_UNKNOWN = {"extension": [{"url": names.DATA_ABSENT, "valueCode": "unknown"}]}


def specimens(context: Context, roles: Roles) -> list[MappedResource]:
    """Every specimen of the message, parents before the specimens taken from them."""
    found: list[MappedResource] = []
    for specimen in context.message.specimens:
        _add(context, roles, specimen, None, found)
    return found


def _add(
    context: Context, roles: Roles, specimen: Specimen, parent: Json | None, found: list[MappedResource]
) -> None:
    specimen_id = context.new_id("Specimen", specimen.key)
    parts: Json = {"meta": context.meta("Specimen")}
    extensions = _extensions(specimen)
    if extensions:
        parts["extension"] = extensions
    _add_identifiers(parts, specimen)
    kind = _type(specimen)
    if kind is not None:
        parts["type"] = kind
    if parent is not None:
        parts["parent"] = [parent]
    if context.request_reference is not None:
        parts["request"] = [context.request_reference]
    parts["collection"] = _collection(roles, specimen, context)
    if specimen.preservative:
        parts["container"] = [{"additiveCodeableConcept": {"text": specimen.preservative}}]
    notes = [text for text in (specimen.comment, *specimen.collector_comments) if text]
    if notes:
        parts["note"] = [annotation(text) for text in notes]
    codes = [t for t in map(token, (kind or {}).get("coding", [])) if t]
    collected = specimen.collected.at if specimen.collected else None
    found.append(context.resource("Specimen", specimen_id, parts, codes=codes, effective=collected))
    for child in specimen.children:
        _add(context, roles, child, {"reference": f"Specimen/{specimen_id}"}, found)


def _add_identifiers(parts: Json, specimen: Specimen) -> None:
    """The laboratory's id (accessionIdentifier too, as the guide wants it) and the requester's."""
    identifiers = []
    if specimen.id:
        identifiers.append(sourced("AnalysedSubjectId", specimen.id))
        parts["accessionIdentifier"] = identifiers[0]
    if specimen.id_by_requester:
        identifiers.append(sourced("AnalysedSubjectIdByRequester", specimen.id_by_requester))
    if identifiers:
        parts["identifier"] = identifiers


def _type(specimen: Specimen) -> Json | None:
    """TypeCoded (8351, 8216), with the text Type beside it; else that text."""
    if specimen.type is not None:
        return concept(specimen.type, specimen.type_text)
    return {"text": specimen.type_text} if specimen.type_text else None


def _collection(roles: Roles, specimen: Specimen, context: Context) -> Json:
    json: Json = {}
    if specimen.collector is not None:
        collectors = roles.of(specimen.collector, context.message.sender)
        if collectors:
            json["collector"] = collectors[0]
    if specimen.collected is not None:
        json["collectedDateTime"] = specimen.collected.text
    else:
        json["_collectedDateTime"] = _UNKNOWN
    if specimen.procedure is not None:
        json["method"] = concept(specimen.procedure)
    if specimen.anatomical_origin:
        json["bodySite"] = {"text": specimen.anatomical_origin}
    return json


def _extensions(specimen: Specimen) -> list[Json]:
    found: list[Json] = []
    if specimen.accredited is not None:
        found.append(extension("accredited", "Boolean", specimen.accredited))
    if specimen.number.isdecimal() and len(specimen.number) < _INTEGER_DIGITS:
        found.append(extension("container-count", "Integer", int(specimen.number)))
    elif specimen.number:
        found.append(own_extension("container-count-text", "String", specimen.number))
    words = {
        "logistics": specimen.logistics,
        "study-product-type": specimen.product_type,
        "study-product-ref": specimen.product_ref,
    }
    found += [extension("sample-handling", "String", text) for text in specimen.handling]
    found += [extension(name, "String", text) for name, text in words.items() if text]
    if specimen.pretreatment is not None:
        heading, text = specimen.pretreatment
        pretreatment = concept(heading, text) if heading else {"text": text}
        found.append(extension("pretreatment", "CodeableConcept", pretreatment))
    return found + _own_extensions(specimen)


def _own_extensions(specimen: Specimen) -> list[Json]:
    found: list[Json] = []
    if specimen.product_date is not None:
        found.append(own_extension("study-product-date", "DateTime", specimen.product_date.text))
    found += [
        own_extension("collector-comment", "CodeableConcept", concept(code))
        for code in specimen.collector_codes
    ]
    if specimen.collection_by is not None:
        found.append(own_extension("sample-collection", "CodeableConcept", concept(specimen.collection_by)))
    return found
