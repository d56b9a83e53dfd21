"""The register file: everything the registers hold, as one document to import (JSON or YAML).

The shape is the same for a delivery from the national registers and for a development population. National
numbers are read into `NationalId` at once, so that no later error text or repr can show one.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from kit.ids import InvalidNationalId, NationalId, parse_national_id

OrganisationKind = Literal[
    "municipality",
    "gp_office",
    "home_care",
    "emergency",
    "health_centre",
    "hospital",
    "laboratory",
    "radiology",
    "broker",
    "agency",
]
AddressProtection = Literal["none", "confidential", "strictly_confidential"]


class Number:
    """A national number in a register file (msgspec would read a bare `NationalId` as an object)."""

    __slots__ = ("national",)

    def __init__(self, national: NationalId) -> None:
        self.national = national

    def __repr__(self) -> str:
        return "Number(***)"


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department with a HER-id of its own."""

    her_id: str
    name: str


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A legal entity or a place of treatment (then `parent` is the entity it belongs to)."""

    org_number: str
    name: str
    kind: OrganisationKind
    her_id: str | None = None
    parent: str | None = None
    municipality: str | None = None
    departments: tuple[Department, ...] = ()


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """An authorisation of HPR: `code` is Volven 9060; both days are included."""

    code: str
    valid_from: date
    valid_to: date | None = None


class Personnel(msgspec.Struct, frozen=True, kw_only=True):
    """Health personnel; without authorisation there is no HPR number."""

    national_id: Number
    given_name: str
    family_name: str
    hpr_number: str | None = None
    authorisations: tuple[Authorisation, ...] = ()


class Employment(msgspec.Struct, frozen=True, kw_only=True):
    """Who works where; both days are included."""

    national_id: Number
    org_number: str
    role: str
    valid_from: date
    valid_to: date | None = None


class Administration(msgspec.Struct, frozen=True, kw_only=True):
    """Who administers an organisation and what is below it; both days are included."""

    national_id: Number
    org_number: str
    valid_from: date
    valid_to: date | None = None


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A parent, with or without parental responsibility."""

    national_id: Number
    responsibility: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person of Folkeregisteret; `sex`: 1 male, 2 female; `former_ids`: the same person's other numbers."""

    national_id: Number
    given_name: str
    family_name: str
    birth_date: date
    sex: Literal[1, 2] | None = None
    address_protection: AddressProtection = "none"
    municipality: str | None = None
    address_id: str | None = None
    deceased_on: date | None = None
    parents: tuple[Parent, ...] = ()
    former_ids: tuple[Number, ...] = ()


class GpListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A person on a GP's list at an office."""

    national_id: Number
    hpr_number: str
    org_number: str
    valid_from: date
    valid_to: date | None = None


class Substitute(msgspec.Struct, frozen=True, kw_only=True):
    """`substitute_hpr` stands in for the GP `hpr_number` (Fastlegeregisteret's DoctorCycles)."""

    hpr_number: str
    substitute_hpr: str
    valid_from: date
    valid_to: date | None = None


class SenderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that sends svarrapporter, its ids, its departments, and who may deliver for it.

    `kinds`: MsgDescr (8202) or Message/Type it is registered for. `keys`: thumbprints (RFC 7638) of the DPoP
    keys of its own client. Empty: any.
    """

    org_number: str
    her_ids: tuple[str, ...] = ()
    departments: tuple[Department, ...] = ()
    delivered_by: tuple[str, ...] = ()
    strict: bool = False
    kinds: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class RegisterFile(msgspec.Struct, frozen=True, kw_only=True):
    """All registers of one import; what a file does not mention stays as it is."""

    organisations: tuple[Organisation, ...] = ()
    personnel: tuple[Personnel, ...] = ()
    employments: tuple[Employment, ...] = ()
    administrators: tuple[Administration, ...] = ()
    persons: tuple[Person, ...] = ()
    gp_lists: tuple[GpListEntry, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    senders: tuple[SenderEntry, ...] = ()


def _national_id(kind: type[Any], value: object) -> Any:
    if kind is not Number:
        raise NotImplementedError
    try:
        return Number(parse_national_id(str(value)))
    except InvalidNationalId as error:
        raise ValueError(error.code) from None


def read_register_file(path: Path) -> RegisterFile:
    """Read `path` (`.json`, else YAML); keys that belong to others (such as `personas`) are passed over.

    Raises `msgspec.ValidationError`, which names the place of a fault and never the value.
    """
    if path.suffix == ".json":
        return msgspec.json.decode(path.read_bytes(), type=RegisterFile, dec_hook=_national_id)
    return msgspec.yaml.decode(path.read_bytes(), type=RegisterFile, dec_hook=_national_id)


def register_file(plain: object) -> RegisterFile:
    """The same from plain data: dicts and lists, or structs that `msgspec.to_builtins` can take apart."""
    return msgspec.convert(
        msgspec.to_builtins(plain, builtin_types=(date,)), RegisterFile, dec_hook=_national_id
    )
