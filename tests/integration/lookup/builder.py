"""Messages and mapped reports for tests of storage and search, small and complete FHIR R4."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import msgspec

from results_service.reports.fhir import MappedReport, MappedResource
from results_service.reports.fhir.model import ReleaseClass
from results_service.reports.svarrapport.model import Message, Patient
from results_service.reports.svarrapport.parts import Code, Moment, Party, Requisition, Specimen
from results_service.reports.versions import ReportKey

NLK = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-7280-nlk"
FLAGS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8244"
_HPR, _HER = "urn:oid:2.16.578.1.12.4.1.4.4", "urn:oid:2.16.578.1.12.4.1.2"
START = datetime(2021, 3, 16, 12, tzinfo=UTC)
_STATUS = {"N": "final", "M": "amended", "C": "cancelled", "A": "appended"}


@dataclass
class Item:
    """One observation; `parent` is the key of the item it is nested in."""

    key: str
    code: str = "NPU01994"
    value: str | None = "4.4"
    status: str = "final"
    note: str | None = None
    parent: str | None = None
    unit: str = "10E-3/L"
    ucum: str | None = None
    flag: str | None = None
    low: float | None = None
    high: float | None = None
    also: Sequence[str] = ()
    """Codes of the result, as "system|code"."""
    system: str = NLK


@dataclass
class Report:
    """One message about one report, as a laboratory would send it."""

    number: str = "R1"
    serv_type: str = "N"
    status: str = "F"
    hours: float = 0
    sampled: datetime | None = START - timedelta(days=1)
    requisition: str = "Q1"
    msg_id: str | None = None
    items: Sequence[Item] = field(default_factory=lambda: [Item("1"), Item("2", "NPU03230")])
    release_class: int = 1
    sender: str = "974795833"
    requester: str | None = None
    unit: str | None = None
    department: str | None = None

    @property
    def key(self) -> ReportKey:
        return ReportKey(self.sender, self.department, self.number)

    @property
    def generated(self) -> datetime:
        return START + timedelta(hours=self.hours)

    def message(self) -> Message:
        empty = Party()
        return Message(
            version="1.4",
            msg_id=self.msg_id or f"{self.number}-{self.serv_type}-{self.status}-{self.hours}",
            gen_date=self.generated,
            gen_moment=_moment(self.generated),
            type="SVAR_LAB",
            test=False,
            serv_type=self.serv_type,
            status=self.status,
            kind=Code("CLIN"),
            issue=_moment(START),
            serv_prov_id=self.number,
            patient=Patient("", "FNR"),
            sender=empty,
            requester=empty,
            requisitions=(Requisition(id=self.requisition),) if self.requisition else (),
            specimens=(Specimen("s", collected=_moment(self.sampled)),) if self.sampled else (),
        )

    @property
    def fingerprint(self) -> bytes:
        return hashlib.blake2b(repr(self).encode(), digest_size=32).digest()

    def mapped(self, report_id: UUID) -> MappedReport:
        specimen, request = uuid5(report_id, "specimen"), uuid5(report_id, "request")
        role = uuid5(report_id, "role")
        effective = self.sampled or self.generated
        observations = [] if self.serv_type == "C" else [self._observation(report_id, i) for i in self.items]
        report = _resource(
            "DiagnosticReport",
            report_id,
            {
                "extension": [{"url": _REPORT_DATE, "valueDateTime": _moment(START).text}],
                "identifier": [{"value": self.number}],
                "basedOn": [{"reference": f"ServiceRequest/{request}"}],
                "status": _STATUS[self.serv_type],
                "category": [_coding("http://example.org/field", "LAB")],
                "code": _coding("http://example.org/8202", "CLIN"),
                "effectiveDateTime": _moment(effective).text,
                "issued": _moment(self.generated).text,
                "performer": [{"reference": f"PractitionerRole/{role}"}],
                "specimen": [{"reference": f"Specimen/{specimen}"}],
                "result": [{"reference": f"Observation/{o.id}"} for o in observations],
            },
            codes=["http://example.org/8202|CLIN"],
            category="LAB",
            status=_STATUS[self.serv_type],
            effective=effective,
            issued=self.generated,
        )
        others = [
            _resource(
                "ServiceRequest",
                request,
                {
                    "status": "unknown",
                    "intent": "order",
                    "requester": {"reference": f"PractitionerRole/{role}"},
                },
                status="unknown",
                effective=effective,
            ),
            _resource(
                "Specimen",
                specimen,
                {
                    "collection": {
                        "collector": {"reference": f"PractitionerRole/{role}"},
                        "collectedDateTime": _moment(effective).text,
                    }
                },
                effective=effective,
            ),
            _resource("PractitionerRole", role, {"active": True, **self._asked()}),
        ]
        resources = [report, *observations, *others]
        return MappedReport(resources, cast(ReleaseClass, self.release_class), [], [])

    def _asked(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.requester:
            found["practitioner"] = {"identifier": {"system": _HPR, "value": self.requester}}
        if self.unit:
            found["organization"] = {"identifier": {"system": _HER, "value": self.unit}}
        return found

    def _observation(self, report_id: UUID, item: Item) -> MappedResource:
        effective = self.sampled or self.generated
        children = [i for i in self.items if i.parent == item.key]
        body: dict[str, Any] = {
            "status": item.status,
            "category": [_coding("http://example.org/field", "CLIN")],
            "code": _coding(item.system, item.code),
            "effectiveDateTime": _moment(effective).text,
            "issued": _moment(self.generated).text,
            "performer": [{"reference": f"PractitionerRole/{uuid5(report_id, 'role')}"}],
            "specimen": {"reference": f"Specimen/{uuid5(report_id, 'specimen')}"},
        }
        if item.value and item.status != "cancelled":
            body["valueQuantity"] = {"value": float(item.value), "unit": item.unit}
            body["valueQuantity"] |= {"code": item.ucum} if item.ucum else {}
        if item.flag:
            body["interpretation"] = [_coding(FLAGS, item.flag)]
        limits = {n: {"value": v} for n, v in (("low", item.low), ("high", item.high)) if v is not None}
        if limits:
            body["referenceRange"] = [limits]
        if item.note:
            body["note"] = [{"text": item.note}]
        if children:
            body["hasMember"] = [
                {"reference": f"Observation/{observation_id(report_id, c.key)}"} for c in children
            ]
        return _resource(
            "Observation",
            observation_id(report_id, item.key),
            body,
            codes=[f"{item.system}|{item.code}", *item.also],
            tags=[f"{i.system}|{i.code}" for i in (item, *children)] + list(item.also),
            category="CLIN",
            status=item.status,
            effective=effective,
            issued=self.generated,
        )


_REPORT_DATE = "http://nhn.no/fhir/nilar/StructureDefinition/nilar-report-date"


def observation_id(report_id: UUID, key: str) -> UUID:
    """The id that the item has in every version."""
    return uuid5(report_id, "Observation" + key)


def _resource(kind: Any, identifier: UUID, body: dict[str, Any], **found: Any) -> MappedResource:
    whole = {"resourceType": kind, "id": str(identifier), **body}
    return MappedResource(kind, str(identifier), msgspec.json.encode(whole), **found)


def _coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _moment(at: datetime) -> Moment:
    return Moment(at.isoformat(), at)
