"""The neutral shape of a svarrapport: what v1.3 and v1.4 have in common, before FHIR.

Everything a laboratory wrote is kept as it was sent: numbers as text, units and reference intervals verbatim.
Sources: HIS 80822 and HITS 1102:2014 (svarrapport v1.3 and v1.4), kith.xsd (CS, CV, PQ, TS).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Severity = Literal["warning", "attention", "reject"]
Version = Literal["1.3", "1.4"]


class Issue(Struct, frozen=True):
    """A fault in a message. `message`: a sentence a laboratory's operator can act on; no personal data."""

    code: str
    severity: Severity
    message: str
    line: int | None = None
    path: str | None = None


class Code(Struct, frozen=True):
    """A code as sent (kith CS and CV). `system` is the OID, "" where the message gives none."""

    value: str = ""
    system: str = ""
    display: str = ""
    original: str = ""

    @property
    def text(self) -> str:
        """What a reader is shown: the original text, else the display name, else the code itself."""
        return self.original or self.display or self.value


class Moment(Struct, frozen=True):
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


class Identifier(Struct, frozen=True):
    """An identifier of an organisation, department or health worker: type (HER, ENH, HPR, …) and value."""

    type: str
    value: str


class Unit(Struct, frozen=True):
    """A department."""

    name: str = ""
    ids: tuple[Identifier, ...] = ()


class Person(Struct, frozen=True):
    """A health worker. `role` is the code of the profession (HCProf/Type, 9060)."""

    name: str = ""
    ids: tuple[Identifier, ...] = ()
    role: Code | None = None


class Party(Struct, frozen=True):
    """Whoever sends, requests or answers for something: an organisation, a health worker, or both.

    `ids` are the organisation's (Id and every AdditionalId). `relation` says what the party is to the report
    or item.
    """

    name: str = ""
    ids: tuple[Identifier, ...] = ()
    departments: tuple[Unit, ...] = ()
    persons: tuple[Person, ...] = ()
    relation: Code | None = None
    role: Code | None = None
    specialty: Code | None = None
    telecom: tuple[str, ...] = ()
    path: str = ""


class Patient(Struct, frozen=True):
    """Who the report is about. Never printed: its values show in no repr, log or error text.

    `number` is as sent but for removed spaces; `kind` is TypeOffId (FNR, DNR, FHN, HNR, …); `sex` "1" or "2";
    `birth_date` as sent.
    """

    number: str
    kind: str
    sex: str = ""
    birth_date: str = ""

    def __repr__(self) -> str:
        return "Patient(***)"

    __str__ = __repr__

    def __rich_repr__(self) -> Any:
        yield "***"


class Specimen(Struct, frozen=True):
    """AnalysedSubject: a sample, or a study product. `key` tells it from the others of the report."""

    key: str
    id: str = ""
    id_by_requester: str = ""
    type: Code | None = None
    type_text: str = ""
    collected: Moment | None = None
    collector_comments: tuple[str, ...] = ()
    anatomical_origin: str = ""
    comment: str = ""
    preservative: str = ""
    number: str = ""
    handling: tuple[str, ...] = ()
    pretreatment: tuple[str, ...] = ()
    logistics: str = ""
    accredited: bool | None = None
    serv_type: str = ""
    collection_by: Code | None = None
    procedure: Code | None = None
    product_type: str = ""
    product_date: Moment | None = None
    product_ref: str = ""
    collector: Party | None = None
    children: tuple[Specimen, ...] = ()


class Quantity(Struct, frozen=True):
    """A number exactly as sent and its unit verbatim."""

    value: str
    unit: str = ""


class NumResult(Struct, frozen=True, tag="num"):
    """A numeric result. `comparator` is the code of 8239."""

    quantity: Quantity
    comparator: str = ""


class TextResult(Struct, frozen=True, tag="text"):
    """A textual result: heading (8243), codes, text. `xhtml`: the sanitised markup where markup was sent."""

    heading: Code | None = None
    text: str = ""
    xhtml: str = ""
    codes: tuple[Code, ...] = ()
    unit: str = ""


class DateResult(Struct, frozen=True, tag="date"):
    """A date as result; `sent` holds the text where it is no readable date."""

    value: Moment | None
    sent: str = ""


class Interval(Struct, frozen=True, tag="interval"):
    """An interval as result."""

    low: Quantity | None = None
    high: Quantity | None = None


Result = NumResult | TextResult | DateResult | Interval


class Fact(Struct, frozen=True):
    """One value of a StructuredInfo: its kind (text, integer, quantity, code, flag) and the value as sent."""

    kind: Literal["text", "integer", "quantity", "code", "flag"]
    text: str = ""
    unit: str = ""
    code: Code | None = None


class StructuredInfo(Struct, frozen=True):
    """Extra facts about an item, typed by the laboratory."""

    type: Code
    facts: tuple[Fact, ...] = ()


