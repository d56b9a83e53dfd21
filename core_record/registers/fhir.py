"""Register rows as FHIR R4 resources, by the Norwegian base profiles' identifiers (hl7.fhir.no.basis)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from core_record.access.rules import KNOWN_ROLES as KNOWN_CODES
from core_record.fhir import ENH, HER, HPR, PERSONNEL_CATEGORY
from core_record.registers.reading import Banner, OrganisationRow, PractitionerRow, RoleRow
from kit.ids import NationalId

_GENDERS = {1: "male", 2: "female"}
ORGANISATION_KIND = "urn:akson:organisation-kind"
OWN_ROLE = "urn:akson:personnel-role"
MUNICIPALITY = "urn:akson:municipality"
ADDRESS_PROTECTION = "urn:akson:address-protection"


def person(row: Banner, number: NationalId) -> dict[str, Any]:
    """A person's banner: name, birth date, gender, the number asked for."""
    resource: dict[str, Any] = {
        "resourceType": "Person",
        "id": str(row.person_id),
        "identifier": [_number(number)],
        "gender": _GENDERS.get(row.sex or 0, "unknown"),
    }
    if row.family_name or row.given_name:
        resource["name"] = [_name(row.given_name, row.family_name)]
    if row.birth_date:
        resource["birthDate"] = row.birth_date.isoformat()
    if row.address_protection != "none":
        resource["extension"] = [{"url": ADDRESS_PROTECTION, "valueCode": row.address_protection}]
    return resource


def listed_person(person_id: UUID, search_name: str, number: NationalId | None) -> dict[str, Any]:
    """An entry of a list: name ('Family, Given') and number, nothing more."""
    resource: dict[str, Any] = {
        "resourceType": "Person",
        "id": str(person_id),
        "name": [{"text": search_name}],
    }
    return resource | ({"identifier": [_number(number)]} if number else {})


def practitioner(row: PractitionerRow) -> dict[str, Any]:
    """Health personnel with HPR number, and the authorisations of today."""
    return {
        "resourceType": "Practitioner",
        "id": row.hpr_number,
        "identifier": [{"system": HPR, "value": row.hpr_number}],
        "name": [_name(row.given_name, row.family_name)],
        "qualification": [
            {"code": {"coding": [{"system": PERSONNEL_CATEGORY, "code": code}]}} for code in row.codes
        ],
    }


def practitioner_role(row: RoleRow, today: date) -> dict[str, Any]:
    """An employment; the code of a role without authorisation is one of ours."""
    own = row.role not in KNOWN_CODES
    worker = row.hpr_number or str(row.personnel_id)
    identifier = {"identifier": {"system": HPR, "value": row.hpr_number}} if row.hpr_number else {}
    period = {"start": row.valid_from.isoformat()}
    if row.valid_to:
        period["end"] = row.valid_to.isoformat()
    return {
        "resourceType": "PractitionerRole",
        "id": f"{worker}-{row.org_number}-{row.role}-{row.valid_from.isoformat()}",
        "active": row.valid_from <= today <= (row.valid_to or today),
        "period": period,
        "practitioner": {
            **({"reference": f"Practitioner/{row.hpr_number}"} if row.hpr_number else {}),
            **identifier,
            "display": row.name,
        },
        "organization": {
            "reference": f"Organization/{row.org_number}",
            "identifier": {"system": ENH, "value": row.org_number},
            "display": row.organisation,
        },
        "code": [{"coding": [{"system": OWN_ROLE if own else PERSONNEL_CATEGORY, "code": row.role}]}],
    }


def location(row: OrganisationRow, today: date) -> dict[str, Any]:
    """A place of treatment; `managingOrganization` is the entity it belongs to, or itself."""
    resource: dict[str, Any] = {
        "resourceType": "Location",
        "id": row.org_number,
        "identifier": _identifiers(row),
        "status": "active" if row.active(today) else "inactive",
        "name": row.name,
        "mode": "instance",
        "type": [{"coding": [{"system": ORGANISATION_KIND, "code": row.kind}]}],
        "managingOrganization": {
            "reference": f"Organization/{row.parent or row.org_number}",
            "display": row.parent_name or row.name,
        },
    }
    if row.municipality:
        resource["extension"] = [{"url": MUNICIPALITY, "valueCode": row.municipality}]
    return resource


def organization(row: OrganisationRow, today: date) -> dict[str, Any]:
    """An organisation or a place of treatment."""
    resource: dict[str, Any] = {
        "resourceType": "Organization",
        "id": row.org_number,
        "identifier": _identifiers(row),
        "active": row.active(today),
        "name": row.name,
        "type": [{"coding": [{"system": ORGANISATION_KIND, "code": row.kind}]}],
    }
    if row.parent:
        resource["partOf"] = {"reference": f"Organization/{row.parent}", "display": row.parent_name or ""}
    return resource


def _identifiers(row: OrganisationRow) -> list[dict[str, str]]:
    numbers = [{"system": ENH, "value": row.org_number}]
    return [*numbers, {"system": HER, "value": row.her_id}] if row.her_id else numbers


def _number(number: NationalId) -> dict[str, str]:
    return {"system": number.oid, "value": number.value}


def _name(given: str | None, family: str | None) -> dict[str, Any]:
    name: dict[str, Any] = {"use": "official", "text": " ".join(part for part in (given, family) if part)}
    if family:
        name["family"] = family
    if given:
        name["given"] = [given]
    return name
