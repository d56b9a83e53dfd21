"""The sending laboratories of `dev/personas.yaml`, each with its habits: units, references, signers, zone.

Habits differ because real ones do; a reader must cope with all of them.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Literal

import msgspec

from dev.generator.model import Provider, Sender
from dev.personas import SenderEntry, load_personas
from kit.norway import OSLO

LabName = Literal["storfjella", "nordlys", "referanse", "storfjella-bilde", "vestbre"]
_ORG_NUMBERS: dict[LabName, str] = {
    "storfjella": "313901645",
    "nordlys": "313901866",
    "referanse": "313902080",
    "storfjella-bilde": "313901750",
    "vestbre": "313901971",
}


class Lab(msgspec.Struct, frozen=True, kw_only=True):
    """One laboratory. `units`: its spellings of common units; `dash`: how it writes a reference interval."""

    name: LabName
    prefix: str
    phone: str
    units: dict[str, str]
    dash: str
    zone: bool
    signers: tuple[tuple[str, str], ...]

    def unit(self, unit: str | None) -> str | None:
        """The laboratory's own spelling of a unit."""
        return None if unit is None else self.units.get(unit, unit)

    def stamp(self, moment: datetime) -> str:
        """A time as this laboratory writes it: local, most often without zone."""
        if not self.zone:
            return moment.isoformat(timespec="seconds")
        return moment.replace(tzinfo=OSLO).isoformat(timespec="seconds")


LABS: dict[LabName, Lab] = {
    "storfjella": Lab(
        name="storfjella",
        prefix="SF",
        phone="55001100",
        units={"10*9/L": "10E9/L", "10*12/L": "10E12/L", "mIU/L": "10E-3 IU/L", "µmol/L": "µmol/L"},
        dash=" - ",
        zone=False,
        signers=(("Randi Sætre", "9901531"), ("Jonas Eikeland", "9901663")),
    ),
    "nordlys": Lab(
        name="nordlys",
        prefix="NL",
        phone="55002200",
        units={"10*9/L": "10^9/L", "10*12/L": "10^12/L", "µmol/L": "umol/L", "µg/L": "ug/L"},
        dash="-",
        zone=True,
        signers=(("Berit Holmen", "9901795"), ("Amir Rostami", "9901922")),
    ),
    "referanse": Lab(
        name="referanse",
        prefix="RL",
        phone="55003300",
        units={},
        dash=" - ",
        zone=True,
        signers=(("Sunniva Gjerde", "9902058"),),
    ),
    "storfjella-bilde": Lab(
        name="storfjella-bilde",
        prefix="SFB",
        phone="55001170",
        units={},
        dash=" - ",
        zone=False,
        signers=(("Eirik Vold", "9902317"), ("Tuva Kleppe", "9902449")),
    ),
    "vestbre": Lab(
        name="vestbre",
        prefix="VR",
        phone="55004400",
        units={},
        dash=" - ",
        zone=False,
        signers=(("Marte Oppedal", "9902570"),),
    ),
}


@cache
def _registered(name: LabName) -> tuple[SenderEntry, str]:
    file = load_personas()
    number = _ORG_NUMBERS[name]
    entry = next(s for s in file.senders if s.org_number == number)
    return entry, next(o.name for o in file.organisations if o.org_number == number)


@cache
def sender(name: LabName, department: str | None = None) -> Sender:
    """The sender as registered; raises `StopIteration` for a department it does not have."""
    entry, title = _registered(name)
    if department is None:
        return Sender(name=title, her_id=entry.her_ids[0])
    found = next(d for d in entry.departments if d.name == department)
    return Sender(name=title, her_id=entry.her_ids[0], department=found.name, department_her_id=found.her_id)


def department_head(lab: Lab, department: str) -> Provider:
    """The department that answers for a report (relation ARP)."""
    return Provider(relation="ARP", name=department, phone=lab.phone, institution=True)
