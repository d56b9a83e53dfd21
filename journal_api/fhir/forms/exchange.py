"""Admissions, referrals and messages as FHIR R4 resources. Our state stands beside FHIR's coarser status."""

from __future__ import annotations

from journal_api.fhir.forms.contact import contact_of, encounter_reference
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    Json,
    concept,
    extensions,
    only,
    organisation,
    organisation_number,
    own_code,
    personnel,
    read_own_code,
    read_valued,
    text_of,
    valued,
    when,
    without_empty,
)
from journal_api.journal.entries.models import Entry
from kit.errors import Unprocessable

_REFERRAL = {
    "draft": "draft",
    "sent": "active",
    "accepted": "active",
    "answered": "completed",
    "rejected": "revoked",
    "withdrawn": "revoked",
}
_MESSAGE = {"sent": "in-progress", "read": "in-progress", "answered": "completed"}
_EPISODE = ("decision", "text", "ends", "unit", "unit_name")
_YES = {True: "yes", False: "no"}
_PRIORITY = {"acute": "stat", "urgent": "urgent", "ordinary": "routine"}
_TO = ("to_unit", "to_name", "to_person", "to_person_name")


def _episode(entry: Entry, _: Context) -> Json:
    body = entry.body
    return {
        "status": entry.state,
        "type": [own_code("service", body["service"])],
        "managingOrganization": organisation(body.get("unit") or entry.unit),
        "period": without_empty({"start": entry.at.isoformat(), "end": body.get("ends")}),
        **extensions(
            valued("contact", "String", str(entry.contact) if entry.contact else None),
            *(valued(name, "String", body.get(name)) for name in _EPISODE),
        ),
    }


def _read_episode(resource: Json) -> Parsed:
    service = read_own_code(only(resource.get("type", [])), "service")
    body = {"service": service, **{name: read_valued(resource, name, "String") for name in _EPISODE}}
    contact = read_valued(resource, "contact", "String")
    where = {"encounter": {"reference": f"Encounter/{contact}"}} if contact else {}
    at = when(resource, "period.start")
    return Parsed(str(resource.get("status")), at, without_empty(body), contact_of(where))


def _referral(entry: Entry, context: Context) -> Json:
    body = entry.body
    return {
        "status": _REFERRAL[entry.state],
        "intent": "order",
        "priority": _PRIORITY[body.get("urgency", "ordinary")],
        "code": concept(body["service"]),
        "encounter": encounter_reference(entry),
        "authoredOn": entry.at.isoformat(),
        "requester": personnel(entry.made.by, entry.made.name, context.hpr),
        "performer": [organisation(body["to_unit"])],
        "reasonCode": [concept(body["reason"])],
        **extensions(
            valued("state", "Code", entry.state),
            valued("urgency", "Code", body.get("urgency")),
            *(valued(name, "String", body.get(name)) for name in (*_TO, "answer")),
        ),
    }


def _read_referral(resource: Json) -> Parsed:
    body = {
        "service": text_of(resource.get("code")),
        "reason": text_of(only(resource.get("reasonCode", []))),
        "urgency": read_valued(resource, "urgency", "Code") or _urgency(resource),
        **{name: read_valued(resource, name, "String") for name in (*_TO, "answer")},
    }
    body["to_unit"] = body["to_unit"] or organisation_number(only(resource.get("performer", [])))
    at = when(resource, "authoredOn")
    return Parsed(_state(resource, _REFERRAL), at, without_empty(body), contact_of(resource))


def _urgency(resource: Json) -> str | None:
    """FHIR's priority where it says more than ours left out."""
    found = {theirs: ours for ours, theirs in _PRIORITY.items()}.get(str(resource.get("priority")))
    return None if found == "ordinary" else found


def _message(entry: Entry, context: Context) -> Json:
    body = entry.body
    wants = body.get("wants_answer")
    return {
        "status": _MESSAGE[entry.state],
        "encounter": encounter_reference(entry),
        "sent": entry.at.isoformat(),
        "sender": personnel(entry.made.by, entry.made.name, context.hpr),
        "recipient": [organisation(body["to_unit"])],
        "topic": concept(body["subject"]),
        "inResponseTo": [{"reference": f"Communication/{body['reply_to']}"}] if body.get("reply_to") else [],
        "payload": [{"contentString": body["text"]}],
        **extensions(
            valued("state", "Code", entry.state),
            *(valued(name, "String", body.get(name)) for name in (*_TO, "about", "thread")),
            valued("wants-answer", "Code", None if wants is None else _YES[wants]),
        ),
    }


def _read_message(resource: Json) -> Parsed:
    reply = (only(resource.get("inResponseTo", [])) or {}).get("reference")
    body = {
        "subject": text_of(resource.get("topic")),
        "text": (only(resource.get("payload", [])) or {}).get("contentString"),
        "reply_to": str(reply).removeprefix("Communication/") if reply else None,
        **{name: read_valued(resource, name, "String") for name in (*_TO, "about", "thread")},
    }
    body["to_unit"] = body["to_unit"] or organisation_number(only(resource.get("recipient", [])))
    wants = read_valued(resource, "wants-answer", "Code")
    kept = without_empty(body) | ({"wants_answer": wants == _YES[True]} if wants else {})
    return Parsed(_state(resource, _MESSAGE), when(resource, "sent"), kept, contact_of(resource))


def _state(resource: Json, states: dict[str, str]) -> str:
    """Our own state, which must fit FHIR's status; without one, the first that does."""
    status = str(resource.get("status"))
    fitting = [ours for ours, theirs in states.items() if theirs == status]
    said = read_valued(resource, "state", "Code")
    if not fitting or (said is not None and said not in fitting):
        raise Unprocessable("state-unknown", "status and the extension `state` do not fit together.")
    return str(said or fitting[0])


EXCHANGE = (
    Form("EpisodeOfCare", "EpisodeOfCare", _episode, _read_episode, subject="patient"),
    Form("ServiceRequest", "ServiceRequest", _referral, _read_referral),
    Form("Communication", "Communication", _message, _read_message),
)
