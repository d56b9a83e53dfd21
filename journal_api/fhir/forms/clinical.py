"""Critical information, diagnoses, medication and vaccines as FHIR R4 resources."""

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
    only,
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

_HL7 = "http://terminology.hl7.org/CodeSystem"
_CERTAINTY = {"suspected": "unconfirmed", "confirmed": "confirmed", "refuted": "refuted"}
_CRITICALITY = {"low": "low", "high": "high", "unknown": "unable-to-assess"}
_CATEGORY = {"food": "food", "medication": "medication", "environment": "environment"}
ERROR = "entered-in-error"


def _hl7(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}


def _code(found: Any) -> str:
    codes = found.get("coding", []) if isinstance(found, dict) else []
    return str((only(codes) or {}).get("code"))


def _turned(table: dict[str, str], value: str, default: str) -> str:
    return next((ours for ours, theirs in table.items() if theirs == value), default)


def _allergy(entry: Entry, context: Context) -> Json:
    body = entry.body
    wrong = entry.state == ERROR
    verified = ERROR if wrong else _CERTAINTY[body["certainty"]]
    return {
        "clinicalStatus": None if wrong else _hl7("allergyintolerance-clinical", entry.state),
        "verificationStatus": _hl7("allergyintolerance-verification", verified),
        "category": [_CATEGORY[body["category"]]] if body["category"] in _CATEGORY else [],
        "criticality": _CRITICALITY[body["criticality"]],
        "code": concept(body["substance"], body.get("coding")),
        "encounter": encounter_reference(entry),
        "onsetDateTime": entry.at.isoformat(),
        "recordedDate": entry.made.at.isoformat(),
        "recorder": personnel(entry.changed.by, entry.changed.name, context.hpr),
        "reaction": [{"description": body["reaction"], "manifestation": [{"text": body["reaction"]}]}]
        if body.get("reaction")
        else [],
        **extensions(
            valued("source", "String", body.get("source")),
            valued("certainty", "Code", body["certainty"] if wrong else None),
        ),
    }


def _read_allergy(resource: Json) -> Parsed:
    verified = _code(resource.get("verificationStatus"))
    wrong = verified == ERROR
    certainty = (
        read_valued(resource, "certainty", "Code") if wrong else _turned(_CERTAINTY, verified, "suspected")
    )
    reaction = only(resource.get("reaction", [])) or {}
    body = {
        "substance": text_of(resource.get("code")),
        "coding": read_coding(resource.get("code")),
        "category": str(only(resource.get("category", []), "other")),  # type: ignore[arg-type]
        "criticality": _turned(_CRITICALITY, str(resource.get("criticality")), "unknown"),
        "reaction": reaction.get("description") or text_of(only(reaction.get("manifestation", []))),
        "certainty": certainty or "suspected",
        "source": read_valued(resource, "source", "String"),
    }
    state = ERROR if wrong else _code(resource.get("clinicalStatus"))
    at = when(resource, "onsetDateTime", "recordedDate")
    return Parsed(state, at, without_empty(body), contact_of(resource))


def _flag(entry: Entry, context: Context) -> Json:
    return {
        "status": entry.state,
        "category": [own_code("critical-category", entry.body["category"])],
        "code": concept(entry.body["text"], entry.body.get("coding")),
        "period": {"start": entry.at.isoformat()},
        "encounter": encounter_reference(entry),
        "author": personnel(entry.changed.by, entry.changed.name, context.hpr),
    }


def _read_flag(resource: Json) -> Parsed:
    body = {
        "category": read_own_code(only(resource.get("category", [])), "critical-category", "other"),
        "text": text_of(resource.get("code")),
        "coding": read_coding(resource.get("code")),
    }
    at = when(resource, "period.start")
    return Parsed(str(resource.get("status")), at, without_empty(body), contact_of(resource))


def _condition(entry: Entry, context: Context) -> Json:
    body, wrong = entry.body, entry.state == ERROR
    return {
        "clinicalStatus": None if wrong else _hl7("condition-clinical", entry.state),
        "verificationStatus": _hl7("condition-ver-status", ERROR if wrong else "confirmed"),
        "code": concept(body["text"], body.get("coding")),
        "encounter": encounter_reference(entry),
        "onsetDateTime": body.get("onset"),
        "recordedDate": entry.at.isoformat(),
        "recorder": personnel(entry.changed.by, entry.changed.name, context.hpr),
        "note": notes(body.get("note")),
    }


def _read_condition(resource: Json) -> Parsed:
    wrong = _code(resource.get("verificationStatus")) == ERROR
    body = {
        "text": text_of(resource.get("code")),
        "coding": read_coding(resource.get("code")),
        "onset": resource.get("onsetDateTime"),
        "note": note_text(resource),
    }
    state = ERROR if wrong else _code(resource.get("clinicalStatus"))
    at = when(resource, "recordedDate", "onsetDateTime")
    return Parsed(state, at, without_empty(body), contact_of(resource))


