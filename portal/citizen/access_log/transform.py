"""AuditEvent → who has looked: name, role, organisation, time, basis and reason, as codes that texts name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.clients.fhir import Bundle, resources
from portal.ui.dates import show_day, show_time

Json = dict[str, Any]
_BASIS = "urn:akson:access-basis"
_CARE_RELATION = "urn:akson:care-relation"
_WITHHELD = "urn:akson:withheld"
_APPLICATION = "110150"  # DICOM: the program that took part


@dataclass
class Look:
    """One look-up. `kinds`, `basis`, `relation`, `reason` and `role` are codes, empty where there is none.

    `at` is the instant; `worker`: a
    person at work, who can be blocked. `withheld` is how many items were not shown, since the person has
    closed them. `app` is another's program that it was done through, by name.
    """

    id: str
    at: str
    day: str
    time: str
    own: bool
    worker: bool
    name: str
    hpr_number: str
    role: str
    organisation: str
    basis: str
    relation: str
    reason: str
    kinds: list[str]
    refused: bool
    withheld: int
    app: str = ""


def looks(bundle: Bundle) -> list[Look]:
    """The look-ups of a search, in its order (newest first)."""
    return [_look(event) for event in resources(bundle, "AuditEvent")]


def _look(event: Json) -> Look:
    agent = (event.get("agent") or [{}])[0]
    relation = _care_relation(event)
    shown_by = str(relation.get("relation", {}).get("valueCode", ""))
    at = str(event.get("recorded", ""))
    return Look(
        id=str(event.get("id", "")),
        at=at,
        day=show_day(at),
        time=show_time(at),
        worker=_code(agent.get("type")) == "clinician",
        hpr_number=_hpr_number(event),
        own=_code(agent.get("type")) == "citizen" and shown_by not in ("parent", "attorney"),
        name=str(agent.get("name", "")),
        role=_code((agent.get("role") or [None])[0]),
        organisation=_organisation(event),
        basis=_basis(event),
        relation=shown_by,
        reason=str(relation.get("decision-ref-id", {}).get("valueString", "")),
        kinds=[str(entity.get("type", {}).get("code", "")) for entity in event.get("entity", [])],
        refused=event.get("outcome", "0") != "0",
        withheld=_withheld(event),
        app=_app(event),
    )


def _organisation(event: Json) -> str:
    """The place of treatment, and the organisation it belongs to where that has another name."""
    role = _role(event)
    place = str((role.get("location") or [{}])[0].get("display", ""))
    organisation = str(role.get("organization", {}).get("display", ""))
    return ", ".join(dict.fromkeys(name for name in (place, organisation) if name))


def _app(event: Json) -> str:
    agents: list[Json] = event.get("agent", [])
    who: Json = next((one.get("who", {}) for one in agents if _code(one.get("type")) == _APPLICATION), {})
    return str(who.get("display") or who.get("identifier", {}).get("value", ""))


def _hpr_number(event: Json) -> str:
    return str(_role(event).get("practitioner", {}).get("identifier", {}).get("value", ""))


def _role(event: Json) -> Json:
    contained: list[Json] = event.get("contained", [])
    return next((one for one in contained if one.get("resourceType") == "PractitionerRole"), {})


def _withheld(event: Json) -> int:
    parts = [
        part
        for extension in event.get("extension", [])
        if extension.get("url") == _WITHHELD
        for part in extension.get("extension", [])
    ]
    return sum(int(part.get("valueUnsignedInt", 0)) for part in parts if part.get("url") == "items")


def _basis(event: Json) -> str:
    codings = [coding for one in event.get("purposeOfEvent", []) for coding in one.get("coding", [])]
    return next((str(coding.get("code", "")) for coding in codings if coding.get("system") == _BASIS), "")


def _care_relation(event: Json) -> dict[str, Json]:
    extensions: list[Json] = event.get("extension", [])
    relation: Json = next((one for one in extensions if one.get("url") == _CARE_RELATION), {})
    parts: list[Json] = relation.get("extension", [])
    return {str(part.get("url", "")): part for part in parts}


def _code(concept: Json | None) -> str:
    return str(((concept or {}).get("coding") or [{}])[0].get("code", ""))
