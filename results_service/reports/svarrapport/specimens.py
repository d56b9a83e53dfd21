"""Reading AnalysedSubject: samples and study products, also nested ones."""

from __future__ import annotations

from collections import Counter

from results_service.reports.svarrapport.parties import read_party
from results_service.reports.svarrapport.parts import Code, Moment, Specimen
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values

_MAX_DEPTH = 32
_COLLECTOR = "ServReport/Patient/AnalysedSubject/RelServProv"


def read_specimens(values: Values, patient: Node) -> tuple[Specimen, ...]:
    """Every AnalysedSubject below Patient. An id used twice is noted: nothing may refer to it."""
    keys = _Keys()
    found = tuple(_read(values, node, keys, 0) for node in patient.every("AnalysedSubject"))
    if keys.duplicates:
        values.note("specimen-id-duplicate", path="ServReport/Patient/AnalysedSubject")
    return found


class _Keys:
    """Gives each specimen a key that is the same in every version of the report."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    @property
    def duplicates(self) -> bool:
        return any(count > 1 for key, count in self.seen.items() if key)

    def key(self, identifier: str) -> str:
        self.seen[identifier] += 1
        count = self.seen[identifier]
        return identifier if identifier and count == 1 else f"{identifier}#{count}"


def _read(values: Values, node: Node, keys: _Keys, depth: int) -> Specimen:
    identifier = values.text(node, "IdByServProvider")
    key = keys.key(identifier)
    collected, comments, logistics = _read_sample(values, node.first("CollectedSample"))
    product_type, product_date, product_ref = _read_product(values, node.first("CollectedStudyProduct"))
    collector = node.first("RelServProv")
    nested = node.every("AnalysedSubject") if depth < _MAX_DEPTH else []
    return Specimen(
        key=key,
        id=identifier,
        id_by_requester=values.text(node, "IdByRequester"),
        type=values.code(node, "TypeCoded"),
        type_text=values.text(node, "Type"),
        collected=collected,
        collector_comments=comments,
        anatomical_origin=values.text(node, "AnatomicalOrigin"),
        comment=values.text(node, "Comment"),
        preservative=values.text(node, "PreservMaterial"),
        number=values.text(node, "Number"),
        handling=values.texts(node, "SampleHandling"),
        pretreatment=_read_pretreatment(values, node.first("Pretreatment")),
        logistics=logistics,
        accredited=values.flag(node, "Accredited"),
        collection_by=values.code(node, "SampleCollInd"),
        procedure=values.code(node, "SampleCollProc"),
        product_type=product_type,
        product_date=product_date,
        product_ref=product_ref,
        collector=read_party(values, collector, "ServReport/Patient/AnalysedSubject/RelServProv")
        if collector
        else None,
        children=tuple(_read(values, child, keys, depth + 1) for child in nested),
    )


def _read_sample(values: Values, node: Node | None) -> tuple[Moment | None, tuple[str, ...], str]:
    """(sampling time, what the collector wrote, logistics)."""
    if node is None:
        return None, (), ""
    collected = values.moment(node, "CollectedDate")
    said = [
        values.text(node, "CollectorComment"),
        *(c.text for c in values.codes(node, "CollectorCommentCoded")),
    ]
    return collected, tuple(text for text in said if text), values.text(node, "Logistics")


def _read_product(values: Values, node: Node | None) -> tuple[str, Moment | None, str]:
    """(type, date, reference) of a study product, as a picture series."""
    if node is None:
        return "", None, ""
    return (
        values.text(node, "Type"),
        values.moment(node, "ProducedDate"),
        values.text(node, "RefRelatedProd"),
    )


def _read_pretreatment(values: Values, node: Node | None) -> tuple[Code | None, str] | None:
    """(heading of 8232, text) of what the patient went through before the sample was taken."""
    if node is None:
        return None
    heading, text = values.code(node, "Heading", "8232"), values.text(node, "TextResultValue")
    return (heading, text) if heading or text else None
