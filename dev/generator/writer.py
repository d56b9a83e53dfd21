"""Writes a report as svarrapport XML, by the schemas of v1.4 (2012-02-15) and v1.3 (2008-12-01)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dev.generator import codes
from dev.generator.items import write_item
from dev.generator.model import Patient, Report, Requester, Requisition, Sender, Specimen
from dev.generator.tree import Node, put, put_code, put_provider, put_text

NAMESPACES = {
    "1.3": "http://www.kith.no/xmlstds/labsvar/2008-12-01",
    "1.4": "http://www.kith.no/xmlstds/labsvar/2012-02-15",
}
_VERSION_TEXT = {"1.3": "v1.3 2008-12-01", "1.4": "v1.4 2012-02-15"}
_TITLE = " Fiktiv melding: personer, verdier og tekster er oppdiktet "


def write(report: Report, encoding: str = "UTF-8") -> bytes:
    """The message as bytes in `encoding`, indented as laboratory systems do, with an XML declaration."""
    root = _message(report)
    etree.indent(root, space="  ")
    title = etree.Comment(_TITLE)
    root.addprevious(title)
    body: Any = etree.tostring(root.getroottree(), xml_declaration=True, encoding=encoding)
    return bytes(body) + b"\n"


def _message(report: Report) -> etree._Element:
    namespace = NAMESPACES[report.version]
    root = Node.root("Message", namespace)
    if report.version == "1.3":
        put(root, "Type", "S", "Svarrapport")
    else:
        put(root, "Type", report.message_type, codes.MESSAGE_TYPE[report.message_type])
    put_text(root, "MIGversion", _VERSION_TEXT[report.version])
    put(root, "GenDate", report.generated)
    put_text(root, "MsgId", report.msg_id)
    if report.test:
        put(root, "Status", "TEST", "Melding til testformål")
    _report(root, report)
    return root.element


def _report(root: Node, report: Report) -> None:
    node = root.child("ServReport")
    put(node, "ServType", report.serv_type, codes.SERV_TYPE[report.serv_type])
    put(node, "IssueDate", report.issued)
    put(node, "ApprDate", report.approved)
    put(node, "Status", report.status, codes.REPORT_STATUS[report.status])
    put(node, "MsgDescr", report.field, codes.FIELD[report.field])
    put_text(node, "ServProvId", report.number)
    put_text(node, "Comment", report.comment)
    for code in report.coded_comments:
        put_code(node, "CodedComment", code)
    _requisition(node, report.requisition, report.field)
    _patient(node, report)
    _sender(node, report.sender)
    _requester(node, "Requester", report.requester)
    for name, her_id in report.copy_to:
        _institution(node.child("CopyDest").child("HCP"), name, her_id)
    if report.provider:
        put_provider(node, report.provider)


def _requisition(node: Node, requisition: Requisition, field: str) -> None:
    req = node.child("ServReq")
    put(req, "IssueDate", requisition.issued)
    put(req, "PaymentCat", requisition.payment, codes.PAYMENT.get(requisition.payment or ""))
    put_text(req, "ReqComment", requisition.comment)
    put(req, "MsgDescr", field, codes.FIELD[field])
    put_text(req, "Id", requisition.id)
    put(req, "ReceiptDate", requisition.received)
    put_text(req, "IdByServProvider", requisition.provider_id)
    for heading, text in requisition.reasons:
        reason = req.child("ReasonAsText")
        put(reason, "Heading", heading, codes.REASON_HEADING[heading])
        put_text(reason, "TextResultValue", text)


def _patient(node: Node, report: Report) -> None:
    person = node.child("Patient")
    _identity(person, report.patient)
    responsible = person.child("ResponsibleHcp")
    put(responsible, "Relation", "REK", codes.RELATION["REK"])
    office = responsible.child("HCP").child("Inst")
    put_text(office, "Name", report.requester.name)
    doctor = office.child("HCPerson")
    put_text(doctor, "Name", report.requester.doctor)
    put_text(doctor, "Id", report.requester.doctor_hpr)
    put(doctor, "TypeId", "HPR", "HPR-nummer")
    for info in report.information:
        item = person.child("InfItem")
        observation = item.child("Observation")
        put_text(observation, "Description", info.text)
        put_text(observation, "Comment", info.comment)
        put(item, "Type", info.type, info.type_name)
        put(item, "StartDateTime", info.start)
        put(item, "EndDateTime", info.end)
    for specimen in report.specimens:
        _specimen(person, specimen)
    for result in report.items:
        write_item(person, result, version=report.version)


def _identity(person: Node, patient: Patient) -> None:
    if patient.sex:
        put(person, "Sex", str(patient.sex), codes.SEX[patient.sex])
    if patient.birth_date:
        put(person, "DateOfBirth", patient.birth_date.isoformat())
    put_text(person, "Name", f"{patient.family_name}, {patient.given_name}")
    put_text(person, "OffId", patient.national_id)
    put(person, "TypeOffId", patient.id_kind, codes.ID_KIND[patient.id_kind])


def _specimen(person: Node, specimen: Specimen) -> None:
    node = person.child("AnalysedSubject")
    if specimen.collected or specimen.collector_comment or specimen.logistics:
        sample = node.child("CollectedSample")
        put(sample, "CollectedDate", specimen.collected)
        put_text(sample, "CollectorComment", specimen.collector_comment)
        put_text(sample, "Logistics", specimen.logistics)
    put_text(node, "Type", specimen.type_text)
    if specimen.type:
        put_code(node, "TypeCoded", specimen.type)
    put_text(node, "IdByRequester", specimen.requester_id)
    put_text(node, "PreservMaterial", specimen.preservation)
    put_text(node, "Comment", specimen.comment)
    put_text(node, "AnatomicalOrigin", specimen.origin)
    put_text(node, "Number", str(specimen.number) if specimen.number else None)
    for text in specimen.handling:
        put_text(node, "SampleHandling", text)
    put_text(node, "IdByServProvider", specimen.id)
    if specimen.accredited is not None:
        put(node, "Accredited", "true" if specimen.accredited else "false")
    if specimen.pretreatment:
        pre = node.child("Pretreatment")
        put(pre, "Heading", specimen.pretreatment[0])
        put_text(pre, "TextResultValue", specimen.pretreatment[1])


def _institution(node: Node, name: str, her_id: str) -> Node:
    inst = node.child("Inst")
    put_text(inst, "Name", name)
    put_text(inst, "Id", her_id)
    put(inst, "TypeId", "HER", "HER-id")
    return inst


def _sender(node: Node, sender: Sender) -> None:
    inst = _institution(node.child("ServProvider").child("HCP"), sender.name, sender.her_id)
    if sender.department:
        dept = inst.child("Dept")
        put_text(dept, "Name", sender.department)
        put_text(dept, "Id", sender.department_her_id)
        if sender.department_her_id:
            put(dept, "TypeId", "HER", "HER-id")


def _requester(node: Node, name: str, requester: Requester) -> None:
    role = node.child(name)
    put(role, "ComMethod", "EDI", "EDI")
    inst = _institution(role.child("HCP"), requester.name, requester.her_id)
    person = inst.child("HCPerson")
    put_text(person, "Name", requester.doctor)
    put_text(person, "Id", requester.doctor_hpr)
    put(person, "TypeId", "HPR", "HPR-nummer")
