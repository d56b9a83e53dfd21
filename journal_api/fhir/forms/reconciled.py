"""Reconciliations of medication as FHIR R4 List (snapshot): each line, its version, and what was decided."""

from __future__ import annotations

from typing import Any

from journal_api.fhir.forms.contact import contact_of, encounter_reference
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    Json,
    concept,
    extensions,
    note_text,
    notes,
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

_STATES = {"completed": "current", "entered-in-error": "entered-in-error"}
_LISTS = ("looked_at", "became")


def _record(entry: Entry, context: Context) -> Json:
    body = entry.body
    return {
        "status": _STATES[entry.state],
        "mode": "snapshot",
        "code": own_code("list", "medication-reconciliation"),
        "encounter": encounter_reference(entry),
        "date": entry.at.isoformat(),
        "source": personnel(entry.made.by, entry.made.name, context.hpr),
        "note": notes(body.get("note")),
        "entry": [_line(item) for item in body["items"]],
        **extensions(
            valued("transition", "Code", body["transition"]),
            *(valued(name, "String", body[name]) for name in _LISTS),
            *({"url": "urn:akson:source", "valueCodeableConcept": _source(one)} for one in body["sources"]),
        ),
    }


def _source(one: Json) -> Json:
    return own_code("source", one["source"]) | concept(one.get("text"))


def _line(item: Json) -> Json:
    return {
        "flag": own_code("reconciled", item["action"]) | concept(item.get("reason")),
        "deleted": True if item["action"] == "stop" else None,
        "item": {
            "reference": f"MedicationStatement/{item['id']}/_history/{item['version']}",
            "display": item["name"],
        },
    }


def _read_record(resource: Json) -> Parsed:
    status = str(resource.get("status"))
    body = {
        "transition": read_valued(resource, "transition", "Code"),
        "sources": [
            _worded(one["valueCodeableConcept"], "source", "text")
            for one in resource.get("extension", [])
            if one.get("url") == "urn:akson:source"
        ],
        **{name: read_valued(resource, name, "String") for name in _LISTS},
        "note": note_text(resource),
    }
    made = without_empty(body) | {"items": [_read_line(one) for one in resource.get("entry", [])]}
    state = next((ours for ours, theirs in _STATES.items() if theirs == status), status)
    return Parsed(state, when(resource, "date"), made, contact_of(resource))


def _read_line(one: Json) -> Json:
    parts = str(one["item"]["reference"]).split("/")
    found = _worded(one["flag"], "reconciled", "reason")
    named = {"id": parts[1], "version": int(parts[3]), "name": one["item"]["display"]}
    return named | {"action": found.pop("reconciled")} | found


def _worded(found: Any, code: str, words: str) -> Json:
    text = text_of(found)
    return {code: read_own_code(found, code)} | ({words: text} if text else {})


RECONCILED = (Form("MedicationReconciliation", "List", _record, _read_record, writable=False),)
