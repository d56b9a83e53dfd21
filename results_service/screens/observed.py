"""Stored Observations and reports read for a table: only the parts that it shows, digits untouched."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache

import msgspec
from msgspec import Raw, Struct

from results_service.codes.systems import LOCAL, NLK, system_oid, system_url
from results_service.reports.fhir import names

# Code lists whose codes mean the same at every laboratory; every other code is its sender's own.
NATIONAL = frozenset({"7280", "7270", "7010", "8219", "8220"})
_HEADINGS = names.KINDS.replace("8202", "8243")
_SUSCEPTIBILITY = names.KINDS.replace("8202", "8271")
_ANSWERS = frozenset({"S", "I", "R", "K"})
_NLK = system_url(NLK)
_NO_ANALYSIS = frozenset({_HEADINGS, names.DATA_ABSENT_SYSTEM})
_NAMES = {
    names.NILAR + "history": "history",
    names.NILAR + "investigation-date": "investigated",
    names.NILAR + "structured-info": "structured",
    names.AKSON + "result-status": "behind",
    names.AKSON + "text-result-unit": "unit",
}


class Coding(Struct, gc=False):
    """FHIR Coding."""

    system: str = ""
    code: str = ""
    display: str = ""


class Concept(Struct, gc=False):
    """FHIR CodeableConcept."""

    coding: list[Coding] = []
    text: str = ""


class _Quantity(Struct, gc=False):
    value: Raw = Raw(b"")
    unit: str = ""
    comparator: str = ""
    code: str = ""


class Range(Struct, gc=False):
    """FHIR Range."""

    low: _Quantity | None = None
    high: _Quantity | None = None


class _Reference(Struct, gc=False):
    text: str = ""
    low: _Quantity | None = None
    high: _Quantity | None = None


class _Extension(Struct, gc=False, rename="camel"):
    url: str = ""
    value_boolean: bool | None = None
    value_date_time: str = ""
    value_coding: Coding | None = None
    value_string: str = ""
    extension: list[_Extension] = []


class _Note(Struct, gc=False):
    text: str = ""


class _Link(Struct, gc=False):
    reference: str = ""


class Said(Struct, gc=False):
    """What the extensions of an Observation say.

    `history`: repeated from an earlier report. `investigated`: has a date of its own. `structured`: has more
    than its value. `behind`: the code of 8245 behind a status that says less. `unit`: of a text result.
    """

    history: bool = False
    investigated: bool = False
    structured: bool = False
    behind: str = ""
    unit: str = ""


class Observation(Struct, gc=False, rename="camel"):
    """The parts of a stored Observation that a table shows."""

    id: str = ""
    status: str = ""
    code: Concept = msgspec.field(default_factory=Concept)
    effective_date_time: str = ""
    value_quantity: _Quantity | None = None
    value_codeable_concept: Concept | None = None
    value_date_time: str = ""
    value_range: Range | None = None
    interpretation: list[Concept] = []
    reference_range: list[_Reference] = []
    note: list[_Note] = []
    extension: list[_Extension] = []

    @property
    def main(self) -> Coding | None:
        """The code that names the analysis: NLK before every other; None for a part of a text."""
        found: Coding | None = None
        for coding in self.code.coding:
            if coding.system == _NLK:
                return coding
            if found is None and coding.system not in _NO_ANALYSIS:
                found = coding
        return found

    @property
    def said(self) -> Said:
        """What its extensions say."""
        found = Said()
        for each in self.extension:
            name = _NAMES.get(each.url)
            if name == "history":
                found.history = each.value_boolean is True
            elif name == "behind":
                codings = (inner.value_coding for inner in each.extension)
                found.behind = next((c.code for c in codings if c and c.system == names.ITEM_STATUSES), "")
            elif name == "unit":
                found.unit = each.value_string
            elif name is not None:
                setattr(found, name, True)
        return found

    @property
    def has_value(self) -> bool:
        """Whether it has a value of its own."""
        return bool(
            self.value_quantity or self.value_codeable_concept or self.value_date_time or self.value_range
        )

    @property
    def is_silent(self) -> bool:
        """No value of its own, and nothing said of it."""
        return not self.has_value and not self.note

    @property
    def is_susceptibility(self) -> bool:
        """A drug tried on a microbe: shown in the report's own table, against the microbe."""
        if self.value_codeable_concept is None:
            return False
        return any(
            (c.system == _SUSCEPTIBILITY and c.code in _ANSWERS)
            or (c.system == _HEADINGS and c.code == "RSB")
            for c in self.value_codeable_concept.coding
        )


class _Identifier(Struct, gc=False):
    value: str = ""


class _Actor(Struct, gc=False):
    display: str = ""
    identifier: _Identifier | None = None


class _Role(Struct, gc=False, rename="camel"):
    practitioner: _Actor | None = None
    organization: _Actor | None = None
    healthcare_service: list[_Actor] = []


class Report(Struct, gc=False, rename="camel"):
    """The parts of a stored DiagnosticReport that a table shows."""

    id: str = ""
    status: str = ""
    code: Concept = msgspec.field(default_factory=Concept)
    effective_date_time: str = ""
    issued: str = ""
    extension: list[_Extension] = []

    @property
    def preliminary(self) -> bool:
        """Still preliminary, also when the status only says that it was amended (clinical rule 9)."""
        url = names.REPORT_STATUSES
        codes = [e.value_coding for outer in self.extension for e in (outer, *outer.extension)]
        found = next((c.code for c in codes if c and c.system == url), "")
        return found == "P" or (not found and self.status == "preliminary")


class Laboratory(Struct, frozen=True):
    """Who answered: a name to show, and the identifier that local codes belong to."""

    name: str = ""
    sender: str = ""


_observation = msgspec.json.Decoder(Observation)
_report = msgspec.json.Decoder(Report)
_role = msgspec.json.Decoder(_Role)


def read_observation(body: bytes) -> Observation:
    """A stored Observation."""
    return _observation.decode(body)


def read_report(body: bytes) -> Report:
    """A stored DiagnosticReport."""
    return _report.decode(body)


def laboratory_of(bodies: list[bytes]) -> Laboratory:
    """The organisation among a report's performers: the last that stands for itself, else a person's."""
    roles = [role for role in map(_role.decode, bodies) if role.organization]
    alone = [role for role in roles if role.practitioner is None]
    chosen = (alone or roles)[-1:]
    if not chosen or chosen[0].organization is None:
        return Laboratory()
    organisation = chosen[0].organization
    parts = dict.fromkeys(a.display for a in (organisation, *chosen[0].healthcare_service) if a.display)
    identifier = organisation.identifier.value if organisation.identifier else ""
    return Laboratory(", ".join(parts), identifier or organisation.display)


@lru_cache(maxsize=256)
def register_of(system: str) -> str:
    """The number in Volven of a system, else the system itself."""
    oid = system_oid(system)
    last = oid.rpartition(".")[2]
    return last if oid.startswith(LOCAL.rpartition(".")[0] + ".") else system


def digits(raw: Raw) -> str:
    """A JSON number with the digits that were sent, never in exponent form."""
    text = bytes(raw).decode()
    return format(Decimal(text), "f") if "e" in text.lower() else text


def decimal(text: str) -> Decimal | None:
    """A number to reckon with; None for what is none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
