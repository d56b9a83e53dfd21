"""Messages made from the official schemas with every element and attribute they allow, each value its own.

What an element says is a word (a date, a number) that stands nowhere else in the message, so that one look at
what became of the message tells whether it is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from lxml import etree

_XSD = "{http://www.w3.org/2001/XMLSchema}"
LINE = "13116900216"
OID = "2.16.578.1.12.4.1.1."
# What is not for a laboratory's own words: codes and ids that steer how the message is read.
_STEERING = {
    "Message/Type": "SVAR_LAB",
    "Message/Status": "PROD",
    "ServReport/ServType": "N",
    "ServReport/Status": "F",
    "ServReport/Ack": "J",
    "Patient/Sex": "1",
    "Patient/TypeOffId": "FNR",
    "ResultItem/ServType": "N",
    "ResultItem/StatusInvestigation": "3",
    "ResultItem/DevResultInd": "1",
    "NumResult/ArithmeticComp": "LT",
}
_SYSTEMS = {
    "Investigation/Id": "7280",
    "AnalysedSubject/TypeCoded": "8351",
    "ServReport/CodedComment": "8269",
}
_ID_KINDS = ("HER", "RSH")
_FIRST = datetime(2021, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as most laboratories send it


@dataclass(frozen=True)
class Said:
    """One value of the message: where it stands (numbered among siblings of one name), and what it says."""

    path: str
    value: str


@dataclass
class Everything:
    """A message; `said` are its values in order."""

    xml: bytes = b""
    said: list[Said] = field(default_factory=list)


def everything(schema: Path, namespace: str, choice: int, kind: str = "CLIN") -> Everything:
    """A message with all that a schema allows. `choice`: which of several alternatives stands where one must.

    What may be repeated is there twice, results once more for each kind of result; results and specimens hold
    others of their own.
    """
    return _Maker(schema, namespace, choice, kind).make()


class _Maker:
    def __init__(self, schema: Path, namespace: str, choice: int, kind: str) -> None:
        root = etree.parse(str(schema)).getroot()
        self._types = {
            str(e.get("name")): e.find(f"{_XSD}complexType") for e in root.findall(f"{_XSD}element")
        }
        self._namespace, self._choice, self._kind = namespace, choice, kind
        self._count = 0
        self._ids: Counter[str] = Counter()
        self.found = Everything()

    def make(self) -> Everything:
        root = etree.Element(f"{{{self._namespace}}}Message", nsmap={None: self._namespace})  # type: ignore[dict-item]
        self._fill(root, "Message", (), "")
        self.found.xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
        return self.found

    def _fill(self, element: etree._Element, name: str, above: tuple[str, ...], path: str) -> None:
        kind = self._types[name]
        assert kind is not None
        (group,) = [child for child in kind if child.tag in (f"{_XSD}sequence", f"{_XSD}choice")]
        here = (*above, name)
        wanted = [p for p in self._particles(group) if self._is_wanted(_name(p), here)]
        repeated: Counter[str] = Counter()
        places = [(particle, n) for particle in wanted for n in range(self._times(particle, here))]
        counts = Counter(_name(particle) for particle, _ in places)
        for particle, _ in places:
            child_name = _name(particle)
            repeated[child_name] += 1
            step = child_name if counts[child_name] == 1 else f"{child_name}[{repeated[child_name]}]"
            self._add(element, particle, here, f"{path}/{step}" if path else step)

    def _particles(self, group: etree._Element) -> list[etree._Element]:
        """The elements of a sequence, one for each choice in it."""
        found: list[etree._Element] = []
        children = list(group.iterchildren(tag=etree.Element))
        if group.tag == f"{_XSD}choice":
            children = [self._chosen(children)]
        for child in children:
            found += [child] if child.tag == f"{_XSD}element" else self._particles(child)
        return found

    def _chosen(self, children: list[etree._Element]) -> etree._Element:
        known = [child for child in children if _name(child) in ("Patient", "FileReference")]
        self._choice += 1
        return known[0] if known else children[self._choice % len(children)]

    def _is_wanted(self, name: str, here: tuple[str, ...]) -> bool:
        return here.count(name) < (1 if name == "Patient" else 2)

    def _times(self, particle: etree._Element, here: tuple[str, ...]) -> int:
        if particle.get("maxOccurs", "1") == "1":
            return 1
        if _name(particle) == "ServReport":
            return 1
        return 5 if _name(particle) == "ResultItem" and "ResultItem" not in here else 2

    def _add(
        self, parent: etree._Element, particle: etree._Element, above: tuple[str, ...], path: str
    ) -> None:
        name = _name(particle)
        child = etree.SubElement(parent, f"{{{self._namespace}}}{name}")
        if particle.get("ref"):
            self._fill(child, name, above, path)
            return
        kind = str(particle.get("type", "")).rpartition(":")[2]
        self._say(child, kind, f"{above[-1]}/{name}", path)

    def _say(self, element: etree._Element, kind: str, place: str, path: str) -> None:
        if kind in ("CS", "CV"):
            self._coded(element, kind, place, path)
        elif kind == "TS":
            self._attribute(element, "V", self._moment(place), path)
        elif kind == "PQ":
            self._attribute(element, "V", str(1000 + self._next()), path)
            self._attribute(element, "U", self._word("u"), path)
        elif kind == "BL":
            element.set("V", "true")
        elif kind == "URL":
            self._attribute(element, "V", f"tel:{self._word('t')}", path)
        else:
            element.text = self._text(kind, place)
            self.found.said.append(Said(path, element.text))

    def _coded(self, element: etree._Element, kind: str, place: str, path: str) -> None:
        if place.endswith("/TypeId") or place == "AdditionalId/Type":
            element.set("V", _ID_KINDS[place == "AdditionalId/Type"])
            return
        steering = self._kind if place == "ServReport/MsgDescr" else _STEERING.get(place)
        if steering is not None:
            element.set("V", steering)
        else:
            self._attribute(element, "V", self._word("v"), path)
        self._attribute(element, "DN", self._word("d"), path)
        if kind == "CV":
            element.set("S", OID + _SYSTEMS.get(place, "9999"))
            self._attribute(element, "OT", self._word("o"), path)

    def _text(self, kind: str, place: str) -> str:
        if place == "Patient/OffId":
            return LINE
        if place == "Message/MsgId":
            return "6868f3f4-92a6-449d-8d09-224d60000001"
        if place in ("ResultItem/IdResultItem", "AnalysedSubject/IdByServProvider"):
            self._ids[place] += 1
            return f"{place[0].lower()}id{self._ids[place]}"
        if place == "ResultItem/RefIdResultItem":
            return "rid1"
        if place == "ResultItem/RefAnalysedSubject":
            return "aid1"
        return str(2000 + self._next()) if kind == "INT" else self._word("w")

    def _moment(self, place: str) -> str:
        if place == "Message/GenDate":
            return "2021-03-17T12:00:00"
        if place == "Patient/DateOfBirth":
            return "1969-11-13"
        return (_FIRST + timedelta(days=self._next())).isoformat()

    def _attribute(self, element: etree._Element, name: str, value: str, path: str) -> None:
        element.set(name, value)
        self.found.said.append(Said(f"{path}/@{name}", value))

    def _word(self, letter: str) -> str:
        return f"q{letter}{self._next():04d}q"

    def _next(self) -> int:
        self._count += 1
        return self._count


def _name(particle: etree._Element) -> str:
    return str(particle.get("name") or particle.get("ref")).rpartition(":")[2]