def _medication(entry: Entry, context: Context) -> Json:
    body = entry.body
    return {
        "status": entry.state,
        "medicationCodeableConcept": concept(body["name"], body.get("atc")),
        "context": encounter_reference(entry),
        "effectivePeriod": without_empty({"start": entry.at.isoformat(), "end": body.get("ends")}),
        "dateAsserted": entry.changed.at.isoformat(),
        "informationSource": personnel(entry.changed.by, entry.changed.name, context.hpr),
        "reasonCode": [concept(body["reason"])] if body.get("reason") else [],
        "dosage": [
            without_empty(
                {"text": body.get("dose"), "asNeededBoolean": True if body["use"] == "as-needed" else None}
            )
        ],
        **extensions(
            *(valued(name, "String", body.get(name)) for name in ("form", "strength", "prescriber")),
            *(valued(name, "Code", body.get(name)) for name in ("use", "source")),
            *(_stamped(name, body.get(name)) for name in ("confirmed", "altered")),
            _override(body.get("override")),
        ),
    }


def _stamped(name: str, found: Json | None) -> Json | None:
    if not found:
        return None
    kinds = {"by": "String", "name": "String", "role": "Code", "at": "Instant"}
    parts = [{"url": n, f"value{kind}": found[n]} for n, kind in kinds.items() if found.get(n)]
    return {"url": f"urn:akson:{name}", "extension": parts}


def _read_stamped(extended: Json, name: str) -> Json | None:
    found = _extended(extended, f"urn:akson:{name}")
    return {part["url"]: _value(part) for part in found[0]["extension"]} if found else None


def _override(found: Json | None) -> Json | None:
    """Why a medicine is given in spite of allergies: which, in which version, and who decided."""
    if not found:
        return None
    parts: list[Json | None] = [{"url": "reason", "valueString": found["reason"]}]
    for one in found["allergies"]:
        reference = f"AllergyIntolerance/{one['id']}/_history/{one['version']}"
        parts.append({"url": "allergy", "valueReference": {"reference": reference}})
    parts.append(_stamped("decided", found.get("by")))
    return {"url": "urn:akson:override", "extension": [part for part in parts if part]}


def _read_override(resource: Json) -> Json | None:
    found = _extended(resource, "urn:akson:override")
    if not found:
        return None
    references = [str(_value(part)["reference"]).split("/") for part in _extended(found[0], "allergy")]
    made = {
        "reason": next((_value(part) for part in _extended(found[0], "reason")), ""),
        "allergies": [{"id": parts[1], "version": int(parts[3])} for parts in references],
        "by": _read_stamped(found[0], "decided"),
    }
    return {name: value for name, value in made.items() if value is not None}


def _extended(resource: Json, url: str) -> list[Json]:
    return [one for one in resource.get("extension", []) if one.get("url") == url]


def _value(part: Json) -> Any:
    return next((value for name, value in part.items() if name.startswith("value")), None)


def _read_medication(resource: Json) -> Parsed:
    dosage = only(resource.get("dosage", [])) or {}
    as_needed = "as-needed" if dosage.get("asNeededBoolean") else "fixed"
    body = {
        "name": text_of(resource.get("medicationCodeableConcept")),
        "atc": read_coding(resource.get("medicationCodeableConcept")),
        "dose": dosage.get("text"),
        "reason": text_of(only(resource.get("reasonCode", []))),
        "ends": resource.get("effectivePeriod", {}).get("end"),
        "use": read_valued(resource, "use", "Code") or as_needed,
        "source": read_valued(resource, "source", "Code") or "other",
        **{n: _read_stamped(resource, n) for n in ("confirmed", "altered")},
        "override": _read_override(resource),
        **{n: read_valued(resource, n, "String") for n in ("form", "strength", "prescriber")},
    }
    at = when(resource, "effectivePeriod.start", "effectiveDateTime")
    found = resource.get("context", {})
    contact = contact_of({"encounter": found}) if found else None
    return Parsed(str(resource.get("status")), at, without_empty(body), contact)


def _vaccine(entry: Entry, context: Context) -> Json:
    body = entry.body
    return {
        "status": entry.state,
        "vaccineCode": concept(body["vaccine"], body.get("coding")),
        "encounter": encounter_reference(entry),
        "occurrenceDateTime": entry.at.isoformat(),
        "recorded": entry.made.at.isoformat(),
        "lotNumber": body.get("lot"),
        "site": concept(body["site"]) if body.get("site") else None,
        "performer": [{"actor": personnel(entry.changed.by, entry.changed.name, context.hpr)}],
        "protocolApplied": [{"doseNumberPositiveInt": body["dose"]}] if body.get("dose") else [],
    }


def _read_vaccine(resource: Json) -> Parsed:
    body = {
        "vaccine": text_of(resource.get("vaccineCode")),
        "coding": read_coding(resource.get("vaccineCode")),
        "dose": (only(resource.get("protocolApplied", [])) or {}).get("doseNumberPositiveInt"),
        "lot": resource.get("lotNumber"),
        "site": text_of(resource.get("site")),
    }
    at = when(resource, "occurrenceDateTime")
    return Parsed(str(resource.get("status")), at, without_empty(body), contact_of(resource))


CLINICAL = (
    Form("AllergyIntolerance", "AllergyIntolerance", _allergy, _read_allergy, subject="patient"),
    Form("Flag", "Flag", _flag, _read_flag),
    Form("Condition", "Condition", _condition, _read_condition),
    Form("MedicationStatement", "MedicationStatement", _medication, _read_medication),
    Form("Immunization", "Immunization", _vaccine, _read_vaccine, subject="patient"),
)
