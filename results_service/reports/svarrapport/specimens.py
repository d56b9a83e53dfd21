"""Reading AnalysedSubject: samples and study products, also nested ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from results_service.reports.svarrapport.parties import read_party
from results_service.reports.svarrapport.parts import Code, Moment, Specimen
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values

_MAX_DEPTH = 32
_PATH = "ServReport/Patient/AnalysedSubject"


def read_specimens(values: Values, patient: Node) -> tuple[Specimen, ...]:
    """Every AnalysedSubject below Patient. An id used twice is noted: nothing may refer to it."""
    keys = _Keys()
    found = _read_all(values, patient.every("AnalysedSubject"), keys, (0, _PATH))
    if keys.duplicates:
        values.note("specimen-id-duplicate", path=_PATH)
    return found


def _read_all(
    values: Values, nodes: Sequence[Node], keys: _Keys, place: tuple[int, str]
) -> tuple[Specimen, ...]:
    """The specimens of one level; `place`: how deep, and the path they share."""
    depth, path = place
    paths = [path] if len(nodes) == 1 else [f"{path}[{n}]" for n in range(1, len(nodes) + 1)]
    return tuple(_read(values, node, keys, (depth, at)) for node, at in zip(nodes, paths, strict=True))


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


def _read(values: Values, node: Node, keys: _Keys, place: tuple[int, str]) -> Specimen:
    depth, path = place
    identifier = values.text(node, "IdByServProvider")
    key = keys.key(identifier)
    collected, comments, codes, logistics = _read_sample(values, node.first("CollectedSample"))
    product_type, product_date, product_ref = _read_product(values, node.first("CollectedStudyProduct"))
    collector = node.first("RelServProv")
    nested = node.every("AnalysedSubject") if depth < _MAX_DEPTH else ()
    return Specimen(
        key=key,
        id=identifier,
        id_by_requester=values.text(node, "IdByRequester"),
        type=values.code(node, "TypeCoded"),
        type_text=values.text(node, "Type"),
        collected=collected,
        collector_comments=comments,
        collector_codes=codes,
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
        collector=read_party(values, collector, f"{path}/RelServProv") if collector else None,
        children=_read_all(values, nested, keys, (depth + 1, f"{path}/AnalysedSubject")),
    )


def _read_sample(
    values: Values, node: Node | None
) -> tuple[Moment | None, tuple[str, ...], tuple[Code, ...], str]:
    """(sampling time, what the collector wrote, coded ones among it, logistics)."""
    if node is None:
        return None, (), (), ""
    collected = values.moment(node, "CollectedDate")
    codes = values.codes(node, "CollectorCommentCoded")
    said = [values.text(node, "CollectorComment"), *(code.text for code in codes)]
    return collected, tuple(text for text in said if text), codes, values.text(node, "Logistics")


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
