"""The report as the generator sees it: plain data, written to XML by `dev.generator.writer`.

Element names and order: svarrapport v1.4 (HIS 80822), class diagrams "ServReport" and "ResultItem".
Dates are texts as a message carries them (`2025-03-04`, `2025-03-04T08:15:00`, with or without zone).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

ServType = Literal["N", "M", "C", "H", "A"]
ReportStatus = Literal["P", "F", "A", "S"]
Version = Literal["1.3", "1.4"]


class Code(msgspec.Struct, frozen=True):
    """A coded value (kith:CV): `system` is the code list (7280 …), `text` the @OT of local codes."""

    code: str | None
    system: str
    display: str | None = None
    text: str | None = None


class Num(msgspec.Struct, frozen=True):
    """NumResult: decimal point, the unit as the laboratory writes it, 8239 comparator (LT, GT …)."""

    value: str
    unit: str | None
    comparator: str | None = None


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """TextResult: heading (8243), text (a paragraph a line when `xhtml`), codes, unit."""

    text: str | None = None
    heading: str | None = None
    codes: tuple[Code, ...] = ()
    unit: str | None = None
    xhtml: bool = False


class DateValue(msgspec.Struct, frozen=True):
    """DateResult."""

    value: str


class Span(msgspec.Struct, frozen=True):
    """Interval: (value, unit) pairs; either end may be open."""

    low: tuple[str, str] | None
    high: tuple[str, str] | None


Value = Num | Text | DateValue | Span


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """RelServProv: a professional, or a department, with its relation (AHP, ARP …)."""

    relation: str
    name: str
    hpr: str | None = None
    profession: str | None = None
    phone: str | None = None
    institution: bool = False


class Diagnosis(msgspec.Struct, frozen=True):
    """DiagComment: a concept with modifiers (7305 name → values)."""

    concept: Code
    modifiers: tuple[tuple[str, tuple[Code, ...]], ...] = ()


class Structured(msgspec.Struct, frozen=True, kw_only=True):
    """StructuredInfo: a type with values of one or more forms."""

    type: Code
    texts: tuple[str, ...] = ()
    integers: tuple[int, ...] = ()
    quantities: tuple[tuple[str, str], ...] = ()
    codes: tuple[Code, ...] = ()
    flags: tuple[bool, ...] = ()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """ResultItem, nested where a result has parts."""

    value: Value | None = None
    serv_type: ServType | None = None
    reference: str | None = None
    investigation: tuple[Code, ...] = ()
    methods: tuple[Code, ...] = ()
    investigation_comment: str | None = None
    date: str | None = None
    comment: str | None = None
    deviation: str | None = None
    id: str | None = None
    ref: str | None = None
    status: str | None = None
    status_changed: str | None = None
    described: str | None = None
    countersigned: str | None = None
    validated: str | None = None
    specimens: tuple[str, ...] = ()
    accredited: bool | None = None
    performers: tuple[Provider, ...] = ()
    diagnosis: Diagnosis | None = None
    structured: tuple[Structured, ...] = ()
    items: tuple[Item, ...] = ()


class Specimen(msgspec.Struct, frozen=True, kw_only=True):
    """AnalysedSubject: what was examined and when it was taken."""

    id: str
    collected: str | None = None
    collector_comment: str | None = None
    logistics: str | None = None
    type_text: str | None = None
    type: Code | None = None
    requester_id: str | None = None
    preservation: str | None = None
    comment: str | None = None
    origin: str | None = None
    number: int | None = None
    handling: tuple[str, ...] = ()
    accredited: bool | None = None
    pretreatment: tuple[str, str] | None = None


class InfItem(msgspec.Struct, frozen=True, kw_only=True):
    """InfItem: clinical information about the patient, by type (OPPL, ANAM …)."""

    type: str
    type_name: str
    text: str
    comment: str | None = None
    start: str | None = None
    end: str | None = None


class Requisition(msgspec.Struct, frozen=True, kw_only=True):
    """ServReq: what was asked for, and why."""

    id: str
    issued: str | None = None
    received: str | None = None
    provider_id: str | None = None
    payment: str | None = None
    comment: str | None = None
    reasons: tuple[tuple[str, str], ...] = ()


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """The person of the report. `id_kind`: FNR, DNR or FHN (8327)."""

    national_id: str
    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: int | None = None
    id_kind: str = "FNR"

    def __repr__(self) -> str:
        return "Patient(***)"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """ServProvider: the laboratory, and its department where it has any."""

    name: str
    her_id: str
    department: str | None = None
    department_her_id: str | None = None


class Requester(msgspec.Struct, frozen=True, kw_only=True):
    """The office and the doctor who asked."""

    name: str
    her_id: str
    doctor: str
    doctor_hpr: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One message: header, requisition, patient, specimens and results.

    `kind`, `lab` and `answered` (local time, equal to `generated`) are the generator's own and not written.
    """

    kind: str
    lab: str
    answered: datetime
    msg_id: str
    generated: str
    serv_type: ServType
    status: ReportStatus
    field: str
    number: str
    patient: Patient
    sender: Sender
    requester: Requester
    requisition: Requisition
    issued: str
    approved: str | None = None
    message_type: Literal["SVAR_LAB", "SVAR_RTG"] = "SVAR_LAB"
    comment: str | None = None
    coded_comments: tuple[Code, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    items: tuple[Item, ...] = ()
    information: tuple[InfItem, ...] = ()
    provider: Provider | None = None
    copy_to: tuple[tuple[str, str], ...] = ()
    test: bool = False
    version: Version = "1.4"
