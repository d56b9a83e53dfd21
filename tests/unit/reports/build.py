"""Small svarrapport messages for tests, and short ways to look at what becomes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from lxml import etree

from results_service.codes import CodeBook
from results_service.reports.fhir import MappedReport, MappedResource, map_report
from results_service.reports.svarrapport import Message, ReadMessage, read_message

REPORT_ID = UUID("018f0000-0000-7000-8000-000000000001")
NILAR = "http://nhn.no/fhir/nilar/StructureDefinition/nilar-"
AKSON = "http://akson.no/fhir/StructureDefinition/"
KODEVERK = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-"
NLK = KODEVERK + "7280-nlk"
OID = "2.16.578.1.12.4.1.1."
V14 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
V13 = "http://www.kith.no/xmlstds/labsvar/2008-12-01"

LINE = "13116900216"
SENDER = """<ServProvider><HCP><Inst><Name>Lab Nord</Name><Id>59</Id><TypeId V="HER"/>
  <Dept><Name>Biokjemi</Name><Id>91126</Id><TypeId V="HER"/></Dept>
  <AdditionalId><Id>983971636</Id><Type V="ENH"/></AdditionalId></Inst></HCP></ServProvider>"""
REQUESTER = """<Requester><HCP><Inst><Name>Fjell legesenter</Name><Id>56704</Id><TypeId V="HER"/>
  </Inst></HCP></Requester>"""
NATIONAL_SERVICE = """<Requester><HCP><Inst><Name>Norsk Helsenett AS</Name><Id>112374</Id><TypeId V="HER"/>
  <Dept><Name>NILAR</Name><Id>8139764</Id><TypeId V="HER"/></Dept></Inst></HCP></Requester>"""
PERSON = f'<OffId>{LINE}</OffId><TypeOffId V="FNR"/>'


def code(tag: str, value: str, code_set: str = "7280", display: str = "", original: str = "") -> str:
    """An element of type CV."""
    attrs = {"V": value, "S": OID + code_set, "DN": display, "OT": original}
    return f"<{tag} " + " ".join(f'{name}="{text}"' for name, text in attrs.items() if text) + "/>"


def investigation(
    value: str = "NPU03230", code_set: str = "7280", display: str = "P-Kalium", **more: str
) -> str:
    return f"<Investigation>{code('Id', value, code_set, display, **more)}</Investigation>"


def num(value: str, unit: str = "mmol/L", comparator: str = "") -> str:
    """A NumResult."""
    sign = f'<ArithmeticComp V="{comparator}"/>' if comparator else ""
    return f'<NumResult>{sign}<NumResultValue V="{value}" U="{unit}"/></NumResult>'


def text(value: str = "", *parts: str, heading: str = "LR") -> str:
    """A TextResult."""
    head = f'<Heading V="{heading}" DN="Overskrift"/>' if heading else ""
    words = f"<TextResultValue>{value}</TextResultValue>" if value else ""
    return f"<TextResult>{head}{words}{''.join(parts)}</TextResult>"


def item(*parts: str, serv_type: str = "N", status: str = "3") -> str:
    """A ResultItem; empty strings leave type and status out."""
    kind = f'<ServType V="{serv_type}"/>' if serv_type else ""
    state = f'<StatusInvestigation V="{status}"/>' if status else ""
    return f"<ResultItem>{kind}{state}{''.join(parts)}</ResultItem>"


def specimen(specimen_id: str = "1", collected: str = "2021-03-16T08:00:00", *parts: str) -> str:
    date = f'<CollectedSample><CollectedDate V="{collected}"/></CollectedSample>' if collected else ""
    name = f"<IdByServProvider>{specimen_id}</IdByServProvider>" if specimen_id else ""
    return f"<AnalysedSubject>{date}{''.join(parts)}{name}</AnalysedSubject>"


def message(
    *items: str,
    serv_type: str = "N",
    status: str = "F",
    kind: str = "CLIN",
    person: str = PERSON,
    head: str = "",
    report: str = "",
    patient: str = "",
    request: str = "",
    sender: str = SENDER,
    requester: str = REQUESTER,
    after: str = "",
    namespace: str = V14,
    generated: str = "2021-03-17T12:00:00",
    issued: str = "2021-03-17T11:00:00",
    message_id: str = "6868f3f4-92a6-449d-8d09-224d60000001",
    number: str = "R-1",
) -> bytes:
    """A whole message as bytes."""
    return f"""<Message xmlns="{namespace}"><Type V="SVAR_LAB"/><MIGversion>v1.4 2012-02-15</MIGversion>
