"""The neutral shape of a svarrapport: what v1.3 and v1.4 have in common, before FHIR.

Source: HIS 80822 and HITS 1102:2014 (svarrapport v1.3 and v1.4).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from kit.ids import NationalId
from results_service.reports.svarrapport.parts import (
    Code,
    InfItem,
    Item,
    Moment,
    Party,
    Requisition,
    Specimen,
    Unit,
)
from results_service.reports.svarrapport.tree import Node

__all__ = [
    "Code",
    "Issue",
    "Item",
    "Message",
    "Moment",
    "Party",
    "Patient",
    "ReadMessage",
    "Rule",
    "Specimen",
]

Severity = Literal["warning", "attention", "reject"]
Version = Literal["1.3", "1.4"]


class Issue(Struct, frozen=True, gc=False):
    """A fault in a message. `message`: a sentence a laboratory's operator can act on; no personal data."""

    code: str
    severity: Severity
    message: str
    line: int | None = None
    path: str | None = None


class Rule(Struct, frozen=True):
    """One fault: its code, what is done, the sentence the sender gets, and why that is safe."""

    code: str
    severity: Severity
    message: str
    reason: str


class Patient(Struct, frozen=True, gc=False):
    """Who the report is about. Never printed: its values show in no repr, log or error text.

    `number` is as sent but for removed spaces; `national_id` is set when it is a valid number; `kind` is
    TypeOffId (FNR, DNR, FHN, HNR, …); `sex` "1" or "2" (3101); `birth_date` as sent.
    """

    number: str
    kind: str
    sex: str = ""
    birth_date: str = ""
    national_id: NationalId | None = None

    def __repr__(self) -> str:
        return "Patient(***)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, str]]:  # pretty printers and tracebacks ask for this one
        return []


class Message(Struct, frozen=True, gc=False):
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
    def item_ids(self) -> list[str]:
        """IdResultItem of every item that has one, nested ones too."""
        return [item.id for item in walk_items(self.items) if item.id]

    @property
    def cancelled_item_keys(self) -> set[str]:
        """The keys of items cancelled by themselves, by an item they are nested in, or by the report."""
        found: set[str] = set()
        waiting = [(item, self.serv_type) for item in self.items]
        while waiting:
            item, above = waiting.pop()
            serv_type = item.serv_type or above
            if "C" in (serv_type, self.serv_type):
                found.add(item.key)
            waiting.extend((child, serv_type) for child in item.children)
        return found

    @property
    def sampling_dates(self) -> list[Moment]:
        """CollectedDate of every specimen, nested ones too, oldest first, without repeats."""
        found = {s.collected.text: s.collected for s in walk_specimens(self.specimens) if s.collected}
        return sorted(found.values(), key=lambda moment: (moment.at, moment.text))


class ReadMessage(Struct, frozen=True, gc=False):
    """What a reader made of a message: `message` is None exactly when one of the issues rejects it.

    `top` is the element Message as nodes, where there is one.
    """

    message: Message | None
    issues: list[Issue]
    top: Node | None = None


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
