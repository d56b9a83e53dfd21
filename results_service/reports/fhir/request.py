"""ServReq → ServiceRequest. Further requisitions of the same report add their ids, reasons and comments."""

from __future__ import annotations

from results_service.reports.fhir.build import (
    Json,
    annotation,
    coding,
    concept,
    extension,
    own_extension,
    sourced,
    when,
)
from results_service.reports.fhir.context import Context
from results_service.reports.fhir.model import MappedResource
from results_service.reports.fhir.people import Roles, requester_of, who_asked
from results_service.reports.svarrapport.parts import Reason, Requisition

NOT_STATED = "ikke oppgitt"
# RequestedPrioReport (7303) → FHIR priority; other codes stand in the extension alone.
_PRIORITIES = {"NORM": "routine", "OHJELP": "stat"}
_STATUSES = {"F": "completed", "A": "completed", "P": "active", "S": "active"}


def has_request(context: Context) -> bool:
    """Whether the message says anything about a requisition or who made it."""
    message = context.message
    named = message.responsible is not None or who_asked(message) is not None
    return bool(message.requisitions) or named


def service_request(context: Context, roles: Roles) -> MappedResource:
    """The one ServiceRequest of a report."""
    message = context.message
    main = message.requisitions[0] if message.requisitions else Requisition()
    parts: Json = {"meta": context.meta("ServiceRequest")}
    extensions = _extensions(main) + _coded_comments(message.requisitions)
    if extensions:
        parts["extension"] = extensions
    identifiers = [json for request in message.requisitions for json in _identifiers(request)]
    if identifiers:
        parts["identifier"] = identifiers
    status = "unknown" if message.serv_type == "C" else _STATUSES.get(message.status, "unknown")
    parts["status"] = status
    parts["intent"] = "order"
    if main.kind is not None:
        parts["category"] = [concept(main.kind)]
    if main.priority is not None and main.priority.value in _PRIORITIES:
        parts["priority"] = _PRIORITIES[main.priority.value]
    if main.issue_date is not None:
        parts["authoredOn"] = main.issue_date.text
    parts["requester"] = _requester(context, roles)
    _add_words(parts, message.requisitions)
    _list_further(context)
    return context.resource(
        "ServiceRequest",
        context.new_id("ServiceRequest", ""),
        parts,
        status=status,
        effective=main.issue_date.at if main.issue_date else None,
    )


def _requester(context: Context, roles: Roles) -> Json:
    """Who asked; "ikke oppgitt" where nobody is named (clinical rule 12)."""
    party = requester_of(context)
    found = roles.of(party) if party is not None else []
    return found[0] if found else {"display": NOT_STATED}


def _identifiers(request: Requisition) -> list[Json]:
    found = []
    if request.id:
        found.append(sourced("ServReqId", request.id))
    if request.id_by_provider:
        found.append(sourced("ServReqIdByServProvider", request.id_by_provider))
    return found


def _add_words(parts: Json, requests: tuple[Requisition, ...]) -> None:
    """Reasons and comments of every requisition."""
    reasons = [_reason(reason) for request in requests for reason in request.reasons]
    reasons = [json for json in reasons if json]
    if reasons:
        parts["reasonCode"] = reasons
    notes: list[str] = []
    for request in requests:
        notes += [request.comment, *(_words(comment) for comment in request.comments)]
    if any(notes):
        parts["note"] = [annotation(text) for text in notes if text]


def _reason(reason: Reason) -> Json:
    """A heading alone (8231) is no reason; it stands beside a text or a code."""
    if not (reason.text or reason.code):
        return {}
    codings = [coding(code) for code in (reason.heading, reason.code) if code]
    json: Json = {"coding": codings} if codings else {}
    if reason.text:
        json["text"] = reason.text
    return json


def _words(comment: Reason) -> str:
    """A comment as a reader sees it: heading, code and text."""
    said = " ".join(part for part in (comment.code.text if comment.code else "", comment.text) if part)
    heading = comment.heading.text if comment.heading else ""
    return f"{heading}: {said}" if heading and said else said or heading


def _extensions(request: Requisition) -> list[Json]:
    found: list[Json] = []
    if request.payment is not None:
        found.append(extension("payment-category", "CodeableConcept", concept(request.payment)))
    when(found, "receipt-date", request.receipt_date)
    found += [extension("reservation", "CodeableConcept", concept(code)) for code in request.reservations]
    if request.priority is not None:
        found.append(own_extension("requested-priority", "CodeableConcept", concept(request.priority)))
    return found


def _coded_comments(requests: tuple[Requisition, ...]) -> list[Json]:
    """The codes of comments, whose words stand among the notes."""
    codes = [comment.code for request in requests for comment in request.comments if comment.code]
    return [own_extension("comment-code", "CodeableConcept", concept(code)) for code in codes]


def _list_further(context: Context) -> None:
    """Dates, payment and the like of further requisitions have no place in one ServiceRequest."""
    for number, request in enumerate(context.message.requisitions[1:], start=2):
        details = (request.issue_date, request.receipt_date, request.payment, request.kind, request.priority)
        if any(details) or request.reservations:
            context.unmapped.append(f"ServReport/ServReq[{number}]")