<GenDate V="{generated}"/><MsgId>{message_id}</MsgId>{head}
<ServReport><ServType V="{serv_type}"/><IssueDate V="{issued}"/><Status V="{status}"/>
<MsgDescr V="{kind}" DN="Slag"/><ServProvId>{number}</ServProvId>{report}{request}
<Patient>{person}{patient}{"".join(items)}</Patient>{sender}{requester}{after}</ServReport></Message>""".encode()


def parse(data: bytes) -> Any:
    """Bytes → root element, comments left out as the intake leaves them out."""
    return etree.fromstring(data, etree.XMLParser(remove_comments=True, resolve_entities=False))


def read(data: bytes) -> ReadMessage:
    return read_message(parse(data))


def taken(data: bytes) -> Message:
    """The message; fails when it was rejected."""
    found = read(data)
    assert found.message is not None, [i.code for i in found.issues]
    return found.message


def issue_codes(data: bytes) -> list[str]:
    return [issue.code for issue in read(data).issues]


class Mapped:
    """A mapped report as JSON, by kind."""

    def __init__(self, report: MappedReport) -> None:
        self.report = report
        self.issues = [issue.code for issue in report.issues]

    def resources(self, kind: str) -> list[MappedResource]:
        return [resource for resource in self.report.resources if resource.kind == kind]

    def every(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(resource.body) for resource in self.resources(kind)]

    def one(self, kind: str) -> dict[str, Any]:
        found = self.every(kind)
        assert len(found) == 1, f"{len(found)} {kind}"
        return found[0]

    @property
    def diagnostic_report(self) -> dict[str, Any]:
        return self.one("DiagnosticReport")

    @property
    def observations(self) -> list[dict[str, Any]]:
        return self.every("Observation")

    def by_code(self, value: str) -> dict[str, Any]:
        """The one observation with that code."""
        found = [
            o for o in self.observations if value in [c.get("code") for c in o["code"].get("coding", [])]
        ]
        assert len(found) == 1, f"{len(found)} of {value}"
        return found[0]

    def by_name(self, name: str) -> dict[str, Any]:
        """The one observation with that name."""
        found = [o for o in self.observations if o["code"].get("text") == name]
        assert len(found) == 1, f"{len(found)} of {name}"
        return found[0]

    def by_item(self, item_id: str) -> dict[str, Any]:
        """The one observation with that IdResultItem."""
        found = [o for o in self.observations if item_id in [i["value"] for i in o.get("identifier", [])]]
        assert len(found) == 1, f"{len(found)} of {item_id}"
        return found[0]

    def referred(self, reference: dict[str, str]) -> dict[str, Any]:
        kind, _, resource_id = reference["reference"].partition("/")
        return next(r for r in self.every(kind) if r["id"] == resource_id)

    def members(self, observation: dict[str, Any]) -> list[dict[str, Any]]:
        return [self.referred(reference) for reference in observation.get("hasMember", [])]


def mapped(data: bytes, codes: CodeBook | None = None) -> Mapped:
    return Mapped(map_report(taken(data), REPORT_ID, codes or CodeBook.builtin()))


def extensions(resource: dict[str, Any], name: str, base: str = NILAR) -> list[dict[str, Any]]:
    return [e for e in resource.get("extension", []) if e["url"] == base + name]


def extension(resource: dict[str, Any], name: str, base: str = NILAR) -> dict[str, Any]:
    found = extensions(resource, name, base)
    assert len(found) == 1, f"{len(found)} {name}"
    return found[0]


def raw_value(report: Mapped, observation_id: str) -> bytes:
    """The serialised observation, for looking at digits."""
    return next(r.body for r in report.resources("Observation") if str(r.id) == observation_id)


def field_file(folder: Path, start: str) -> Path:
    """The one real message whose name begins so."""
    found = [p for p in sorted(folder.iterdir()) if p.name.startswith(start)]
    assert found, f"no message {start}…"
    return found[0]


def linked(item_id: str = "", refers_to: str = "", *parts: str, **said: str) -> str:
    """An item with IdResultItem and RefIdResultItem."""
    own = f"<IdResultItem>{item_id}</IdResultItem>" if item_id else ""
    other = f"<RefIdResultItem>{refers_to}</RefIdResultItem>" if refers_to else ""
    return item(own, other, *parts, **said)


def tree(found: Mapped) -> dict[str, list[str]]:
    """Item id → ids of its members, for those that have any."""
    return {
        o["identifier"][0]["value"]: [m["identifier"][0]["value"] for m in found.members(o)]
        for o in found.observations
        if "hasMember" in o
    }


def tops(found: Mapped) -> list[str]:
    report = found.diagnostic_report
    return [found.referred(r)["identifier"][0]["value"] for r in report.get("result", [])]
