"""The shape of every register: of a national register's delivery and of a development population alike.

`N` is the type of a national identity number: `Number` in the product, so that no later error text or repr
can show one; plain text in a population, where every number is fictitious. docs/registers.md describes each
section.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

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
N = TypeVar("N")


class Number:
    """A national number in a register file (msgspec would read a bare `NationalId` as an object)."""

    __slots__ = ("national",)

    def __init__(self, national: NationalId) -> None:
        self.national = national

    def __repr__(self) -> str:
        return "Number(***)"


class Department(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A department with a HER-id of its own."""

    her_id: str
    name: str


class OwnedDepartment(Department, frozen=True, kw_only=True, omit_defaults=True):
    """The same as a line of its own."""

    org_number: str


class Organisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A legal entity or a place of treatment (then `parent` is the entity it belongs to).

    `municipality` is the municipality's number (SSB 131); without dates it has always been and still is.
    """

    org_number: str
    name: str
    kind: OrganisationKind
    her_id: str | None = None
    parent: str | None = None
    municipality: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    departments: tuple[Department, ...] = ()


class Authorisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An authorisation of HPR: `code` is Volven 9060; both days are included."""

    code: str
    valid_from: date
    valid_to: date | None = None


class OwnedAuthorisation(Authorisation, frozen=True, kw_only=True, omit_defaults=True):
    """The same as a line of its own."""

    hpr_number: str


class Personnel(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """Health personnel; without authorisation there is no HPR number."""

    national_id: N
    given_name: str
    family_name: str
    hpr_number: str | None = None
    authorisations: tuple[Authorisation, ...] = ()


class Employment(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """Who works where; both days are included. `role`: Volven 9060, or one of `roles.OWN_ROLES`."""

    national_id: N
    org_number: str
    role: str
    valid_from: date
    valid_to: date | None = None


class Administration(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """Who administers an organisation and what is below it; both days are included."""

    national_id: N
    org_number: str
    valid_from: date
    valid_to: date | None = None


class Parent(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """A parent, with or without parental responsibility; without `valid_from`: as it stands today."""

    national_id: N
    responsibility: bool
    valid_from: date | None = None
    valid_to: date | None = None


class OwnedParent(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """The same as a line of its own: `parent_id` is a parent of `national_id`."""

    national_id: N
    parent_id: N
    responsibility: bool
    valid_from: date | None = None
    valid_to: date | None = None


class FormerNumber(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """Another number of a person: `national_id` is the one in use."""

    national_id: N
    former_id: N


class Person(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """A person of Folkeregisteret; `sex`: 1 male, 2 female; `former_ids`: the same person's other numbers.

    `address_protection` holds from `protected_from` to `protected_to`; without the first: as of today.
    """

    national_id: N
    given_name: str
    family_name: str
    birth_date: date
    sex: Literal[1, 2] | None = None
    address_protection: AddressProtection = "none"
    protected_from: date | None = None
    protected_to: date | None = None
    municipality: str | None = None
    address_id: str | None = None
    deceased_on: date | None = None
    parents: tuple[Parent[N], ...] = ()
    former_ids: tuple[N, ...] = ()


class GpListEntry(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """A person on a GP's list at an office."""

    national_id: N
    hpr_number: str
    org_number: str
    valid_from: date
    valid_to: date | None = None


class Substitute(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`substitute_hpr` stands in for the GP `hpr_number` (Fastlegeregisteret's DoctorCycles)."""

    hpr_number: str
    substitute_hpr: str
    valid_from: date
    valid_to: date | None = None


class SenderEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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


class RegisterFile(msgspec.Struct, Generic[N], frozen=True, kw_only=True, omit_defaults=True):
    """All registers of one import; what a file does not mention stays as it is."""

    organisations: tuple[Organisation, ...] = ()
    departments: tuple[OwnedDepartment, ...] = ()
    personnel: tuple[Personnel[N], ...] = ()
    authorisations: tuple[OwnedAuthorisation, ...] = ()
    employments: tuple[Employment[N], ...] = ()
    administrators: tuple[Administration[N], ...] = ()
    persons: tuple[Person[N], ...] = ()
    parents: tuple[OwnedParent[N], ...] = ()
    former_numbers: tuple[FormerNumber[N], ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    gp_lists: tuple[GpListEntry[N], ...] = ()
    senders: tuple[SenderEntry, ...] = ()


def read_number(kind: type[Any], value: object) -> Any:
    """msgspec's `dec_hook` for `Number`; the error is a code and never the value."""
    if kind is not Number:
        raise NotImplementedError
    try:
        return Number(parse_national_id(str(value)))
    except InvalidNationalId as error:
        raise ValueError(error.code) from None


def read_register_file(path: Path) -> RegisterFile[Number]:
    """Read `path` (`.json`, else YAML); keys that belong to others (such as `personas`) are passed over.

    Raises `msgspec.ValidationError`, which names the place of a fault and never the value.
    """
    if path.suffix == ".json":
        return msgspec.json.decode(path.read_bytes(), type=RegisterFile[Number], dec_hook=read_number)
    return msgspec.yaml.decode(path.read_bytes(), type=RegisterFile[Number], dec_hook=read_number)


def register_file(plain: object) -> RegisterFile[Number]:
    """The same from plain data: dicts and lists, or structs that `msgspec.to_builtins` can take apart."""
    return msgspec.convert(
        msgspec.to_builtins(plain, builtin_types=(date,)), RegisterFile[Number], dec_hook=read_number
    )
