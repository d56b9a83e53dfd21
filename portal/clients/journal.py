"""The municipal journal: one person's entries, and the templates of notes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import httpx
import msgspec
from msgspec import Struct

from kit.ids import new_id
from portal.clients.conflicts import Fault, Marked
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem
from portal.clients.fhir import Authorize

T = TypeVar("T")
Json: TypeAlias = dict[str, Any]


class Stamp(Struct, frozen=True):
    """Who, in which role (Volven 9060; None: without authorisation), and when."""

    by: str
    name: str
    at: datetime
    role: str | None = None


class Entry(Struct, frozen=True):
    """An entry's version. `unit` is an organisation number; `body` has the form of its kind."""

    id: str
    kind: str
    version: int
    state: str
    at: datetime
    unit: str
    made: Stamp
    changed: Stamp
    body: Json = {}
    contact: str | None = None
    signed: Stamp | None = None
    why: str | None = None


class Version(Struct, frozen=True):
    """One version of an entry in its history."""

    version: int
    state: str
    at: datetime
    changed: Stamp
    body: Json = {}
    signed: Stamp | None = None
    why: str | None = None


class Written(Struct, frozen=True, omit_defaults=True):
    """What is sent to write an entry; `why` is needed to correct what is signed."""

    state: str
    at: datetime
    body: Json
    contact: str | None = None
    why: str | None = None


class Section(Struct, frozen=True):
    """A part of a note: `text`, `code` of `systems`, or `observations` of `measured`."""

    id: str
    kind: str
    label: dict[str, str]
    required: bool = False
    systems: list[str] = []
    measured: list[str] = []


class Template(Struct, frozen=True):
    """A form of note of one service; `signs`: roles that may sign it (`-`: without authorisation)."""

    id: str
    service: str
    signs: list[str]
    title: dict[str, str]
    sections: list[Section] = []


class Measure(Struct, frozen=True):
    """What can be measured, and the limits beyond which a value is impossible."""

    unit: str
    least: float
    most: float
    decimals: int
    label: dict[str, str]


class Templates(Struct, frozen=True):
    """Every template of notes, and what can be measured."""

    templates: list[Template]
    measured: dict[str, Measure]


class Code(Struct, frozen=True):
    """A code with its words in Norwegian and English."""

    system: str
    code: str
    nb: str = ""
    en: str = ""


class _Codes(Struct):
    codes: list[Code]


class Cursor(Struct, frozen=True):
    """The entry after which a page of entries begins."""

    at: datetime
    id: str


class Overview(Struct):
    """Entries by kind; `conflicts` marks medication among them against an allergy among them.

    `next`: the kinds of event that have older ones, and where those begin; `writes`: the kinds that the
    reader's role writes.
    """

    entries: dict[str, list[Entry]]
    conflicts: list[Marked] = []
    next: dict[str, Cursor] = {}
    writes: list[str] = []


class Found(Struct):
    """A page of entries by kind, and where the next begins (None: there are no more)."""

    entries: dict[str, list[Entry]]
    next: Cursor | None = None


class _Versions(Struct):
    versions: list[Version]


class JournalProblem(ServiceProblem):
    """As `ServiceProblem`; `detail` is the service's English sentence, which may name an entry.

    `allergies` stopped a medication (`medication`: which of several), and `hidden` more that are restricted.
    """

    def __init__(self, problem: Problem, code: str, correlation_id: str, fault: Fault | None = None) -> None:
        super().__init__(problem, code, correlation_id)
        self.detail = fault.detail if fault else ""
        self.allergies = fault.allergies if fault else []
        self.hidden = fault.hidden if fault else 0
        self.medication = fault.medication if fault else ""


