"""Reads `dev/personas.yaml`: the personas one can log in as, and the registers behind them.

The registers have the product's own shape, with national numbers as plain text: all of them are fictitious.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from core_record.registers import file
from core_record.registers.file import Authorisation, Organisation, SenderEntry, Substitute

__all__ = [
    "PERSONAS_FILE",
    "Administration",
    "Authorisation",
    "Employment",
    "GpListEntry",
    "Label",
    "Organisation",
    "Parent",
    "Person",
    "Persona",
    "PersonaFile",
    "Personnel",
    "RegisterFile",
    "SenderEntry",
    "Substitute",
    "load_personas",
    "persona",
    "read_personas",
]

Administration = file.Administration[str]
Employment = file.Employment[str]
GpListEntry = file.GpListEntry[str]
Parent = file.Parent[str]
Person = file.Person[str]
Personnel = file.Personnel[str]
RegisterFile = file.RegisterFile[str]

PERSONAS_FILE = Path(__file__).with_name("personas.yaml")

Login = Literal["helseid", "idporten", "machine"]


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
        return RegisterFile(**{f: getattr(self, f) for f in file.RegisterFile.__struct_fields__})


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
