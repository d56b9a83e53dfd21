"""ServReport → DiagnosticReport."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from results_service.reports.fhir import names
from results_service.reports.fhir.build import (
    Json,
    annotation,
    concept,
    extension,
    sourced,
    token,
    when,
)
from results_service.reports.fhir.context import Context
from results_service.reports.fhir.forest import Branch, Forest
from results_service.reports.fhir.left_out import notice_of
from results_service.reports.fhir.model import MappedResource
from results_service.reports.fhir.status import report_status
from results_service.reports.svarrapport.parts import InfItem, Moment

# MsgDescr (8202) → main field.
_MAIN_FIELD = {
    **dict.fromkeys(("PAT", "HIST", "CYTO", "OBD", "MORS", "MPAT"), "PAT"),
    **dict.fromkeys(("BLD", "RAD", "RTG", "CT", "MR", "UL", "MA", "NUK", "SCI"), "BLD"),
}
_IMAGING_MESSAGE = "SVAR_RTG"
_ONE_LEFT_OUT = "1 dokument som fulgte rapporten, er utelatt her."
_MANY_LEFT_OUT = "{} dokumenter som fulgte rapporten, er utelatt her."


def main_field(kind: str, message_type: str) -> str:
    """LAB, PAT or BLD of a MsgDescr; for a code that tells nothing the type of message decides."""
    found = _MAIN_FIELD.get(kind)
    if found is not None:
        return found
    return "BLD" if message_type == _IMAGING_MESSAGE and kind in ("", "AN") else "LAB"


def diagnostic_report(
    context: Context,
    forest: Forest,
    performers: Sequence[Json],
    specimens: Sequence[MappedResource],
    fallback: Moment,
) -> MappedResource:
    """The DiagnosticReport; `result` names the top results, the others hang below them."""
    message = context.message
    status = report_status(message.status, message.serv_type)
    category = main_field(message.kind.value, message.type)
    code = concept(message.kind)
    effective = oldest(forest.branches, fallback)
    parts: Json = {
        "meta": context.meta("DiagnosticReport"),
        "extension": _extensions(context),
        "identifier": _identifiers(context),
    }
    if context.request_reference is not None:
        parts["basedOn"] = [context.request_reference]
    parts["status"] = status
    field: Json = {"system": names.KINDS, "code": category, "display": names.MAIN_FIELDS[category]}
    parts["category"] = [{"coding": [field]}]
    parts["code"] = code
    parts["effectiveDateTime"] = effective.text
    parts["issued"] = message.gen_moment.instant
    if performers:
        parts["performer"] = list(performers)
    if specimens:
        parts["specimen"] = [{"reference": f"Specimen/{specimen.id}"} for specimen in specimens]
    tops = forest.tops
    if tops:
        parts["result"] = [branch.reference for branch in tops]
    found: dict[str, Any] = {"category": category, "status": status, "effective": effective.at}
    codes = [t for t in map(token, code["coding"]) if t]
    return context.resource(
        "DiagnosticReport", context.report_id, parts, codes=codes, issued=message.gen_date, **found
    )


def oldest(branches: Sequence[Branch], fallback: Moment) -> Moment:
    """The oldest date of the results; without results the report's own."""
    dates = [branch.effective or fallback for branch in branches]
    return min(dates, key=lambda moment: moment.at, default=fallback)


def _identifiers(context: Context) -> list[Json]:
    message = context.message
    found = [sourced("MsgId", message.msg_id, "secondary")]
    if message.serv_prov_id:
        found.insert(0, sourced("ServReportId", message.serv_prov_id))
    return found


def _extensions(context: Context) -> list[Json]:
    message = context.message
    found: list[Json] = []
    when(found, "report-date", message.issue or message.gen_moment)
    when(found, "approval-date", message.approval)
    found.append(_codes_behind(context))
    if message.comment:
        found.append(extension("comment", "Annotation", annotation(message.comment)))
    coded = [*message.coded_comments, *([message.cancellation] if message.cancellation else [])]
    found += [extension("comment", "CodeableConcept", concept(code)) for code in coded]
    if message.documents:
        text = _ONE_LEFT_OUT if message.documents == 1 else _MANY_LEFT_OUT.format(message.documents)
        found.append(extension("comment", "Annotation", annotation(text)))
    if missing := notice_of(context.unmapped):
        found.append(extension("comment", "Annotation", annotation(missing)))
    found += [_info(info) for info in message.infos]
    return found


def _codes_behind(context: Context) -> Json:
    """Status (7306) and ServType (7309) as sent: `amended` hides that a report is preliminary (rule 9)."""
    message = context.message
    inner = []
    for url, system, code in (
        ("status", names.REPORT_STATUSES, message.status),
        ("type", names.REPORT_TYPES, message.serv_type),
    ):
        if code:
            inner.append({"url": url, "valueCoding": {"system": system, "code": code}})
    return {"url": names.AKSON + "report-status", "extension": inner}


def _info(info: InfItem) -> Json:
    """Clinical information about the patient that came with the requisition."""
    inner: list[Json] = [extension("inf-item-type", "CodeableConcept", concept(info.type))]
    if info.text:
        inner.append(extension("inf-item-descr", "String", info.text))
    if info.comment:
        inner.append(extension("comment", "Annotation", annotation(info.comment)))
    if info.coded is not None:
        inner.append(extension("inf-item-coded-descr", "CodeableConcept", concept(info.coded)))
    when(inner, "inf-item-start", info.start)
    when(inner, "inf-item-end", info.end)
    when(inner, "inf-item-org-time", info.original)
    return {"url": names.NILAR + "inf-item", "extension": inner}
