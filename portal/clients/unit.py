"""The municipal journal: the lists of a unit, who works there, where one can send, who is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from portal.clients.journal import JournalApi, Json


class Item(Struct, frozen=True):
    """One thing to be done in a unit, about one person. `urgency`: 0 (none) to 4."""

    unit: str
    id: str
    person_id: str
    kind: str
    state: str
    open: bool
    due: datetime | None = None
    urgency: int = 0
    assignee: str | None = None
    label: str | None = None
    since: datetime | None = None
    minutes: int | None = None
    about: str | None = None


class Listed(Struct, frozen=True):
    """An item with whom it is about, without the number, which is asked for when a line is opened."""

    item: Item
    name: str
    birth_date: date | None = None
    sex: int | None = None
    assignee_name: str | None = None
    overdue: bool = False

    def __repr__(self) -> str:
        return "Listed(***)"


class Work(Struct):
    """A unit's list; `service`: which municipal service the unit gives, empty for one that gives none.

    `mine`: whose items are the caller's today: oneself, then whom one stands in for. `closed`: the kinds
    asked for that one's role is not given.
    """

    items: list[Listed]
    service: str = ""
    mine: list[str] = []
    closed: list[str] = []


class Share(Struct, frozen=True):
    """A visit, to whom it goes (None: nobody), and whose it was when one decided."""

    id: str
    to: str | None
    was: str | None


class Taken(Struct, frozen=True):
    """A visit that somebody else has given meanwhile: whose it is now."""

    id: str
    assignee: str | None = None
    assignee_name: str = ""


class Shared(Struct, frozen=True):
    """What came of visits that were shared out: ids, and what another has decided meanwhile."""

    assigned: list[str]
    taken: list[Taken] = []
    away: list[str] = []
    gone: list[str] = []


class Colleague(Struct, frozen=True):
    """Somebody who works in the unit."""

    id: str
    name: str


class Unit(Struct, frozen=True):
    """A place that shares the journal, and can be sent to."""

    number: str
    name: str
    kind: str = ""


class Absence(Struct, frozen=True):
    """Who of the unit is away, from the first day to the last, and who stands in."""

    id: str
    personnel: str
    stand_in: str
    first: date
    last: date
    name: str = ""
    stand_in_name: str = ""


class _Whose(Struct, frozen=True):
    number: str

    def __repr__(self) -> str:
        return "_Whose(***)"


class _Personnel(Struct):
    personnel: list[Colleague]


class _Units(Struct):
    units: list[Unit]


class _Absences(Struct):
    absences: list[Absence]


class UnitClient:
    """The lists of the place one works at. Everything raises `JournalProblem`."""

    def __init__(self, api: JournalApi) -> None:
        self.api = api

    async def work(self, kinds: Sequence[str], **narrowed: Any) -> list[Listed]:
        """What is to be done: `open`, `since`, `before`, `mine`, `by_time`, `count` narrow it."""
        return (await self.work_of_unit(kinds, **narrowed)).items

    async def work_of_unit(self, kinds: Sequence[str], **narrowed: Any) -> Work:
        """The same, with which service the unit gives."""
        return await self.api.ask("POST", "/work/_search", Work, {"kinds": list(kinds), **narrowed})

    async def number_of(self, item_id: str) -> str:
        """The number of the person of a line that is opened."""
        return (await self.api.ask("POST", f"/work/{item_id}/_person", _Whose)).number

    async def share(self, visits: Sequence[Share]) -> Shared:
        """Give visits to those who make them, many at once; the same once more changes nothing."""
        return await self.api.ask("POST", "/visits/$assign", Shared, {"changes": list(visits)})

    async def seen(self, item_id: str) -> None:
        """What came of something sent has been seen: it leaves the list of what is sent."""
        await self.api.send("POST", f"/work/{item_id}/$seen")

    async def personnel(self) -> list[Colleague]:
        """Who works in the unit, by name."""
        return (await self.api.ask("POST", "/personnel/_search", _Personnel)).personnel

    async def units(self) -> list[Unit]:
        """The places one can send to, by name."""
        return (await self.api.ask("POST", "/units/_search", _Units)).units

    async def absences(self) -> list[Absence]:
        """The unit's absences that are not over."""
        return (await self.api.ask("POST", "/absences/_search", _Absences, {})).absences

    async def write_absence(self, absence_id: str, body: Json) -> None:
        """Keep an absence {personnel, stand_in, first, last} under an id of one's own making."""
        await self.api.ask("PUT", f"/absences/{absence_id}", None, body)  # type: ignore[arg-type]

    async def withdraw_absence(self, absence_id: str) -> None:
        """The absence is none after all."""
        await self.api.send("POST", f"/absences/{absence_id}/$withdraw")
