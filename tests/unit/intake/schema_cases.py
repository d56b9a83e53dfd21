"""Messages bent in one place each: every element that any message has, once for each way of bending it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree
from msgspec import Struct

from results_service.intake.guard import find_message
from tests.shared import REAL_MESSAGES

MESSAGES = Path(__file__).resolve().parents[2] / "messages"
OWN = [path for path in sorted(MESSAGES.rglob("*.xml")) if path.parent.name != "bad"]
MARK = "Zzq7merke"


class Bent(Struct, frozen=True):
    """`message` is a copy with one fault; `kind` and `path` say which and where, without numbers."""

    kind: str
    path: str
    message: etree._Element


def _missing(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    parent.remove(element)
    return True


def _misplaced(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None or parent[-1].tag == element.tag:
        return False
    parent.append(element)
    return True


def _wrong_type(element: etree._Element) -> bool:
    if "V" in element.attrib:
        element.set("V", MARK)
    elif len(element):
        element[0].tail = MARK
    else:
        etree.SubElement(element, etree.QName(_space(element), "Annet")).text = MARK
    return True


def _unknown(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None:
        return False
    other = etree.Element(etree.QName(_space(element), "Ukjent"))
    other.text = MARK
    parent.insert(parent.index(element), other)
    return True


def _attribute(element: etree._Element) -> bool:
    element.set("Ukjent", MARK)
    return True


def _too_many(element: etree._Element) -> bool:
    parent = element.getparent()
    if parent is None or parent.findall(element.tag)[1:]:
        return False
    other = copy.deepcopy(element)
    parent.insert(parent.index(element) + 1, other)
    return _mark(other)


def _mark(element: etree._Element) -> bool:
    """Other words in the first place that has some, so that they are told from those of the first."""
    for one in element.iter():
        if one.text and one.text.strip():
            one.text = MARK
            return True
        for name in ("DN", "OT", "V"):
            if name in one.attrib:
                one.set(name, MARK)
                return True
    return False


def _space(element: etree._Element) -> str | None:
    return etree.QName(element).namespace


KINDS: dict[str, Callable[[etree._Element], bool]] = {
    "missing": _missing,
    "misplaced": _misplaced,
    "wrong type": _wrong_type,
    "unknown element": _unknown,
    "unknown attribute": _attribute,
    "too many": _too_many,
}


def sources() -> list[etree._Element]:
    """The message of every file of ours and of ../shared."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True)
    return [find_message(etree.parse(path, parser).getroot()) for path in [*OWN, *REAL_MESSAGES]]


def bent(kind: str) -> Iterator[Bent]:
    """Each path of each version once."""
    seen: set[tuple[str | None, str]] = set()
    for message in sources():
        for place, element in enumerate(message.iter("*")):
            path = "/".join(reversed([_name(e) for e in (element, *element.iterancestors())][:-1]))
            if (_space(message), path) in seen:
                continue
            seen.add((_space(message), path))
            other = copy.deepcopy(message)
            if KINDS[kind](list(other.iter("*"))[place]):
                yield Bent(kind, path, other)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
