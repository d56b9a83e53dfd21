"""The results page as one tab has it, over a service that answers from reports of one result each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.screens import NewReport, NewsAnswer, TableAnswer
from portal.clinician.results import reporting, shown, tabling
from portal.clinician.results import state as state_module
from portal.clinician.results.overviews import Overviews
from portal.clinician.results.state import ResultsState
from portal.session import guard
from portal.session.current import Current
from portal.session.models import Kind, OpenPatient
from tests.unit.portal_results.build import GP, LAB, Json, nlk, observation, quantity, report, request

POTASSIUM = nlk("NPU03230", "P-Kalium")


class _Session:
    """What of a session the handlers look at."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


class Service:
    """Answers as the results service does, from reports of one result each, newest first."""

    def __init__(self, count: int = 2) -> None:
        self.reports = [self._one(n) for n in range(count, 0, -1)]
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []
        self.fails: ServiceProblem | None = None
        self.news_fails = False
        self.tables = 0

    def _one(self, n: int) -> list[Json]:
        when = f"{2000 + n // 12:04d}-{n % 12 + 1:02d}-01T08:00:00+01:00"
        item = observation(
            f"o{n}",
            POTASSIUM,
            quantity(f"{n}.0", "mmol/L"),
            report=f"r{n}",
            effective=when,
            reference="0 - 9999",
        )
        return [report(f"r{n}", effective=when, results=(f"o{n}",)), item]

    async def search(self, resource: str, params: Sequence[tuple[str, str]]) -> Json:
        if self.fails:
            raise self.fails
        self.asked.append((resource, list(params)))
        asked = dict(params)
        links = [{"relation": "self", "url": "http://x/_search"}]
        if "_id" in asked:
            page = [r for r in self.reports if r[0]["id"] == asked["_id"]]
        else:
            begin = self._behind(asked["_page"]) if "_page" in asked else int(asked["_skip"])
            page = self.reports[begin : begin + int(asked["_count"])]
            if page and page[-1] is not self.reports[-1]:
                links.append({"relation": "next", "url": f"http://x/_search?_page={page[-1][0]['id']}"})
        resources = [resource for one in page for resource in one]
        entries = [{"resource": r} for r in (*resources, LAB, GP, request())]
        return {"resourceType": "Bundle", "total": len(self.reports), "link": links, "entry": entries}

    def _behind(self, page: str) -> int:
        """The first report that is older than the one of a link."""
        last = int(page.removeprefix("r"))
        return sum(int(r[0]["id"].removeprefix("r")) >= last for r in self.reports)

    async def table(self) -> TableAnswer:
        if self.fails:
            raise self.fails
        self.tables += 1
        heads = [
            {"id": r[0]["id"], "laboratory": "Fürst", "kind": "Medisinsk biokjemi"} for r in self.reports
        ]
        values = [
            {
                "report": place,
                "kind": "quantity",
                "at": r[0]["effectiveDateTime"],
                "value": str(r[1]["valueQuantity"]["value"]),
                "unit": "mmol/L",
                "status": "final",
                "reference": "0 - 9999",
            }
            for place, r in enumerate(self.reports)
        ]
        row = {
            "analysis": "7280|NPU03230",
            "code": "NPU03230",
            "name": "P-Kalium",
            "unit": "mmol/L",
            "values": values,
        }
        groups = [{"name": "Elektrolytter", "rows": [row]}]
        return msgspec.convert(
            {"reports": heads, "fields": [{"code": "CLIN", "groups": groups}]}, TableAnswer
        )

    async def news(self, since: str = "") -> NewsAnswer:
        if self.fails or self.news_fails:
            raise self.fails or ServiceProblem(Problem.DOWN, "ConnectError")
        return NewsAnswer("2024-01-01T08:00:00Z", [NewReport("r2", "changed")])

    async def history(self, report_id: str, params: Sequence[tuple[str, str]] = ()) -> Json:
        now = next(r for r in self.reports if r[0]["id"] == report_id)
        before = observation("o2", POTASSIUM, quantity("9.9", "mmol/L"), report=report_id)
        old = [now[0] | {"issued": "1999-01-01T00:00:00Z"}, before]
        return {"entry": [{"resource": r} for r in (*now, *old, LAB, GP, request())]}


class Page:
    """The page's state as one tab has it, and who is behind it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.kind: Kind | None = Kind.CLINICIAN
        self.sid = "session-1"
        self.patient: OpenPatient | None = OpenPatient(number="13116900216", basis="UNNTAK")
        self.service = Service()
        self.overviews = Overviews()
        root: Any = rx.State(_reflex_internal_init=True)  # type: ignore[call-arg]
        self.state: Any = root.get_substate(ResultsState.get_full_name().split("."))

        async def current(_: rx.State) -> Current | None:
            return None if self.kind is None else Current(self.sid, "tab", _Session(self.kind))  # type: ignore[arg-type]

        async def open_patient(_: rx.State) -> OpenPatient | None:
            return self.patient

        async def client(_: rx.State) -> Service:
            return self.service

        async def enter(state: Any) -> Any:
            return state

        async def leave(state: Any, *error: object) -> None:
            return None

        # Outside Reflex' event loop a background handler has no lock to take.
        monkeypatch.setattr(ResultsState, "__aenter__", enter)
        monkeypatch.setattr(ResultsState, "__aexit__", leave)
        monkeypatch.setattr(guard, "current", current)
        monkeypatch.setattr(shown, "current", current)
        monkeypatch.setattr(shown, "open_patient", open_patient)
        monkeypatch.setattr(shown, "overviews", self.overviews)
        monkeypatch.setattr(state_module, "results_client", client)
        for module in (state_module, shown, tabling):
            monkeypatch.setattr(module, "screens_client", client)
        monkeypatch.setattr(reporting, "results_client", client)

    async def do(self, name: str, *arguments: Any) -> list[Any]:
        """Run a handler to its end; what it yields or returns."""
        handler = ResultsState.event_handlers[name].fn
        made = handler(self.state, *arguments)
        if isinstance(made, AsyncIterator):
            return [step async for step in made]
        answer = await made
        return [] if answer is None else [answer]


def goes(steps: list[Any], to: str) -> bool:
    """Whether a handler sends the browser somewhere."""
    return any(to in str(step) for step in steps)
