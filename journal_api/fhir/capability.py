"""`GET /fhir/metadata`: made from the tables that searches and writes are read by."""

from __future__ import annotations

from core_record.apps.discovery import SECURITY_SERVICE
from journal_api.fhir.documents import TYPE
from journal_api.fhir.forms import BY_TYPE
from journal_api.fhir.parts import Json
from journal_api.fhir.search import PARAMETERS
from journal_api.journal.kinds import KINDS

_CHANGED = "2026-11-29"  # the day this API last changed
_DOCUMENTATION = """\
Search by POST to [base]/[type]/_search, application/x-www-form-urlencoded; read, history and write by \
id. The person's national identity number goes in the header person-id, never in an address. Health \
personnel also send requester-hpr-role and, for a relation that no register shows, access-reason; who is \
outside the municipal services sends access-basis. Create is PUT with a new UUID of the sender's, so that \
repeating it changes nothing; update is PUT with If-Match. A note is written as preliminary and signed by \
$sign; signed, it is corrected with the reason in the extension urn:akson:entry, part why. Patient is read \
alone: the registers keep persons. A ServiceRequest of the category Laboratory procedure or Imaging \
(SNOMED CT) is an order, with the requisition number, which the journal gives, as identifier, each \
examination as orderDetail, and the status completed when laboratories have answered all of it; any \
other is a referral. A document's content (PDF, PNG, JPEG, at most 25 MB) is PUT as Binary \
under the id that its DocumentReference gets, or sent inside it as attachment.data; then POST makes the id, \
the same for the same document. A content never changes."""
_SECURITY = (
    "Authorization: DPoP, with an access token for the audience akson:journal, scope akson:journal/read or"
    " akson:journal/write, security level 4 (RFC 9449). This statement alone is open."
)
_COMMON = {
    "_id": ("token", "one resource"),
    "date": ("date", "when it was so (eq, ge, gt, le, lt)"),
    "_count": ("number", "at most 5000"),
    "_skip": ("number", "how many to pass over"),
}
PATIENT = "Patient"


def capability_statement(base: str) -> Json:
    """The CapabilityStatement (FHIR R4 2.2)."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _CHANGED,
        "kind": "instance",
        "software": {"name": "Akson journal"},
        "implementation": {"description": "The municipal services' journal", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _DOCUMENTATION,
                "security": {"service": [SECURITY_SERVICE], "description": _SECURITY},
                "resource": [_patient(), _binary(), *map(_resource, _there())],
            }
        ],
    }


def _there() -> list[str]:
    return sorted(name for name, forms in BY_TYPE.items() if forms[0].kind in KINDS)


def _patient() -> Json:
    return {"type": PATIENT, "interaction": [{"code": "search-type"}]}


def _binary() -> Json:
    return {"type": "Binary", "interaction": [{"code": "read"}, {"code": "update"}], "updateCreate": True}


def _resource(name: str) -> Json:
    interactions = ["search-type", "read", "history-instance"]
    if BY_TYPE[name][0].writable:
        interactions += ["update", *(["create"] if name == TYPE else [])]
    parameters = [
        {"name": parameter, "type": kind, "documentation": text}
        for parameter, (kind, text) in (
            *_COMMON.items(),
            *((key, (found.type, found.text)) for key, found in PARAMETERS[name].items()),
        )
    ]
    made: Json = {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
        "versioning": "versioned-update" if BY_TYPE[name][0].writable else "versioned",
        "searchParam": parameters,
    }
    if BY_TYPE[name][0].writable:
        made["updateCreate"] = True
    if name == "Composition":
        made["operation"] = [{"name": "sign", "definition": "urn:akson:operation:sign"}]
    return made
