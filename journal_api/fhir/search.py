"""Search parameters of the journal's FHIR API: which there are, and what they match (FHIR R4 3.1.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from core_record.fhir import SearchForm, date_interval
from journal_api.fhir.forms import BY_TYPE
from journal_api.fhir.parts import Json
from kit.errors import Malformed


class Parameter(NamedTuple):
    """A search parameter: its FHIR type, and whether a resource has one of the values."""

    type: str
    text: str
    fits: Callable[[Json, Sequence[str]], bool]


def _tokens(*elements: str) -> Callable[[Json, Sequence[str]], bool]:
    """Whether any code below an element is one of `code` or `system|code`."""

    def fits(resource: Json, values: Sequence[str]) -> bool:
        codes = {code for element in elements for code in _codes(resource.get(element))}
        wanted = {part for value in values for part in value.split(",")}
        return any(code in wanted or f"{system}|{code}" in wanted for system, code in codes)

    return fits


def _codes(found: Any) -> set[tuple[str, str]]:
    if isinstance(found, str):
        return {("", found)}
    if isinstance(found, list):
        return {code for one in found for code in _codes(one)}
    if isinstance(found, dict):
        own = {(str(found.get("system", "")), str(found["code"]))} if "code" in found else set()
        return own | {code for one in found.get("coding", []) for code in _codes(one)}
    return set()


def _references(*elements: str) -> Callable[[Json, Sequence[str]], bool]:
    def fits(resource: Json, values: Sequence[str]) -> bool:
        wanted = {value.rpartition("/")[2] for value in values}
        return bool(wanted & {found for element in elements for found in _targets(resource.get(element))})

    return fits


def _targets(found: Any) -> set[str]:
    if isinstance(found, list):
        return {target for one in found for target in _targets(one)}
    if isinstance(found, dict):
        inner = _targets(found.get("encounter"))
        return inner | ({str(found["reference"]).rpartition("/")[2]} if "reference" in found else set())
    return set()


def _identifiers(resource: Json, values: Sequence[str]) -> bool:
    found = {(str(one.get("system", "")), str(one.get("value"))) for one in resource.get("identifier", [])}
    wanted = {part for value in values for part in value.split(",")}
    return any(value in wanted or f"{system}|{value}" in wanted for system, value in found)


_STATUS = Parameter("token", "the resource's status", _tokens("status"))
_CLINICAL = Parameter("token", "clinicalStatus", _tokens("clinicalStatus"))
_CODE = Parameter("token", "a code, with or without its system", _tokens("code"))
_ENCOUNTER = Parameter("reference", "the contact it was written in", _references("encounter", "context"))
PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "Encounter": {"status": _STATUS, "class": Parameter("token", "class", _tokens("class"))},
    "Composition": {
        "status": _STATUS,
        "encounter": _ENCOUNTER,
        "type": Parameter("token", "template", _tokens("type")),
    },
    "Observation": {"status": _STATUS, "code": _CODE, "encounter": _ENCOUNTER},
    "DocumentReference": {
        "status": _STATUS,
        "category": Parameter("token", "category (9602)", _tokens("category")),
    },
    "AllergyIntolerance": {"clinical-status": _CLINICAL, "code": _CODE},
    "Condition": {"clinical-status": _CLINICAL, "code": _CODE, "encounter": _ENCOUNTER},
    "MedicationStatement": {
        "status": _STATUS,
        "code": Parameter("token", "ATC code", _tokens("medicationCodeableConcept")),
    },
    "Immunization": {
        "status": _STATUS,
        "vaccine-code": Parameter("token", "the vaccine", _tokens("vaccineCode")),
    },
    "Flag": {"status": _STATUS},
    "CareTeam": {"status": _STATUS},
    "CarePlan": {"status": _STATUS},
    "Task": {"status": _STATUS, "code": Parameter("token", "kind of task", _tokens("code"))},
    "EpisodeOfCare": {"status": _STATUS},
    "ServiceRequest": {
        "status": _STATUS,
        "category": Parameter("token", "SNOMED CT; a referral has none", _tokens("category")),
        "identifier": Parameter("token", "requisition number", _identifiers),
        "code": Parameter("token", "a code of an examination", _tokens("code", "orderDetail")),
        "encounter": _ENCOUNTER,
    },
    "Communication": {"status": _STATUS},
    "List": {"status": _STATUS, "encounter": _ENCOUNTER},
    "RelatedPerson": {},
    "Basic": {"code": Parameter("token", "what is wished about", _tokens("code"))},
}
"""Beside `_id`, `date` (when it was so), `_count` and `_skip`, which every type has."""
assert PARAMETERS.keys() == BY_TYPE.keys()  # noqa: S101 - a type without a row could not be searched


def names(resource_type: str) -> tuple[str, ...]:
    """The parameters of a type's search, without paging."""
    return ("_id", "date", *PARAMETERS[resource_type])


class Asked(NamedTuple):
    """What a form asks of the store: times, and one entry alone."""

    since: datetime
    before: datetime
    only: UUID | None


def asked(form: SearchForm) -> Asked:
    """Raises `Malformed` (`date`, `id`)."""
    try:
        one = form.one("_id")
        only = UUID(one) if one is not None else None
    except ValueError:
        raise Malformed("id", "_id is the id of a resource.") from None
    return Asked(*date_interval(form.all("date")), only)


def fits(form: SearchForm, resource: Json) -> bool:
    """Whether a resource is what the form asks for: every parameter, any of its comma-separated values."""
    known = PARAMETERS[form.resource]
    return all(
        parameter.fits(resource, [value]) for name, parameter in known.items() for value in form.all(name)
    )
