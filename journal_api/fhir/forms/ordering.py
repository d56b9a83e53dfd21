"""Orders as FHIR R4 ServiceRequest: the category tells them from referrals, the identifier is the requisition
number, each examination an `orderDetail`. `completed` where laboratories have answered the whole of it.
"""

from __future__ import annotations

from journal_api.care.requisitions.models import KIND
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
    read_coding,
    read_own_code,
    read_valued,
    text_of,
    valued,
    when,
    without_empty,
)
from journal_api.journal.entries.models import Entry
from kit.errors import Unprocessable

REQUISITION = "urn:akson:requisition"
SNOMED = "http://snomed.info/sct"
LABORATORY, IMAGING = "108252007", "363679005"
"""SNOMED CT, as FHIR's examples of ServiceRequest.category: Laboratory procedure, Imaging."""
_FIELD = "requisition-field"
_CATEGORY = {
    "laboratory": LABORATORY,
    "microbiology": LABORATORY,
    "pathology": LABORATORY,
    "radiology": IMAGING,
}
_STATUS = {
    "draft": "draft",
    "active": "active",
    "cancelled": "revoked",
    "elsewhere": "revoked",
    "entered-in-error": "entered-in-error",
}
_PRIORITY = {"acute": "stat", "urgent": "urgent", "ordinary": "routine"}
_TEXTS = ("receiver", "panel", "requester", "requester_name")
_TIMES = ("sampled", "expected")
_REPORTS = ("confirmed", "declined")


def is_order(resource: Json) -> bool:
    """Whether a ServiceRequest orders examinations; without such a category it is a referral."""
    categories = resource.get("category", [])
    codings = [coding for category in categories for coding in category.get("coding", [])]
    return any(
        coding.get("system") == SNOMED and coding.get("code") in (LABORATORY, IMAGING) for coding in codings
    )


def _order(entry: Entry, context: Context) -> Json:
    body = entry.body
    field = body["field"]
    category = {"coding": [{"system": SNOMED, "code": _CATEGORY[field]}]}
    number = body.get("number")
    receiver = without_empty({"display": body.get("receiver")})
    if body.get("receiver_unit"):
        receiver |= organisation(body["receiver_unit"])
    done = entry.state == "active" and entry.id in context.answered
    return {
        "identifier": [{"system": REQUISITION, "value": number}] if number else [],
        "replaces": [{"reference": f"ServiceRequest/{body['replaces']}"}] if body.get("replaces") else [],
        "status": "completed" if done else _STATUS[entry.state],
        "intent": "order",
        "category": [category],
        "priority": _PRIORITY[body.get("urgency", "ordinary")],
        "code": own_code(_FIELD, field),
        "orderDetail": [concept(one["text"], one.get("coding")) for one in body["examinations"]],
        "encounter": encounter_reference(entry),
        "occurrencePeriod": without_empty({"start": body.get("wanted"), "end": body.get("until")}),
        "authoredOn": entry.at.isoformat(),
        "requester": personnel(
            body.get("requester") or entry.made.by,
            body.get("requester_name") or entry.made.name,
            context.hpr,
        ),
        "performer": [receiver] if receiver else [],
        "reasonCode": [concept(body["information"])] if body.get("information") else [],
        **extensions(
            valued("state", "Code", entry.state),
            valued("urgency", "Code", body.get("urgency")),
            *(valued(name, "String", body.get(name)) for name in _TEXTS),
            *(valued(name, "DateTime", body.get(name)) for name in _TIMES),
            *(valued(name, "String", report) for name in _REPORTS for report in body.get(name, [])),
            *(_settled(one) for one in body.get("settled", [])),
        ),
    }


def _read_order(resource: Json) -> Parsed:
    period = resource.get("occurrencePeriod", {})
    receiver = only(resource.get("performer", [])) or {}
    replaces = (only(resource.get("replaces", [])) or {}).get("reference")
    body = {
        "field": read_own_code(resource.get("code"), _FIELD) or _field(resource),
        "examinations": [_read_examination(one) for one in _details(resource)],
        "information": text_of(only(resource.get("reasonCode", []))),
        "urgency": read_valued(resource, "urgency", "Code") or _urgency(resource),
        "wanted": period.get("start"),
        "until": period.get("end"),
        "receiver_unit": organisation_number(receiver),
        "replaces": str(replaces).removeprefix("ServiceRequest/") if replaces else None,
        "number": next(
            (i.get("value") for i in resource.get("identifier", []) if i.get("system") == REQUISITION), None
        ),
        **{name: read_valued(resource, name, "String") for name in _TEXTS},
        **{name: read_valued(resource, name, "DateTime") for name in _TIMES},
        **{name: _every(resource, name) for name in _REPORTS},
        "settled": [_read_settled(one) for one in resource.get("extension", []) if _is(one, "settled")],
    }
    body["receiver"] = body["receiver"] or receiver.get("display")
    return Parsed(_state(resource), when(resource, "authoredOn"), without_empty(body), contact_of(resource))


def _state(resource: Json) -> str:
    """Our own state, which must fit FHIR's status; what is completed was ordered and is answered."""
    status = str(resource.get("status"))
    fitting = [ours for ours, theirs in _STATUS.items() if theirs == status]
    if status == "completed":
        fitting = ["active"]
    said = read_valued(resource, "state", "Code")
    if not fitting or (said is not None and said not in fitting):
        raise Unprocessable("state-unknown", "status and the extension `state` do not fit together.")
    return str(said or fitting[0])


def _details(resource: Json) -> list[Json]:
    """The examinations; an order of one may name it as `code` alone."""
    found: list[Json] = resource.get("orderDetail") or [resource["code"]]
    return found


def _read_examination(found: Json) -> Json:
    return without_empty({"text": text_of(found), "coding": read_coding(found)})


def _field(resource: Json) -> str:
    codings = [coding for category in resource["category"] for coding in category["coding"]]
    return "radiology" if any(coding.get("code") == IMAGING for coding in codings) else "laboratory"


def _urgency(resource: Json) -> str | None:
    """FHIR's priority where it says more than ours left out; `asap` is urgent."""
    said = {"stat": "acute", "urgent": "urgent", "asap": "urgent"}
    return said.get(str(resource.get("priority")))


def _settled(one: Json) -> Json:
    parts = [
        {"url": "examination", "valueInteger": one["examination"]},
        *({"url": name, "valueString": one[name]} for name in ("report", "words") if one.get(name)),
    ]
    return {"url": "urn:akson:settled", "extension": parts}


def _read_settled(extension: Json) -> Json:
    parts = {part["url"]: part for part in extension["extension"]}
    said = {name: parts[name]["valueString"] for name in ("report", "words") if name in parts}
    return {"examination": parts["examination"]["valueInteger"], **said}


def _every(resource: Json, name: str) -> list[str]:
    return [one["valueString"] for one in resource.get("extension", []) if _is(one, name)]


def _is(extension: Json, name: str) -> bool:
    return extension.get("url") == f"urn:akson:{name}"


ORDERING = (Form(KIND, "ServiceRequest", _order, _read_order, claims=is_order),)
