"""Contacts, notes and measured values as FHIR R4 resources."""

from __future__ import annotations

from typing import Any

from journal_api.fhir.forms.contact import contact_of, encounter_reference
from journal_api.fhir.forms.documents import DOCUMENT
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    Json,
    coding,
    concept,
    extensions,
    only,
    organisation,
    own_code,
    personnel,
    personnel_id,
    read_coding,
    read_own_code,
    read_valued,
    text_of,
    valued,
    when,
    without_empty,
)
from journal_api.journal.entries.models import Entry
from journal_api.journal.measured import measures
from journal_api.journal.notes.templates import templates
from kit.errors import Unprocessable

_CLASS = {
    "consultation": "AMB",
    "phone": "VR",
    "video": "VR",
    "home-visit": "HH",
    "check": "AMB",
    "written": "VR",
}
_OF_VISIT = ("plan", "planned", "not_done")
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def _encounter(entry: Entry, context: Context) -> Json:
    body = entry.body
    people = []
    if responsible := body.get("responsible"):
        who = personnel(responsible, body.get("responsible_name", ""), context.hpr)
        people = [{"individual": who}]
    return {
        "status": entry.state,
        "class": {"system": _ACT, "code": _CLASS[body["form"]]},
        "type": [own_code("contact-form", body["form"])],
        "serviceType": own_code("service", body["service"]) if body.get("service") else None,
        "priority": own_code("urgency", body["urgency"]) if body.get("urgency") else None,
        "participant": people,
        "period": {"start": entry.at.isoformat()},
        "length": {"value": body["minutes"], "unit": "min", "system": _UCUM, "code": "min"}
        if body.get("minutes")
        else None,
        "reasonCode": [concept(body["reason"])] if body.get("reason") else [],
        "location": [{"location": {"display": body["place"]}}] if body.get("place") else [],
        "serviceProvider": organisation(entry.unit),
        **extensions(*(valued(name, "String", body.get(name)) for name in _OF_VISIT)),
    }


def _read_encounter(resource: Json) -> Parsed:
    who = (only(resource.get("participant", [])) or {}).get("individual")
    form = read_own_code(only(resource.get("type", [])), "contact-form") or _form_of(resource.get("class"))
    place = (only(resource.get("location", [])) or {}).get("location", {}).get("display")
    body = {
        "form": form,
        "reason": text_of(only(resource.get("reasonCode", []))),
        "service": read_own_code(resource.get("serviceType"), "service"),
        "urgency": read_own_code(resource.get("priority"), "urgency"),
        "responsible": personnel_id(who),
        "responsible_name": str((who or {}).get("display", "")) if personnel_id(who) else "",
        "minutes": resource.get("length", {}).get("value"),
        "place": place,
        **{name: read_valued(resource, name, "String") for name in _OF_VISIT},
    }
    return Parsed(str(resource.get("status")), when(resource, "period.start"), without_empty(body))


def _form_of(class_: Any) -> str:
    code = class_.get("code") if isinstance(class_, dict) else None
    return {"HH": "home-visit", "VR": "phone"}.get(str(code), "consultation")


def _composition(entry: Entry, context: Context) -> Json:
    template, signed = templates().get(entry.body["template"]), entry.signed
    author = signed or entry.changed
    sections = template.sections if template else ()
    return {
        "status": _status(entry),
        "type": own_code("template", entry.body["template"]),
        "encounter": encounter_reference(entry),
        "date": entry.at.isoformat(),
        "author": [personnel(author.by, author.name, context.hpr)],
        "title": template.title["nb"] if template else entry.body["template"],
        "attester": [
            {
                "mode": "legal",
                "time": signed.at.isoformat(),
                "party": personnel(signed.by, signed.name, context.hpr),
            }
        ]
        if signed
        else [],
        "custodian": organisation(entry.unit),
        "section": [
            made for s in sections if (made := _section(s.id, s.label["nb"], s.kind, s.measured, entry))
        ],
        "relatesTo": _corrects(entry),
        "extension": _conflict(entry),
    }


def _corrects(entry: Entry) -> list[Json]:
    """The note that a draft corrects, in the version that it was begun on (FHIR R4 Composition.relatesTo)."""
    found = entry.body.get("corrects")
    if not found:
        return []
    target = {"reference": f"Composition/{found['note']}/_history/{found['version']}"}
    why = valued("why", "String", found.get("why"))
    return [{"code": "replaces", "targetReference": target, "extension": [why] if why else []}]


def _status(entry: Entry) -> str:
    if entry.state == "signed":
        return "amended" if entry.why else "final"
    return "preliminary" if entry.state == "draft" else "entered-in-error"


def _conflict(entry: Entry) -> list[Json]:
    found = valued("conflict-of", "String", entry.body.get("conflict_of"))
    return [found] if found else []


