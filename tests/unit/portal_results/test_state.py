"""The handlers of the results page: each authorises itself, and the page never shows another's results."""

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


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


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


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "load": (),
    "load_rest": (),
    "show_whole_trend": (),
    "search": ("kalium",),
    "choose_discipline": ("pathology",),
    "choose_laboratory": ("Fürst",),
    "choose_period": ("31",),
    "choose_abnormal": (True,),
    "choose_new": (True,),
    "choose_view": ("table",),
    "search_table": ("kalium",),
    "choose_area": ("CLIN",),
    "choose_abnormal_lines": (True,),
    "choose_all_lines": (True,),
    "turn_table": (1,),
    "reset_table": (),
    "reset_filters": (),
    "sort_by": ("kind",),
    "turn_page": (2,),
    "open_report": ("r1",),
    "back_to_list": (),
    "choose_abnormal_rows": (True,),
    "toggle_versions": (),
    "open_version": (1,),
    "open_trend": ("7280|NPU03230",),
    "close_trend": (),
}


def test_every_handler_is_known_to_these_tests() -> None:
    assert set(ResultsState.event_handlers) - {"setvar"} == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
@pytest.mark.parametrize("kind", [None, Kind.CITIZEN])
async def test_without_a_clinicians_session_nothing_is_done(name: str, kind: Kind | None, tab: Page) -> None:
    tab.kind = kind
    steps = await tab.do(name, *ARGUMENTS[name])
    assert goes(steps, guard.LEAVE)
    assert tab.service.asked == []
    assert tab.state.rows == []


@pytest.mark.parametrize("name", sorted(set(ARGUMENTS) - {"load", "load_rest"}))
async def test_when_another_patient_is_open_the_page_is_fetched_anew(name: str, tab: Page) -> None:
    await tab.do("load")
    await tab.do("open_report", "r1")
    asked = len(tab.service.asked)
    tab.patient = OpenPatient(number="12057900499", basis="UNNTAK")
    steps = await tab.do(name, *ARGUMENTS[name])
    assert goes(steps, "load")
    assert len(tab.service.asked) == asked


async def test_a_lapsed_overview_is_fetched_anew(tab: Page) -> None:
    await tab.do("load")
    tab.overviews._seconds = -1
    assert goes(await tab.do("open_report", "r1"), "load")


async def test_without_an_open_patient_the_page_says_so_and_asks_nothing(tab: Page) -> None:
    tab.patient = None
    await tab.do("load")
    assert (tab.state.problem_code, tab.service.asked) == ("no-open-patient", [])


async def test_the_newest_are_shown_first_and_the_rest_is_fetched_after(tab: Page) -> None:
    tab.service = Service(170)
    steps = await tab.do("load")
    assert goes(steps, "load_rest")
    assert (tab.state.total, tab.state.fetched, tab.state.loading, tab.state.loading_more) == (
        170,
        25,
        False,
        True,
    )
    await tab.do("load_rest")
    assert [dict(p)["_count"] for _, p in tab.service.asked] == ["25", "100", "100"]
    assert (tab.state.total, tab.state.fetched, tab.state.pages) == (170, 170, 4)
    assert (tab.state.loading, tab.state.loading_more) == (False, False)
    assert [row.id for row in tab.state.rows][:2] == ["r170", "r169"]
    await tab.do("turn_page", 4)
    assert [row.id for row in tab.state.rows][-1] == "r1"


async def test_given_reports_come_and_go_meanwhile_then_none_of_the_rest_is_missed(tab: Page) -> None:
    tab.service = Service(170)
    await tab.do("load")
    del tab.service.reports[3:6]
    await tab.do("load_rest")
    listed: set[str] = set()
    for number in range(1, tab.state.pages + 1):
        await tab.do("turn_page", number)
        listed |= {row.id for row in tab.state.rows}
    assert listed == {f"r{n}" for n in range(1, 171)}
    assert tab.state.loading_more is False
    await tab.do("load")
    tab.service.reports.insert(0, tab.service._one(171))
    asked = len(tab.service.asked)
    await tab.do("load_rest")
    assert len(tab.service.asked) - asked == 2, "and nothing is asked for twice"


async def test_when_the_rest_cannot_be_fetched_the_page_says_so_and_can_try_again(tab: Page) -> None:
    tab.service = Service(70)
    await tab.do("load")
    tab.service.fails = ServiceProblem(Problem.DOWN, "ConnectError")
    await tab.do("load_rest")
    assert (tab.state.incomplete, tab.state.loading_more, tab.state.fetched) == (True, False, 25)
    tab.service.fails = None
    await tab.do("load_rest")
    assert (tab.state.incomplete, tab.state.fetched) == (False, 70)


async def test_the_rest_is_not_fetched_for_another_patient(tab: Page) -> None:
    tab.service = Service(70)
    await tab.do("load")
    tab.patient = OpenPatient(number="12057900499", basis="UNNTAK")
    await tab.do("load_rest")
    assert tab.state.fetched == 25


async def test_a_refusal_leaves_no_results_in_the_page(tab: Page) -> None:
    await tab.do("load")
    tab.service.fails = ServiceProblem(Problem.REFUSED, "Specific")
    await tab.do("load")
    assert (tab.state.problem, tab.state.problem_code, tab.state.rows) == ("refused", "Specific", [])


async def test_filters_and_order_need_no_new_look_up(tab: Page) -> None:
    await tab.do("load")
    asked = len(tab.service.asked)
    await tab.do("sort_by", "sampled")
    assert [row.id for row in tab.state.rows] == ["r1", "r2"]
    await tab.do("search", "natrium")
    assert (tab.state.rows, tab.state.passed) == ([], 0)
    await tab.do("reset_filters")
    await tab.do("choose_abnormal", True)
    assert (tab.state.rows, tab.state.hidden) == ([], 2)
    assert len(tab.service.asked) == asked


