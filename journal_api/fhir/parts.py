"""Parts of FHIR R4 resources (data types, 2.24) to and from what entries hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from core_record.fhir import ENH, HPR, PERSONNEL_CATEGORY
from journal_api.journal.entries.models import Stamp
from kit.errors import Malformed
from kit.ids import NationalId

Json = dict[str, Any]
ENTRY = "urn:akson:entry"
"""Extension with what FHIR has no element for: unit, who made, changed and signed it, and why."""
PERSONNEL = "urn:akson:personnel"
_NUMBERS = {
    "FNR": "urn:oid:2.16.578.1.12.4.1.4.1",
    "DNR": "urn:oid:2.16.578.1.12.4.1.4.2",
    "FHN": "urn:oid:2.16.578.1.12.4.1.4.3",
}
SYSTEMS = {
    "icpc-2": "urn:oid:2.16.578.1.12.4.1.1.7170",
    "icd-10": "urn:oid:2.16.578.1.12.4.1.1.7110",
    "9602": "urn:oid:2.16.578.1.12.4.1.1.9602",
    "atc": "http://www.whocc.no/atc",
    "snomed-ct": "http://snomed.info/sct",
    "sysvak": "urn:akson:sysvak",
    "nlk": "http://ehelse.no/fhir/CodeSystem/no-kodeverk-7280-nlk",
    "ncrp": "http://ehelse.no/fhir/CodeSystem/no-kodeverk-7270-ncrp",
}
_BY_URL = {url: name for name, url in SYSTEMS.items()}


def subject(number: NationalId) -> Json:
    """Whose it is: a reference by identifier, without a name (no-basis)."""
    return {"identifier": identifier(number)}


def identifier(number: NationalId) -> Json:
    """A national identity number with its system."""
    return {"system": _NUMBERS[number.kind], "value": number.value}


def personnel(by: UUID | str, name: str, hpr: Mapping[UUID, str]) -> Json:
    """A health worker: by HPR number where there is one, else by the register's own id."""
    key = UUID(str(by))
    known = {"system": HPR, "value": hpr[key]} if key in hpr else {"system": PERSONNEL, "value": str(key)}
    return {"identifier": known} | ({"display": name} if name else {})


def organisation(number: str) -> Json:
    """A place or organisation by number."""
    return {"identifier": {"system": ENH, "value": number}}


def organisation_number(reference: Json | None) -> str | None:
    """The organisation number in a reference."""
    found = (reference or {}).get("identifier", {})
    return str(found["value"]) if found.get("system") == ENH and found.get("value") else None


def personnel_id(reference: Json | None) -> str | None:
    """The register's id of a health worker in a reference; an HPR number alone is not resolved here."""
    found = (reference or {}).get("identifier", {})
    return str(found["value"]) if found.get("system") == PERSONNEL and found.get("value") else None


def coding(code: Json) -> Json:
    """A code of the journal (`system`, `code`, `display`) as Coding."""
    return {"system": SYSTEMS.get(code["system"], f"urn:akson:{code['system']}")} | {
        name: code[name] for name in ("code", "display") if code.get(name)
    }


def concept(text: str | None, code: Json | None = None) -> Json:
    """CodeableConcept of words and, where there is one, a code."""
    made: Json = {"coding": [coding(code)]} if code else {}
    return made | ({"text": text} if text else {})


def own_code(system: str, code: str) -> Json:
    """CodeableConcept of one of our own codes."""
    return {"coding": [{"system": f"urn:akson:{system}", "code": code}]}


def read_own_code(found: Any, system: str, default: str | None = None) -> str | None:
    """The code of `own_code`; `default` without one."""
    for one in _codings(found):
        if one.get("system") == f"urn:akson:{system}":
            return str(one.get("code"))
    return default


def read_coding(found: Any) -> Json | None:
    """The first coding of a CodeableConcept in a system that the journal knows; else None."""
    for one in _codings(found):
        if (system := _BY_URL.get(str(one.get("system")))) and one.get("code"):
            display = str(one.get("display") or found.get("text") or one["code"])
            return {"system": system, "code": str(one["code"]), "display": display}
    return None


