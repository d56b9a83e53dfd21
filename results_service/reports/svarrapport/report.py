"""Reading ServReport: what kind of report it is, who is behind it, and its contents."""

from __future__ import annotations

from msgspec import Struct

from results_service.reports.svarrapport.items import read_items
from results_service.reports.svarrapport.model import Message, Patient, Version, party_ids
from results_service.reports.svarrapport.parties import read_party
from results_service.reports.svarrapport.parts import Code, InfItem, Item, Moment, Party, Specimen
from results_service.reports.svarrapport.patient import read_patient
from results_service.reports.svarrapport.requisition import read_info, read_requisition
from results_service.reports.svarrapport.specimens import read_specimens
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values

_LABORATORY_KINDS = frozenset({"AN", "CLIN", "FARM", "IMTR", "LAB", "MBIO", "MGEN"})
_PATHOLOGY_KINDS = frozenset({"CYTO", "HIST", "MORS", "MPAT", "OBD", "PAT"})
_IMAGING_KINDS = frozenset({"BLD", "CT", "MA", "MR", "NUK", "RAD", "RTG", "SCI", "UL"})
KINDS = _LABORATORY_KINDS | _PATHOLOGY_KINDS | _IMAGING_KINDS  # 8202
_TYPES = frozenset("NMCHA")
_STATUSES = frozenset("SPFA")
_RESPONSIBLE = "ServReport/Patient/ResponsibleHcp"


class Frame(Struct, frozen=True):
    """What the message says about itself. `documents`: those that came beside it in its envelope."""

    version: Version
    msg_id: str
    generated: Moment
    type: str
    test: bool
    documents: int = 0


class Subject(Struct, frozen=True):
    """What stands below Patient."""

    patient: Patient
    responsible: Party | None = None
    infos: tuple[InfItem, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    items: tuple[Item, ...] = ()


def read_report(values: Values, node: Node, frame: Frame) -> Message:
    """ServReport → `Message`."""
    serv_type, status = values.value(node, "ServType"), values.value(node, "Status")
    kind = values.code(node, "MsgDescr", "8202") or Code()
    issue = values.moment(node, "IssueDate")
    serv_prov_id = values.text(node, "ServProvId")
    sender = read_party(values, node.first("ServProvider"), "ServReport/ServProvider")
    documents = node.every("RefDoc")
    for document in documents:  # may identify the person; the report says that it was left out
        document.swallow()
    subject = _read_subject(values, node)
    _check(values, node, (serv_type, status, kind.value, serv_prov_id))
    if issue is None:
        values.note("report-date-missing", node)
    if not party_ids(sender):
        values.note("sender-missing", node)
    return Message(
        version=frame.version,
        msg_id=frame.msg_id,
        gen_date=frame.generated.at,
        gen_moment=frame.generated,
        type=frame.type,
        test=frame.test,
        serv_type=serv_type,
        status=status,
        kind=kind,
        issue=issue,
        serv_prov_id=serv_prov_id,
        patient=subject.patient,
        sender=sender,
        requester=read_party(values, node.first("Requester"), "ServReport/Requester"),
        responsible=subject.responsible,
        report_performers=tuple(
            read_party(values, party, "ServReport/RelServProv") for party in node.every("RelServProv")
        ),
        approval=values.moment(node, "ApprDate"),
        ack=values.value(node, "Ack").upper() == "J",
        cancellation=values.code(node, "CancellationCode"),
        comment=values.text(node, "Comment"),
        coded_comments=values.codes(node, "CodedComment", "8269"),
        documents=len(documents) + frame.documents,
        requisitions=tuple(read_requisition(values, request) for request in node.every("ServReq")),
        infos=subject.infos,
        specimens=subject.specimens,
        items=subject.items,
    )


def _check(values: Values, node: Node, said: tuple[str, str, str, str]) -> None:
    """Note what is missing or unknown in (ServType, Status, MsgDescr, ServProvId)."""
    serv_type, status, kind, serv_prov_id = said
    faults = {
        "report-type-unknown": serv_type not in _TYPES or not serv_type,
        "report-status-unknown": status not in _STATUSES or not status,
        "report-kind-unknown": kind not in KINDS,
        "report-id-missing": not serv_prov_id,
    }
    for code, present in faults.items():
        if present:
            values.note(code, node)


def _read_subject(values: Values, node: Node) -> Subject:
    patient = node.first("Patient")
    if patient is None:
        other = node.first("Animal") or node.first("Material")
        values.note("subject-not-person" if other else "patient-missing", other or node)
        return Subject(Patient("", ""))
    if len(node.by_tag["Patient"]) > 1:
        values.note("several-patients", node.by_tag["Patient"][1])
    responsible = patient.first("ResponsibleHcp")
    infos = [read_info(values, info) for info in patient.every("InfItem")]
    return Subject(
        patient=read_patient(values, patient),
        responsible=read_party(values, responsible, _RESPONSIBLE) if responsible else None,
        infos=tuple(info for info in infos if info),
        specimens=read_specimens(values, patient),
        items=read_items(values, patient),
    )