class JournalApi:
    """Calls the journal on behalf of one logged-in person; `headers` say about whom and as what."""

    def __init__(
        self, http: httpx.AsyncClient, base: str, authorize: Authorize, headers: Mapping[str, str]
    ) -> None:
        self._http = http
        self._base = base.rstrip("/")
        self._authorize = authorize
        self._headers = dict(headers)

    async def ask(self, method: str, path: str, kind: type[T], body: Any = None, version: int = -1) -> T:
        """A call with a JSON body and its answer as `kind`; `version` goes into If-Match.

        Raises `JournalProblem`, whose code is the service's own.
        """
        headers = {"if-match": f'W/"{version}"'} if version >= 0 else {}
        content = None if body is None else msgspec.json.encode(body)
        answer = await self.send(method, path, content, "application/json", headers)
        try:
            return msgspec.json.decode(answer.content or b"null", type=kind)
        except msgspec.DecodeError:
            raise JournalProblem(Problem.WRONG, "not-understood", "") from None

    async def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """A successful answer as it came. Raises `JournalProblem`."""
        correlation = str(new_id())
        sent = {**self._headers, **(headers or {}), "correlation-id": correlation}
        if content is not None:
            sent["content-type"] = content_type
        auth = await self._authorize()
        try:
            answer = await self._http.request(
                method, self._base + path, content=content, headers=sent, auth=auth
            )
        except httpx.HTTPError as error:
            raise JournalProblem(Problem.DOWN, type(error).__name__, correlation) from None
        if answer.is_success:
            return answer
        fault = _fault(answer)
        problem = BY_STATUS.get(answer.status_code, Problem.WRONG)
        raise JournalProblem(problem, fault.title or str(answer.status_code), correlation, fault)


class JournalClient:
    """One person's journal. Everything raises `JournalProblem`."""

    def __init__(self, api: JournalApi) -> None:
        self.api = api

    async def summary(self, kinds: Sequence[str] = ()) -> dict[str, list[Entry]]:
        """What is live, and the newest events, by kind."""
        return (await self.overview(kinds)).entries

    async def overview(self, kinds: Sequence[str] = ()) -> Overview:
        """The same with the conflicts between medication and allergies."""
        return await self.api.ask("POST", "/journal/summary/_search", Overview, {"kinds": list(kinds)})

    async def search(self, kinds: Sequence[str], **narrowed: Any) -> dict[str, list[Entry]]:
        """Entries of some kinds, newest first; narrowed as `page`."""
        return (await self.page(kinds, **narrowed)).entries

    async def page(self, kinds: Sequence[str], **narrowed: Any) -> Found:
        """A page of them; `states`, `contact`, `measures`, `since`, `before`, `count`."""
        return await self.api.ask("POST", "/journal/_search", Found, {"kinds": list(kinds), **narrowed})

    async def older(self, after: Mapping[str, Cursor], count: int) -> dict[str, Found]:
        """The next `count` of each kind, each from where it ends: they reach back differently far."""
        asked = [{"kinds": [kind], "after": cursor, "count": count} for kind, cursor in after.items()]
        calls = [self.api.ask("POST", "/journal/_search", Found, body) for body in asked]
        return dict(zip(after, await asyncio.gather(*calls), strict=True))

    async def history(self, kind: str, entry_id: str) -> list[Version]:
        """Every version of an entry, newest first."""
        return (await self.api.ask("POST", f"/journal/{kind}/{entry_id}/_history", _Versions)).versions

    async def write(self, kind: str, entry_id: str, written: Written, version: int = -1) -> Entry:
        """Make an entry under an id of one's own making (`version` -1), or its next version."""
        return await self.api.ask("PUT", f"/journal/{kind}/{entry_id}", Entry, written, version)

    async def act(
        self, kind: str, entry_id: str, operation: str, version: int, body: Json | None = None
    ) -> Entry | None:
        """An operation on an entry (`$sign`, `$discard`, …): the entry as it stands then, if it does."""
        path = f"/journal/{kind}/{entry_id}/{operation}"
        return await self.api.ask("POST", path, Entry | None, body, version)  # type: ignore[arg-type]

    async def templates(self) -> Templates:
        """Every template of notes; about no person."""
        return await self.api.ask("GET", "/templates", Templates)

    async def codes(self, system: str, query: str, count: int) -> list[Code]:
        """Codes by the beginning of the code, or by words; about no person."""
        body = {"system": system, "query": query, "count": count}
        return (await self.api.ask("POST", "/codes/_search", _Codes, body)).codes


def _fault(answer: httpx.Response) -> Fault:
    try:
        return msgspec.json.decode(answer.content, type=Fault)
    except msgspec.DecodeError:
        return Fault()
