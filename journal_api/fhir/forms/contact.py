"""The contact that an entry was written in, as a reference."""

from __future__ import annotations

from uuid import UUID

from journal_api.fhir.parts import Json, only
from journal_api.journal.entries.models import Entry
from kit.errors import Malformed


def contact_of(resource: Json) -> UUID | None:
    """The contact that a resource refers to (`encounter`, or `context.encounter`)."""
    found = resource.get("encounter") or only(resource.get("context", {}).get("encounter", [])) or {}
    reference = str(found.get("reference", ""))
    if not reference:
        return None
    try:
        return UUID(reference.removeprefix("Encounter/"))
    except ValueError:
        raise Malformed("encounter-reference", "encounter is a reference Encounter/{id}.") from None


def encounter_reference(entry: Entry) -> Json | None:
    """The reference to an entry's contact."""
    return {"reference": f"Encounter/{entry.contact}"} if entry.contact else None
