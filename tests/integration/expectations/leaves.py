"""Every value of a message with the place it stands in, and where in the FHIR answer it is to be looked for.

Knows nothing of the mapping but which kind of resource a part of the message belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

SPECIMEN, ITEM, REQUISITION, REPORT = "Specimen", "Observation", "ServiceRequest", "DiagnosticReport"


class Leaf(NamedTuple):
    """A value: `path` from ServReport (`…/@V` for attributes), the kind of resource and which one of it."""

    path: str
    value: str
    kind: str
    number: int
    cancelled: bool


def leaves(message: etree._Element) -> Iterator[Leaf]:
    """Every attribute and text of a message, items and specimens counted in document order."""
    report = message.find("{*}ServReport")
    assert report is not None
    whole = _type(report) == "C"
    numbers = {
        kind: {element: place for place, element in enumerate(report.iter("{*}" + tag))}
        for kind, tag in ((ITEM, "ResultItem"), (SPECIMEN, "AnalysedSubject"))
    }
    for element in message.iter(etree.Element):
        above = [element, *element.iterancestors()]
        kind, number = _place(above, numbers)
        cancelled = whole or any(_name(e) == "ResultItem" and _type(e) == "C" for e in above)
        for path, value in _values(element, _path(above)):
            yield Leaf(path, value, kind, number, cancelled)


def _place(above: list[etree._Element], numbers: dict[str, dict[etree._Element, int]]) -> tuple[str, int]:
    for element in above:
        for kind, known in numbers.items():
            if element in known:
                return kind, known[element]
        if _name(element) in ("ServReq", "ResponsibleHcp", "Requester"):
            return REQUISITION, 0
    return REPORT, 0


def _values(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if "{" not in str(name):
            yield f"{path}/@{name!s}", " ".join(str(value).split())
    inside = "TextResultValue" in path or path.endswith("Description")
    yield path, " ".join((element.text or "").split())
    if inside:
        yield path, " ".join((element.tail or "").split())


def _path(above: list[etree._Element]) -> str:
    names = [_name(element) for element in reversed(above)]
    first = names.index("Message") + 1
    kept: list[str] = []
    for name in names[first:]:
        if not (kept and kept[-1] == name):  # results in results and specimens in specimens count as one
            kept.append(name)
    return "/".join(kept)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _type(element: etree._Element) -> str:
    found = element.find("{*}ServType")
    return str(found.get("V", "")) if found is not None else ""