def text_of(found: Any) -> str:
    """The words of a CodeableConcept: its text, else a coding's display; empty without."""
    concept_ = found if isinstance(found, dict) else {}
    return str(concept_.get("text") or next((c["display"] for c in _codings(found) if c.get("display")), ""))


def notes(text: str | None) -> list[Json]:
    """`note` of one Annotation."""
    return [{"text": text}] if text else []


def note_text(resource: Json) -> str:
    """All annotations, a paragraph each."""
    return "\n".join(str(note.get("text", "")) for note in resource.get("note", []))


def stamps(entry: Any) -> Json:
    """The extension `ENTRY` of an entry or a version."""
    found = ((name, getattr(entry, name, None)) for name in ("made", "changed", "signed"))
    parts: list[Json] = [{"url": name, "extension": _stamp(stamp)} for name, stamp in found if stamp]
    for name, value in (("unit", getattr(entry, "unit", None)), ("why", entry.why)):
        if value:
            parts.append({"url": name, "valueString": value})
    return {"url": ENTRY, "extension": parts}


def read_stamps(resource: Json) -> Json:
    """What `stamps` wrote: `made`, `changed`, `signed` (Stamp), `unit`, `why`; missing parts are missing."""
    found: Json = {}
    for part in _extension(resource, ENTRY).get("extension", []):
        if "valueString" in part:
            found[part["url"]] = part["valueString"]
        else:
            found[part["url"]] = _read_stamp(part.get("extension", []))
    return found


def extensions(*found: Json | None) -> Json:
    """`extension`, where there is any."""
    kept = [one for one in found if one]
    return {"extension": kept} if kept else {}


def valued(url: str, kind: str, value: Any) -> Json | None:
    """An extension with one value; None without."""
    return {"url": f"urn:akson:{url}", f"value{kind}": value} if value not in (None, "", []) else None


def read_valued(resource: Json, url: str, kind: str) -> Any:
    """The value of an extension; None without."""
    return _extension(resource, f"urn:akson:{url}").get(f"value{kind}")


def without_empty(resource: Mapping[str, Any]) -> Json:
    """A resource without its empty elements: FHIR has none."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}


def when(resource: Json, *names: str) -> datetime | None:
    """The first of these elements (`a.b` for nested ones) as an instant; raises `Malformed`."""
    for name in names:
        value: Any = resource
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value:
            return instant(str(value))
    return None


def instant(text: str) -> datetime:
    """A dateTime with zone; a date is its noon in UTC, in Norway the same day. Raises `Malformed`."""
    try:
        if len(text) == 10:
            return datetime.fromisoformat(f"{text}T12:00:00+00:00")
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Malformed("date", "A time is YYYY-MM-DD, or a time with its zone.")
    return found


def only(values: Iterable[Json], default: Json | None = None) -> Json | None:
    """The first of a list, else `default`."""
    return next(iter(values), default)


def _codings(found: Any) -> Sequence[Json]:
    return found.get("coding", []) if isinstance(found, dict) else []


def _extension(resource: Json, url: str) -> Json:
    return next((one for one in resource.get("extension", []) if one.get("url") == url), {})


def _stamp(stamp: Stamp) -> list[Json]:
    parts: list[Json] = [
        {"url": "by", "valueString": str(stamp.by)},
        {"url": "name", "valueString": stamp.name},
        {"url": "at", "valueInstant": stamp.at.isoformat()},
    ]
    if stamp.role:
        role = {"system": PERSONNEL_CATEGORY, "code": stamp.role}
        parts.append({"url": "role", "valueCoding": role})
    return parts


def _read_stamp(parts: Iterable[Json]) -> Stamp:
    found = {part["url"]: part for part in parts}
    try:
        role = found.get("role", {}).get("valueCoding", {}).get("code")
        by, name, at = found["by"]["valueString"], found["name"]["valueString"], found["at"]["valueInstant"]
        return Stamp(UUID(by), str(name), instant(at), role)
    except (KeyError, ValueError):
        raise Malformed(
            "entry-extension", "The extension urn:akson:entry is not as it was given out."
        ) from None
