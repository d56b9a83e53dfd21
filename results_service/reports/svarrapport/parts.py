"""The parts a svarrapport is made of: codes, moments, parties, specimens, results and items.

Everything a laboratory wrote is kept as it was sent: numbers as text, units and reference intervals verbatim.
Sources: HIS 80822 and HITS 1102:2014 (svarrapport v1.3 and v1.4), kith.xsd (CS, CV, PQ, TS).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Code(Struct, frozen=True, gc=False):
    """A code as sent (kith CS and CV). `system` is the OID, "" where the message gives none."""

    value: str = ""
    system: str = ""
    display: str = ""
    original: str = ""

    @property
    def text(self) -> str:
        """What a reader is shown: the original text, else the display name, else the code itself."""
        return self.original or self.display or self.value


class Moment(Struct, frozen=True, gc=False):
    """A point in time as sent. `text` is its FHIR form (a date stays a date); `at` is aware, for ordering."""

    text: str
    at: datetime

    @property
    def is_date(self) -> bool:
        """Whether the sender gave no time of day."""
        return "T" not in self.text

    @property
    def instant(self) -> str:
        """The FHIR `instant` form (a date-only value counts from midnight in Norway)."""
        return self.at.isoformat() if self.is_date else self.text


class Identifier(Struct, frozen=True, gc=False):
    """An identifier of an organisation, department or health worker: type (HER, ENH, HPR, …) and value."""

    type: str
    value: str


class Unit(Struct, frozen=True, gc=False):
    """A department."""

    name: str = ""
    ids: tuple[Identifier, ...] = ()


class Person(Struct, frozen=True, gc=False):
    """A health worker. `role` is the code of the profession (HCProf/Type, 9060)."""

    name: str = ""
    ids: tuple[Identifier, ...] = ()
    role: Code | None = None


class Party(Struct, frozen=True, gc=False):
    """Whoever sends, requests or answers for something: an organisation, a health worker, or both.

    `ids` are the organisation's (Id and every AdditionalId). `relation` says what the party is to the report
    or item.
    """

    name: str = ""
    ids: tuple[Identifier, ...] = ()
    departments: tuple[Unit, ...] = ()
    persons: tuple[Person, ...] = ()
    relation: Code | None = None
    specialty: Code | None = None
    telecom: tuple[str, ...] = ()
    path: str = ""


class Specimen(Struct, frozen=True, gc=False):
    """AnalysedSubject: a sample, or a study product. `key` tells it from the others of the report."""

    key: str
    id: str = ""
    id_by_requester: str = ""
    type: Code | None = None
    type_text: str = ""
    collected: Moment | None = None
    collector_comments: tuple[str, ...] = ()
    collector_codes: tuple[Code, ...] = ()
    anatomical_origin: str = ""
    comment: str = ""
    preservative: str = ""
    number: str = ""
    handling: tuple[str, ...] = ()
    pretreatment: tuple[Code | None, str] | None = None
    logistics: str = ""
    accredited: bool | None = None
    collection_by: Code | None = None
    procedure: Code | None = None
    product_type: str = ""
    product_date: Moment | None = None
    product_ref: str = ""
    collector: Party | None = None
    children: tuple[Specimen, ...] = ()


class Quantity(Struct, frozen=True, gc=False):
    """A number exactly as sent and its unit verbatim."""

    value: str
    unit: str = ""


class NumResult(Struct, frozen=True, gc=False):
    """A numeric result. `comparator` is the code of 8239."""

    quantity: Quantity
    comparator: str = ""


class TextResult(Struct, frozen=True, gc=False):
    """A textual result: heading (8243), codes, text. `xhtml`: the sanitised markup where markup was sent."""

    heading: Code | None = None
    text: str = ""
    xhtml: str = ""
    codes: tuple[Code, ...] = ()
    unit: str = ""


class DateResult(Struct, frozen=True, gc=False):
    """A date as result; `sent` holds the text where it is no readable date."""

    value: Moment | None
    sent: str = ""


class Interval(Struct, frozen=True, gc=False):
    """An interval as result."""

    low: Quantity | None = None
    high: Quantity | None = None


Result = NumResult | TextResult | DateResult | Interval


class Fact(Struct, frozen=True, gc=False):
    """One value of a StructuredInfo: its kind (text, integer, quantity, code, flag) and the value as sent."""

    kind: Literal["text", "integer", "quantity", "code", "flag"]
    text: str = ""
    unit: str = ""
    code: Code | None = None


class StructuredInfo(Struct, frozen=True, gc=False):
    """Extra facts about an item, typed by the laboratory."""

    type: Code
    facts: tuple[Fact, ...] = ()


class DiagComment(Struct, frozen=True, gc=False):
    """A coded diagnosis (7010 NORPAT …) with its modifiers: (name, values)."""

    concept: Code
    modifiers: tuple[tuple[Code, tuple[Code, ...]], ...] = ()


class Item(Struct, frozen=True, gc=False):
    """ResultItem. `key` is the same in every version of the report; `children` are the nested items.

    `serv_type` (8270) and `status` (8245) are as sent, "" where the item says nothing (see `effective`).
    `date` is InvDate. `line` and `path` lead back to the message.
    """

    key: str
    id: str = ""
    ref_id: str = ""
    serv_type: str = ""
    status: str = ""
    codes: tuple[Code, ...] = ()
    specs: tuple[Code, ...] = ()
    investigation_comments: tuple[str, ...] = ()
    result: Result | None = None
    ref_intervals: tuple[str, ...] = ()
    deviation: Code | None = None
    comment: str = ""
    date: Moment | None = None
    status_change_date: Moment | None = None
    description_date: Moment | None = None
    counter_sign_date: Moment | None = None
    validation_date: Moment | None = None
    specimen_ids: tuple[str, ...] = ()
    accredited: bool | None = None
    performers: tuple[Party, ...] = ()
    diag_comment: DiagComment | None = None
    structured: tuple[StructuredInfo, ...] = ()
    children: tuple[Item, ...] = ()
    line: int | None = None
    path: str = ""


class Reason(Struct, frozen=True, gc=False):
    """ReasonAsText or Comment of a requisition: heading (8231), text, code."""

    heading: Code | None = None
    text: str = ""
    code: Code | None = None


class Requisition(Struct, frozen=True, gc=False):
    """ServReq."""

    id: str = ""
    id_by_provider: str = ""
    issue_date: Moment | None = None
    receipt_date: Moment | None = None
    payment: Code | None = None
    kind: Code | None = None
    priority: Code | None = None
    comment: str = ""
    comments: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()
    reservations: tuple[Code, ...] = ()


class InfItem(Struct, frozen=True, gc=False):
    """Information about the patient that came with the requisition."""

    type: Code
    text: str = ""
    comment: str = ""
    coded: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    original: Moment | None = None