class DiagComment(Struct, frozen=True):
    """A coded diagnosis (7010 NORPAT …) with its modifiers: (name, values)."""

    concept: Code
    modifiers: tuple[tuple[Code, tuple[Code, ...]], ...] = ()


class Item(Struct, frozen=True):
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


class Reason(Struct, frozen=True):
    """ReasonAsText or Comment of a requisition: heading (8231), text, code."""

    heading: Code | None = None
    text: str = ""
    code: Code | None = None


class Requisition(Struct, frozen=True):
    """ServReq."""

    id: str = ""
    id_by_provider: str = ""
    serv_type: Code | None = None
    issue_date: Moment | None = None
    receipt_date: Moment | None = None
    payment: Code | None = None
    kind: Code | None = None
    priority: Code | None = None
    comment: str = ""
    comments: tuple[Reason, ...] = ()
    reasons: tuple[Reason, ...] = ()
    reservations: tuple[Code, ...] = ()


class InfItem(Struct, frozen=True):
    """Information about the patient that came with the requisition."""

    type: Code
    text: str = ""
    comment: str = ""
    coded: Code | None = None
    start: Moment | None = None
    end: Moment | None = None
    original: Moment | None = None


class Message(Struct, frozen=True):
    """A svarrapport, v1.3 or v1.4 alike.

    `type` Message/Type (SVAR_LAB …); `serv_type` 7309, `status` 7306 of the report; `kind` MsgDescr (8202);
    `test` is true where Message/Status or the sender says TEST; `ack` whether an AppRec was asked for;
    `unmapped` are paths of what the neutral shape has no place for.
    """

    version: Version
    msg_id: str
    gen_date: datetime
    gen_moment: Moment
    type: str
    test: bool
    serv_type: str
    status: str
    kind: Code
    issue: Moment | None
    serv_prov_id: str
    patient: Patient
    sender: Party
    requester: Party
    responsible: Party | None = None
    responsible_relation: Code | None = None
    report_performers: tuple[Party, ...] = ()
    approval: Moment | None = None
    ack: bool = False
    cancellation: Code | None = None
    comment: str = ""
    coded_comments: tuple[Code, ...] = ()
    documents: int = 0
    requisitions: tuple[Requisition, ...] = ()
    infos: tuple[InfItem, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    items: tuple[Item, ...] = ()
    unmapped: tuple[str, ...] = ()

    @property
    def issue_date(self) -> datetime | None:
        """ServReport/IssueDate: the date of the report's first version."""
        return self.issue.at if self.issue else None

    @property
    def sender_ids(self) -> list[tuple[str, str]]:
        """(type, id) of the sending organisation, AdditionalId included."""
        return [(i.type, i.value) for i in self.sender.ids]

    @property
    def sender_departments(self) -> list[Unit]:
        """Departments of the sender, with their own ids."""
        return list(self.sender.departments)

    @property
    def requester_ids(self) -> list[tuple[str, str]]:
        """(type, id) of everyone named as requester: organisation, departments and persons of Requester."""
        return party_ids(self.requester)

    @property
    def responsible_ids(self) -> list[tuple[str, str]]:
        """(type, id) of everyone named in Patient/ResponsibleHcp."""
        return party_ids(self.responsible) if self.responsible else []

    @property
    def requisition_ids(self) -> list[str]:
        """The ids of the requisitions, by the requester and by the laboratory."""
        found = [i for r in self.requisitions for i in (r.id, r.id_by_provider) if i]
        return list(dict.fromkeys(found))

    @property
    def sampling_dates(self) -> list[Moment]:
        """CollectedDate of every specimen, nested ones too, oldest first, without repeats."""
        found = {s.collected.text: s.collected for s in walk_specimens(self.specimens) if s.collected}
        return sorted(found.values(), key=lambda moment: (moment.at, moment.text))


class ReadMessage(Struct, frozen=True):
    """What a reader made of a message: `message` is None exactly when one of the issues rejects it."""

    message: Message | None
    issues: list[Issue]


def party_ids(party: Party) -> list[tuple[str, str]]:
    """(type, id) of a party's organisation, departments and persons, in that order."""
    groups = [party.ids, *(d.ids for d in party.departments), *(p.ids for p in party.persons)]
    return [(i.type, i.value) for ids in groups for i in ids]


def walk_items(items: tuple[Item, ...]) -> list[Item]:
    """Every item of the trees, parents before children."""
    found: list[Item] = []
    stack = list(reversed(items))
    while stack:
        item = stack.pop()
        found.append(item)
        stack.extend(reversed(item.children))
    return found


def walk_specimens(specimens: tuple[Specimen, ...]) -> list[Specimen]:
    """Every specimen of the trees, parents before children."""
    found: list[Specimen] = []
    stack = list(reversed(specimens))
    while stack:
        specimen = stack.pop()
        found.append(specimen)
        stack.extend(reversed(specimen.children))
    return found
