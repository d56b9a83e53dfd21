"""The results service's API for screens: one person's table of results, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

from kit.ids import new_id
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem
from portal.clients.fhir import Authorize

T = TypeVar("T")
_FORM = "application/x-www-form-urlencoded"


class Converted(Struct, frozen=True, rename="camel"):
    """A number of the service's, not the laboratory's."""

    value: str = ""
    comparator: str = ""
    source: str = ""


class Value(Struct, frozen=True, rename="camel"):
    """One result as sent; `report` is a place in the answer's reports, `at` a FHIR dateTime."""

    report: int = -1
    kind: str = ""
    at: str = ""
    sampled: bool = True
    value: str = ""
    comparator: str = ""
    unit: str = ""
    flag: str = ""
    flag_text: str = ""
    reference: str = ""
    status: str = ""
    behind: str = ""
    preliminary: bool = False
    history: bool = False
    commented: bool = False
    more: bool = False
    analysis: str = ""
    converted: Converted | None = None

    @property
    def is_number(self) -> bool:
        """Whether `value` is a number or two, and no text: what has a decimal comma on a page."""
        return self.kind in ("quantity", "range")


class Join(Struct, frozen=True, rename="camel"):
    """An equivalence that applies to the row."""

    analysis: str = ""
    unit: str = ""
    to_analysis: str = ""
    to_unit: str = ""
    kind: str = ""
    source: str = ""
    factor: str = "1"
    added: str = "0"
    decimals: int | None = None


class Row(Struct, frozen=True, rename="camel"):
    """One analysis in one unit."""

    analysis: str = ""
    code: str = ""
    name: str = ""
    unit: str = ""
    unit_key: str = ""
    values: list[Value] = []
    joins: list[Join] = []


class Group(Struct, frozen=True):
    """Rows of a group of NLK."""

    name: str = ""
    rows: list[Row] = []


class Field(Struct, frozen=True):
    """Groups of a field of medicine."""

    code: str = ""
    groups: list[Group] = []


class ReportHead(Struct, frozen=True):
    """A report that values belong to."""

    id: str = ""
    kind: str = ""
    laboratory: str = ""
    issued: str = ""
    status: str = ""
    preliminary: bool = False


class NewReport(Struct, frozen=True):
    """A report that says something new."""

    id: str = ""
    kind: str = ""


class NewsAnswer(Struct, frozen=True):
    """What came since; null when the caller has not looked before."""

    since: str | None = None
    reports: list[NewReport] = []


class TableAnswer(Struct, frozen=True):
    """The cumulative table; `withheld`: the person has restricted some data, which are not here."""

    reports: list[ReportHead] = []
    fields: list[Field] = []
    withheld: bool = False
    news: NewsAnswer | None = None


class _Fault(Struct):
    title: str = ""


_table = msgspec.json.Decoder(TableAnswer)
_news = msgspec.json.Decoder(NewsAnswer)
_fault = msgspec.json.Decoder(_Fault)


class ScreensClient:
    """Look-ups in one person's results; who, on what basis and why are fixed when it is made."""

    def __init__(
        self, http: httpx.AsyncClient, base: str, authorize: Authorize, headers: Mapping[str, str]
    ) -> None:
        self._http = http
        self._base = base.rstrip("/") + "/screens"
        self._authorize = authorize
        self._headers = dict(headers)

    async def table(self, *, news: bool = False) -> TableAnswer:
        """Analyses by dates, with `news` what came since the last visit. Raises `ServiceProblem`."""
        return await self._ask("/cumulative/_search", {"news": "last-visit"} if news else {}, _table)

    async def news(self, since: str = "") -> NewsAnswer:
        """What came since an instant, or since the caller's last visit. Raises `ServiceProblem`."""
        return await self._ask("/new/_search", {"since": since} if since else {}, _news)

    async def _ask(self, path: str, form: Mapping[str, str], decoder: msgspec.json.Decoder[T]) -> T:
        correlation = str(new_id())
        headers = {**self._headers, "content-type": _FORM, "correlation-id": correlation}
        body = str(httpx.QueryParams(dict(form))).encode()
        auth = await self._authorize()
        try:
            answer = await self._http.post(self._base + path, content=body, headers=headers, auth=auth)
        except httpx.HTTPError as error:
            raise ServiceProblem(Problem.DOWN, type(error).__name__, correlation) from None
        if not answer.is_success:
            problem = BY_STATUS.get(answer.status_code, Problem.WRONG)
            raise ServiceProblem(problem, _code(answer), correlation)
        try:
            return decoder.decode(answer.content)
        except msgspec.DecodeError:
            raise ServiceProblem(Problem.WRONG, "not-understood", correlation) from None


def _code(answer: httpx.Response) -> str:
    """The title of a problem document, else the status."""
    try:
        return _fault.decode(answer.content).title or str(answer.status_code)
    except msgspec.DecodeError:
        return str(answer.status_code)
