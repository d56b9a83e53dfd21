"""Orders of examinations in the journal: how far each is answered, and what is often ordered together."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from portal.clients.journal import Entry, JournalApi, Json

KIND = "Requisition"


class Examined(Struct, frozen=True):
    """An examination of an order: `waiting registered preliminary final cancelled settled`."""

    text: str
    standing: str
    reports: list[str] = []


class Progress(Struct, frozen=True):
    """How far an order is answered (`waiting partly answered`), and from when it is late."""

    state: str
    due: datetime
    examinations: list[Examined]
    reports: list[str] = []
    proposals: list[str] = []


class Told(Struct, frozen=True):
    """A report that belongs to an order, or may (`proposed`): its time, and which examinations it names."""

    report: str
    at: datetime | None
    texts: list[str] = []
    proposed: bool = False


class Ordered(Struct, frozen=True):
    """An order; `may_order`: whether the reader orders such examinations, `here`: of the reader's unit."""

    entry: Entry
    may_order: bool
    here: bool
    progress: Progress | None = None
    reports: list[Told] = []


class OwnExamination(Struct, frozen=True):
    """An examination as the person reads it: `ordered answered closed not-done`."""

    text: str
    state: str


class OwnOrdered(Struct, frozen=True):
    """An order as the person reads it; `state`: `waiting partly answered ended`."""

    id: str
    at: datetime
    by: str
    state: str
    examinations: list[OwnExamination]
    sampled: datetime | None = None


class Panel(Struct, frozen=True):
    """What is often ordered together: `examinations` as they are put into an order."""

    id: str
    services: list[str]
    field: str
    label: dict[str, str]
    examinations: list[Json]


class Offer(Struct, frozen=True):
    """The panels, and which roles order in each field."""

    panels: list[Panel]
    orders: dict[str, list[str]]


class Receiver(Struct, frozen=True):
    """A laboratory (`kind` laboratory) or radiology service of the register."""

    number: str
    name: str
    kind: str


class _Requisitions(Struct):
    requisitions: list[Ordered]


class _Own(Struct):
    orders: list[OwnOrdered]


class _Receivers(Struct):
    receivers: list[Receiver]


class RequisitionClient:
    """One person's orders. Everything raises `JournalProblem`."""

    def __init__(self, api: JournalApi) -> None:
        self._api = api

    async def listed(self) -> list[Ordered]:
        """Drafts and what is ordered, answered or not, newest first."""
        return (await self._api.ask("POST", "/requisitions/_search", _Requisitions, {})).requisitions

    async def own(self) -> list[OwnOrdered]:
        """What is ordered for a citizen, or for whom they act, newest first."""
        return (await self._api.ask("POST", "/requisitions/own/_search", _Own)).orders

    async def again(self, entry: Entry, new: str, at: datetime, why: str) -> Ordered:
        """The same is ordered anew under the id `new`, and this one cancelled."""
        said = {"id": new, "at": at, "why": why}
        return await self._api.ask("POST", f"/requisitions/{entry.id}/$again", Ordered, said, entry.version)

    async def offer(self) -> Offer:
        """Panels and who orders; about no person."""
        return await self._api.ask("GET", "/requisitions/panels", Offer)

    async def receivers(self) -> list[Receiver]:
        """Laboratories and radiology of the register; about no person."""
        return (await self._api.ask("POST", "/requisitions/receivers/_search", _Receivers)).receivers
