"""Documents as FHIR R4 DocumentReference; their content is read and written beside it."""

from __future__ import annotations

from journal_api.fhir.forms.contact import contact_of, encounter_reference
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    SYSTEMS,
    Json,
    only,
    organisation,
    personnel,
    read_valued,
    valued,
    when,
    without_empty,
)
from journal_api.journal.entries.models import Entry


def _document(entry: Entry, context: Context) -> Json:
    body = entry.body
    states = {"current": "current", "superseded": "superseded"}
    return {
        "status": states.get(entry.state, "entered-in-error"),
        "category": [{"coding": [{"system": SYSTEMS["9602"], "code": body["category"]}]}],
        "date": entry.at.isoformat(),
        "author": [personnel(entry.made.by, entry.made.name, context.hpr)],
        "custodian": organisation(entry.unit),
        "description": body["title"],
        "content": [
            {
                "attachment": {
                    "contentType": body.get("content_type"),
                    "size": body.get("bytes"),
                    "title": body["title"],
                    "url": f"Binary/{entry.id}",
                },
            }
        ],
        "context": {"encounter": [encounter_reference(entry)]} if entry.contact else None,
        "extension": [
            found
            for found in (
                valued("sha256", "String", body.get("sha256")),
                valued("scan", "Code", body.get("scan")),
                valued("pages", "PositiveInt", body.get("pages")),
            )
            if found
        ],
    }


def _read_document(resource: Json) -> Parsed:
    attachment = (only(resource.get("content", [])) or {}).get("attachment", {})
    category = (only((only(resource.get("category", [])) or {}).get("coding", [])) or {}).get("code")
    body = {
        "title": resource.get("description") or attachment.get("title"),
        "category": category,
        "content_type": attachment.get("contentType"),
        "bytes": attachment.get("size"),
        "sha256": read_valued(resource, "sha256", "String"),
        "scan": read_valued(resource, "scan", "Code"),
        "pages": read_valued(resource, "pages", "PositiveInt"),
    }
    state = str(resource.get("status"))
    return Parsed(state, when(resource, "date"), without_empty(body), contact_of(resource))


DOCUMENT = Form("DocumentReference", "DocumentReference", _document, _read_document)
