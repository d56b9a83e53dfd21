"""Reads `dev/personas.yaml`: the personas one can log in as, and the registers behind them.

`RegisterFile` is the shape of every register import (personas and synthetic population alike).
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

PERSONAS_FILE = Path(__file__).with_name("personas.yaml")

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
Login = Literal["helseid", "idporten", "machine"]


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """A department of an organisation, by HER-id."""

    her_id: str
    name: str


class Organisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An organisation or place of treatment (`org_number`: nine digits; `parent`: the legal entity's)."""

    org_number: str
    name: str
    kind: OrganisationKind
    her_id: str | None = None
    parent: str | None = None
    municipality: str | None = None
    departments: tuple[Department, ...] = ()


class Authorisation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An authorisation in HPR (`code` from Volven 9060)."""

    code: str
    valid_from: date
    valid_to: date | None = None


class Personnel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Health personnel; without authorisation also without HPR number."""

    national_id: str
    given_name: str
    family_name: str
    hpr_number: str | None = None
    authorisations: tuple[Authorisation, ...] = ()


class Employment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who works where (`role`: Volven 9060, XX without authorisation, DRIFT operates the service)."""

    national_id: str
    org_number: str
    role: str
    valid_from: date
    valid_to: date | None = None


class Administration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who administers an organisation and what is below it."""

    national_id: str
    org_number: str
    valid_from: date
    valid_to: date | None = None


class Parent(msgspec.Struct, frozen=True, kw_only=True):
    """A parent of a person, with or without parental responsibility."""

    national_id: str
    responsibility: bool


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person of Folkeregisteret (`sex`: 1 male, 2 female)."""

    national_id: str
    given_name: str
    family_name: str
    birth_date: date
    sex: Literal[1, 2] | None
    address_protection: AddressProtection
    municipality: str
    address_id: str | None = None
    parents: tuple[Parent, ...] = ()


class GpListEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person on a GP's list."""

    national_id: str
    hpr_number: str
    org_number: str
    valid_from: date
    valid_to: date | None = None


class SenderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that may send svarrapporter, its ids, and the brokers that deliver for it."""

    org_number: str
    her_ids: tuple[str, ...]
    departments: tuple[Department, ...] = ()
    delivered_by: tuple[str, ...] = ()
    strict: bool = False
    kinds: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


class RegisterFile(msgspec.Struct, frozen=True, kw_only=True):
    """The registers as one import: organisations, personnel, persons, GP lists and senders."""

    organisations: tuple[Organisation, ...] = ()
    personnel: tuple[Personnel, ...] = ()
    employments: tuple[Employment, ...] = ()
    administrators: tuple[Administration, ...] = ()
    persons: tuple[Person, ...] = ()
    gp_lists: tuple[GpListEntry, ...] = ()
    senders: tuple[SenderEntry, ...] = ()


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A persona's name and purpose in bokmål, nynorsk and English."""

    nb: str
    nn: str
    en: str


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """Someone (or a machine) one can log in as.

    `role` is a Volven 9060 code; none for citizens, machines and personnel without authorisation.
    """

    login: Login
    label: Label
    national_id: str | None = None
    hpr_number: str | None = None
    org_parent: str | None = None
    org_child: str | None = None
    role: str | None = None
    client_id: str | None = None


class PersonaFile(RegisterFile, frozen=True, kw_only=True):
    """The whole of `dev/personas.yaml`: registers, personas, and the day the personas' ages hold for."""

    reference_date: date
    personas: dict[str, Persona]

    def registers(self) -> RegisterFile:
        """The register part alone."""
        return RegisterFile(**{f: getattr(self, f) for f in RegisterFile.__struct_fields__})


def read_personas(path: Path = PERSONAS_FILE) -> PersonaFile:
    """Read a persona file; raises `msgspec.ValidationError` that names the place of a fault."""
    return msgspec.yaml.decode(path.read_bytes(), type=PersonaFile)


@cache
def load_personas() -> PersonaFile:
    """`dev/personas.yaml`, read once."""
    return read_personas()


def persona(name: str) -> Persona:
    """The persona of that name, e.g. `lege-koman`; raises `KeyError` with the known names."""
    known = load_personas().personas
    if name not in known:
        raise KeyError(f"Unknown persona {name!r}. Known: {', '.join(known)}")
    return known[name]