def _section(name: str, title: str, kind: str, measured: tuple[str, ...], entry: Entry) -> Json | None:
    body = entry.body
    head = {"title": title, "code": own_code("section", name)}
    if kind == "text" and (said := body.get("texts", {}).get(name)):
        return head | {"text": {"status": "generated", "div": _div(said)}} | _said(said)
    if kind == "code" and (codes := body.get("codes", {}).get(name)):
        return head | {
            "extension": [{"url": "urn:akson:code", "valueCoding": coding(code)} for code in codes]
        }
    values = {m: body["measured"][m] for m in measured if m in body.get("measured", {})}
    if values:
        parts = [{"url": "urn:akson:measured", "valueQuantity": _quantity(m, v)} for m, v in values.items()]
        return head | {"extension": parts}
    return None


def _said(text: str) -> Json:
    """The text as it was written: the narrative is made for reading and cannot be read back."""
    return {"extension": [{"url": "urn:akson:text", "valueString": text}]}


def _div(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    lines = "<br/>".join(escaped.splitlines())
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{lines}</div>'


def _quantity(measure: str, value: float) -> Json:
    known = measures()[measure]
    return {"value": value, "unit": known.unit, "system": _UCUM, "code": known.ucum} | {
        "extension": [{"url": "urn:akson:measure", "valueCode": measure}]
    }


def _read_composition(resource: Json) -> Parsed:
    states = {"preliminary": "draft", "final": "signed", "amended": "signed", "entered-in-error": "discarded"}
    body: Json = {"template": read_own_code(resource.get("type"), "template"), "texts": {}, "codes": {}}
    body["measured"] = {}
    for section in resource.get("section", []):
        _read_section(section, body)
    if conflict := read_valued(resource, "conflict-of", "String"):
        body["conflict_of"] = conflict
    body["corrects"] = _read_corrects(only(resource.get("relatesTo", [])))
    state = states.get(str(resource.get("status")))
    if state is None or body["template"] is None:
        raise Unprocessable("composition-form", "Send status and type (urn:akson:template) as given out.")
    return Parsed(state, when(resource, "date"), without_empty(body), contact_of(resource))


def _read_corrects(found: Json | None) -> Json | None:
    if not found:
        return None
    parts = str(found.get("targetReference", {}).get("reference")).split("/")
    if found.get("code") != "replaces" or len(parts) != 4 or not parts[3].isdecimal():
        raise Unprocessable("composition-form", "A correction relatesTo (replaces) a version of its note.")
    made = {"note": parts[1], "version": int(parts[3]), "why": read_valued(found, "why", "String")}
    return without_empty(made)


def _read_section(section: Json, body: Json) -> None:
    name = read_own_code(section.get("code"), "section")
    for part in section.get("extension", []):
        if part.get("url") == "urn:akson:text":
            body["texts"][name] = part.get("valueString", "")
        elif part.get("url") == "urn:akson:code" and (code := read_coding({"coding": [part["valueCoding"]]})):
            body["codes"].setdefault(name, []).append(code)
        elif part.get("url") == "urn:akson:measured":
            quantity = part["valueQuantity"]
            body["measured"][_measure_of(quantity)] = quantity.get("value")


def _measure_of(quantity: Json) -> str:
    found = only(quantity.get("extension", [])) or {}
    return str(found.get("valueCode"))


def _observation(entry: Entry, context: Context) -> Json:
    name = entry.body["measure"]
    known = measures()[name]
    return {
        "status": entry.state,
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "vital-signs",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": _LOINC, "code": known.loinc}], "text": known.label["nb"]},
        "encounter": encounter_reference(entry),
        "effectiveDateTime": entry.at.isoformat(),
        "performer": [personnel(entry.changed.by, entry.changed.name, context.hpr)],
        "valueQuantity": _quantity(name, entry.body["value"]),
        "derivedFrom": [{"reference": f"Composition/{entry.body['note']}"}] if entry.body.get("note") else [],
    }


def _read_observation(resource: Json) -> Parsed:
    quantity = resource.get("valueQuantity", {})
    name = _measure_of(quantity)
    if name not in measures():
        codes = {m.loinc: key for key, m in measures().items()}
        found = [
            codes[c["code"]] for c in resource.get("code", {}).get("coding", []) if c.get("code") in codes
        ]
        name = found[0] if found else name
    body: Json = {"measure": name, "value": quantity.get("value")}
    if note := only(resource.get("derivedFrom", [])):
        body["note"] = str(note.get("reference", "")).removeprefix("Composition/")
    state = str(resource.get("status"))
    return Parsed(state, when(resource, "effectiveDateTime"), without_empty(body), contact_of(resource))


EVENTS = (
    Form("Encounter", "Encounter", _encounter, _read_encounter),
    Form("Composition", "Composition", _composition, _read_composition),
    Form("Observation", "Observation", _observation, _read_observation),
    DOCUMENT,
)
