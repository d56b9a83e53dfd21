"""What the results page fetches and shows, and says when it cannot: list, table, report and versions."""

from __future__ import annotations

from portal.clients.errors import Problem, ServiceProblem
from portal.session.models import OpenPatient
from tests.unit.portal_results.page import Page, Service, goes


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
