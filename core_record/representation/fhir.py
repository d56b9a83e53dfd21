"""Representation as FHIR R4 RelatedPerson: who may act (the resource) for whom (`patient`).

Relationship codes are HL7 v3 RoleCode: `PRN` parent, `POWATT` power of attorney.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from core_record.representation.facts import Fullmakt, Power, Represented, Wanted
from kit.errors import Malformed, Unprocessable
from kit.ids import OIDS, InvalidNationalId, NationalId, parse_national_id

ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
POWER_URL = "urn:akson:fullmakt-power"
ENDED_URL = "urn:akson:fullmakt-ended"
_RELATIONSHIP = {"parent": "PRN", "attorney": "POWATT"}
Json = dict[str, Any]


class _Identifier(msgspec.Struct, frozen=True):
    system: str = ""
    value: str = ""


class _Name(msgspec.Struct, frozen=True):
    family: str = ""


class _Period(msgspec.Struct, frozen=True):
    start: date | None = None
    end: date | None = None


class _Extension(msgspec.Struct, frozen=True, rename="camel"):
    url: str
    value_code: Power | None = None


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str
    identifier: tuple[_Identifier, ...]
    name: tuple[_Name, ...]
    period: _Period = _Period()
    extension: tuple[_Extension, ...] = ()


def represented(row: Represented, number: NationalId) -> Json:
    """The caller as parent or holder of a fullmakt of the person in `patient`."""
    resource: Json = {
        "resourceType": "RelatedPerson",
        "id": str(row.fullmakt.fullmakt_id if row.fullmakt else row.person_id),
        "active": True,
        "patient": {
            "type": "Patient",
            "identifier": {"system": number.oid, "value": number.value},
            "display": row.name,
        },
        "relationship": [_relationship(row.relation)],
        "extension": _powers(row.powers),
    }
    if row.fullmakt:
        resource["period"] = _period(row.fullmakt)
    return resource


def given(row: Fullmakt, giver: UUID, today: date) -> Json:
    """A fullmakt as its giver sees it, ended ones too; never the holder's number."""
    resource: Json = {
        "resourceType": "RelatedPerson",
        "id": str(row.fullmakt_id),
        "active": row.ended_at is None and (row.valid_to or date.max) >= today,
        "patient": {"reference": f"Patient/{giver}"},
        "relationship": [_relationship("attorney")],
        "name": [{"text": row.holder_name}],
        "period": _period(row),
        "extension": _powers(row.powers),
        "meta": {"lastUpdated": (row.ended_at or row.given_at).isoformat(timespec="seconds")},
    }
    if row.ended_at:
        parts = [
            {"url": "at", "valueDateTime": row.ended_at.isoformat(timespec="seconds")},
            {"url": "by", "valueCode": row.ended_by},
        ]
        resource["extension"].append({"url": ENDED_URL, "extension": parts})
    return resource


def read_wanted(fullmakt_id: UUID, body: bytes, today: date) -> tuple[NationalId, str, Wanted]:
    """The body of a PUT → holder's number and family name, and the terms.

    Raises `Malformed` (`related-person-malformed`, or the number's own fault) and `Unprocessable`
    (`fullmakt-without-power`, `period-invalid`).
    """
    try:
        sent = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise _malformed() from None
    family = next((name.family.strip() for name in sent.name if name.family.strip()), "")
    values = [one.value for one in sent.identifier if one.system in OIDS.values()]
    if sent.resource_type != "RelatedPerson" or not family or len(values) != 1:
        raise _malformed()
    powers = tuple(sorted({one.value_code for one in sent.extension if one.value_code}))
    if not powers:
        raise Unprocessable("fullmakt-without-power", f"Give at least one power: {', '.join(Power)}.")
    start, end = sent.period.start or today, sent.period.end
    if end is not None and end < max(start, today):
        raise Unprocessable("period-invalid", "The last day must not be before the first, nor past.")
    return _number(values[0]), family, Wanted(fullmakt_id, powers, start, end)


def _malformed() -> Malformed:
    return Malformed(
        "related-person-malformed",
        "Send a RelatedPerson: one identifier (national identity number), name.family, period and powers.",
    )


def _number(text: str) -> NationalId:
    try:
        return parse_national_id(text.strip())
    except InvalidNationalId as fault:
        raise Malformed(fault.code, "The identifier is no valid national identity number.") from None


def _relationship(relation: str) -> Json:
    return {"coding": [{"system": ROLE_CODES, "code": _RELATIONSHIP[relation]}]}


def _powers(powers: Iterable[Power]) -> list[Json]:
    return [{"url": POWER_URL, "valueCode": str(power)} for power in powers]


def _period(row: Fullmakt) -> Json:
    period = {"start": row.valid_from.isoformat()}
    return period | ({"end": row.valid_to.isoformat()} if row.valid_to else {})