async def test_what_is_new_is_marked_and_can_be_asked_for_alone(tab: Page) -> None:
    await tab.do("load")
    assert [(row.id, row.news) for row in tab.state.rows] == [("r2", "changed"), ("r1", "")]
    assert (tab.state.news_since, tab.state.news_count) == ("01.01.2024 09:00", 1)
    await tab.do("choose_new", True)
    assert [row.id for row in tab.state.rows] == ["r2"]
    await tab.do("reset_filters")
    assert len(tab.state.rows) == 2


async def test_the_list_is_shown_and_says_so_when_what_is_new_is_not_known(tab: Page) -> None:
    tab.service.news_fails = True
    await tab.do("load")
    assert (len(tab.state.rows), tab.state.news_known, tab.state.problem) == (2, False, "")


async def test_the_table_is_fetched_once_behind_the_list(tab: Page) -> None:
    tab.service = Service(60)
    await tab.do("load")
    assert tab.service.tables == 0
    await tab.do("load_rest")
    await tab.do("choose_view", "table")
    assert (tab.service.tables, tab.state.showing, tab.state.table.total) == (1, "table", 60)
    assert len(tab.state.table.columns) == 10
    await tab.do("turn_table", 5)
    assert (tab.state.table.start, len(tab.state.table.columns)) == (50, 10)
    await tab.do("choose_abnormal_lines", True)
    assert (tab.state.table.rows, tab.state.table.left_out) == (0, 1)
    await tab.do("reset_table")
    await tab.do("search_table", "natrium")
    assert (tab.state.table.rows, tab.state.table.left_out) == (0, 1)
    assert tab.service.tables == 1


async def test_a_report_opened_from_the_table_leads_back_to_it(tab: Page) -> None:
    await tab.do("load")
    await tab.do("choose_view", "table")
    await tab.do("open_report", "r2")
    assert tab.state.showing == "report"
    await tab.do("back_to_list")
    assert tab.state.showing == "table"
    await tab.do("open_trend", "7280|NPU03230")
    await tab.do("close_trend")
    assert tab.state.showing == "table"
    await tab.do("choose_view", "list")
    assert tab.state.showing == "list"


async def test_a_table_that_cannot_be_fetched_says_why_and_the_list_is_still_there(tab: Page) -> None:
    await tab.do("load")
    tab.service.fails = ServiceProblem(Problem.DOWN, "ConnectError")
    await tab.do("choose_view", "table")
    assert (tab.state.table_problem, tab.state.table_loading) == ("down", False)
    await tab.do("open_trend", "7280|NPU03230")
    assert tab.state.trend.unjoined
    assert len(tab.state.trend.series[0].rows) == 2
    await tab.do("close_trend")
    await tab.do("choose_view", "list")
    assert (tab.state.showing, len(tab.state.rows)) == ("list", 2)


async def test_a_report_is_fetched_anew_when_opened_and_only_one_of_the_patients_own(tab: Page) -> None:
    await tab.do("load")
    asked = len(tab.service.asked)
    await tab.do("open_report", "somebody-elses")
    assert (tab.state.showing, len(tab.service.asked)) == ("list", asked)
    await tab.do("open_report", "r2")
    assert (tab.state.showing, tab.state.report.id) == ("report", "r2")
    assert [(row.value, row.previous) for row in tab.state.result_rows] == [("2,0", "1,0 mmol/L")]
    assert ("_id", "r2") in tab.service.asked[-1][1]
    await tab.do("back_to_list")
    assert (tab.state.showing, tab.state.report.id, tab.state.result_rows) == ("list", "", [])


async def test_a_report_that_cannot_be_fetched_says_why_and_the_list_stays(tab: Page) -> None:
    await tab.do("load")
    tab.service.fails = ServiceProblem(Problem.DOWN, "ConnectError")
    await tab.do("open_report", "r2")
    assert (tab.state.report_problem, tab.state.showing, tab.state.opening) == ("down", "list", "")
    assert len(tab.state.rows) == 2


async def test_versions_are_fetched_on_request_and_an_old_one_is_marked(tab: Page) -> None:
    await tab.do("load")
    await tab.do("open_report", "r2")
    await tab.do("toggle_versions")
    assert [(v.number, len(v.changes)) for v in tab.state.versions] == [(2, 1), (1, 0)]
    await tab.do("open_version", 1)
    assert (tab.state.version, tab.state.result_rows[0].value) == (1, "9,9")
    await tab.do("open_version", 2)
    assert (tab.state.version, tab.state.result_rows[0].value) == (0, "2,0")
    await tab.do("open_version", 3)
    assert tab.state.version == 0


async def test_one_analysis_over_time_needs_no_new_look_up(tab: Page) -> None:
    await tab.do("load")
    await tab.do("open_report", "r2")
    asked = len(tab.service.asked)
    await tab.do("open_trend", "7280|NPU03230")
    assert tab.state.showing == "trend"
    assert [row.value for row in tab.state.trend.series[0].rows] == ["2,0", "1,0"]
    await tab.do("close_trend")
    assert (tab.state.showing, tab.state.trend.series, len(tab.service.asked)) == ("report", [], asked)


def test_overviews_forget_the_least_used_and_the_old() -> None:
    kept = Overviews(most=2)
    for key in ("a", "b"):
        kept.start(key)
    kept.get("a")
    kept.start("c")
    assert [kept.get(k) is not None for k in ("a", "b", "c")] == [True, False, True]
    kept._seconds = -1
    assert kept.get("a") is None
