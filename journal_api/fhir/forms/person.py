"""Next of kin and wishes; and the person, whom the registers keep, as FHIR R4 Patient."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    Json,
    concept,
    extensions,
    identifier,
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
from kit.ids import NationalId

_GENDERS = {1: "male", 2: "female"}


def patient(number: NationalId, name: str | None, born: date | None, sex: int | None) -> Json:
    """The person as the registers know them (no-basis-Patient); written there alone."""
    found = {
        "resourceType": "Patient",
        "identifier": [identifier(number)],
        "name": [{"text": name}] if name else [],
        "gender": _GENDERS.get(sex or 0, "unknown"),
        "birthDate": born.isoformat() if born else None,
    }
    return without_empty(found)


def _kin(entry: Entry, _: Context) -> Json:
    body = entry.body
    return {
        "active": entry.state == "active",
        "relationship": [concept(body["relation"])] if body.get("relation") else [],
        "name": [{"text": body["name"]}],
        "telecom": [{"system": "phone", "value": body["phone"]}] if body.get("phone") else [],
        "period": {"start": entry.at.isoformat()},
        **extensions(
            valued("state", "Code", entry.state),
            _contact(entry),
            valued("main", "Boolean", body.get("main")),
            valued("note", "String", body.get("note")),
        ),
    }


def _read_kin(resource: Json) -> Parsed:
    names, phones = resource.get("name", [{}]), resource.get("telecom", [{}])
    body = {
        "name": names[0].get("text"),
        "relation": text_of((resource.get("relationship") or [{}])[0]),
        "phone": phones[0].get("value"),
        "main": read_valued(resource, "main", "Boolean"),
        "note": read_valued(resource, "note", "String"),
    }
    active = "active" if resource.get("active", True) else "inactive"
    state = read_valued(resource, "state", "Code") or active
    at = when(resource, "period.start")
    return Parsed(str(state), at, without_empty(body), _read_contact(resource))


def _wish(entry: Entry, context: Context) -> Json:
    return {
        "code": own_code("wish", entry.body["category"]),
        "created": entry.at.date().isoformat(),
        "author": personnel(entry.changed.by, entry.changed.name, context.hpr),
        **extensions(
            valued("text", "String", entry.body["text"]),
            valued("state", "Code", entry.state),
            _contact(entry),
            valued("at", "DateTime", entry.at.isoformat()),
        ),
    }


def _read_wish(resource: Json) -> Parsed:
    body = {
        "category": read_own_code(resource.get("code"), "wish", "other"),
        "text": read_valued(resource, "text", "String"),
    }
    state = read_valued(resource, "state", "Code") or "active"
    at = when(
        {"at": read_valued(resource, "at", "DateTime"), "created": resource.get("created")}, "at", "created"
    )
    return Parsed(str(state), at, without_empty(body), _read_contact(resource))


def _contact(entry: Entry) -> Json | None:
    """FHIR has no element for the contact here."""
    return valued("contact", "String", str(entry.contact) if entry.contact else None)


def _read_contact(resource: Json) -> UUID | None:
    found = read_valued(resource, "contact", "String")
    return UUID(str(found)) if found else None


PERSON = (
    Form("NextOfKin", "RelatedPerson", _kin, _read_kin, subject="patient"),
    Form("Wish", "Basic", _wish, _read_wish),
)
