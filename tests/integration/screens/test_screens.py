"""The cumulative table and "what is new" on a real PostgreSQL: decided and logged like every look-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from kit.ids import NationalId
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.builder import START, Item, Report
from tests.integration.lookup.conftest import Store
from tests.integration.screens.conftest import Screens

SCOPES = frozenset({"nhn:pps/provesvar-read"})


def log(screens: Screens) -> list[tuple[object, ...]]:
    return screens.run("SELECT outcome, items FROM core_record.access_log ORDER BY at")


def age(screens: Screens, hours: float) -> None:
    """Let what is in the log and in the store have happened so much earlier."""
    screens.run("UPDATE core_record.access_log SET at = at - %s", timedelta(hours=hours))
    screens.run("UPDATE results.report_version SET received = received - %s", timedelta(hours=hours))


async def table(screens: Screens) -> dict[str, Any]:
    answer = await screens.ask("cumulative")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(found: dict[str, Any]) -> dict[str, list[str]]:
    return {
        row["analysis"]: [value.get("value", "") for value in row["values"]]
        for field in found["fields"]
        for group in field["groups"]
        for row in group["rows"]
    }


async def new(screens: Screens, since: str = "") -> dict[str, Any]:
    answer = await screens.ask("new", {"since": since} if since else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kinds(found: dict[str, Any]) -> list[str]:
    return [report["kind"] for report in found["reports"]]


async def test_the_table_has_every_report_in_one_answer_and_one_log_row(
    screens: Screens, store: Store
) -> None:
    for day in range(3):
        report = Report(f"R{day}", sampled=START + timedelta(days=day), items=[Item("1", value=f"4.{day}")])
        store.put(screens.person_id, report)
    store.put(screens.person_id, Report("gone", serv_type="C"))
    found = await table(screens)
    assert len(found["reports"]) == 4
    assert rows(found) == {"7280|NPU01994": ["4.2", "4.1", "4.0"], "report|CLIN": [""]}
    assert log(screens) == [("permitted", {"DiagnosticReport": 4, "Observation": 4})]


async def test_given_news_are_asked_for_with_the_table_then_one_row_is_the_visit(
    screens: Screens, store: Store
) -> None:
    async def both() -> dict[str, Any]:
        answer = await screens.ask("cumulative", {"news": "last-visit"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    store.put(screens.person_id, Report("seen"))
    age(screens, 1)
    assert (await both())["news"]["since"] is None
    age(screens, 2)
    store.put(screens.person_id, Report("unseen"))
    found = await both()
    assert (kinds(found["news"]), len(found["reports"])) == (["new"], 2)
    assert [items for _, items in log(screens)][-1] == {
        "DiagnosticReport": 2,
        "Observation": 4,
        "NewResults": 1,
    }
    assert "news" not in await table(screens)


async def test_a_refused_look_up_shows_nothing_and_is_logged(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    store.put(screens.person_id, Report())
    screens.caller = actor("sykehuslege", scopes=SCOPES)
    for what in ("cumulative", "new"):
        answer = await screens.ask(what)
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        assert "R1" not in answer.text
    assert [outcome for outcome, _ in log(screens)] == ["refused", "refused"]


async def test_a_number_that_nobody_has_is_a_person_without_results_and_is_logged(
    screens: Screens, postgres: TestDatabase
) -> None:
    screens.number = NationalId("17054026641", "FNR")
    assert await table(screens) == {"reports": [], "fields": [], "withheld": False}
    assert (await new(screens))["total"] == 0
    with psycopg.connect(postgres.superuser_dsn) as conn:
        found = conn.execute("SELECT outcome FROM core_record.actor_log").fetchall()
    assert found == [("nobody-found",), ("nobody-found",)]


async def test_another_persons_results_are_not_in_the_table(
    screens: Screens, store: Store, number: Callable[[str], NationalId]
) -> None:
    store.put(screens.person_id, Report())
    screens.number = number("gry")
    screens.headers |= {"access-basis": "SAMTYKKE", "access-reason": "treatment"}
    assert (await table(screens))["reports"] == []


@pytest.mark.parametrize(
    ("what", "form", "code"),
    [
        ("new", {"since": "yesterday"}, "search-value-invalid"),
        ("new", {"since": "2026-11-23T08:00:00"}, "search-value-invalid"),
        ("new", {"person": "x"}, "search-parameter-unknown"),
        ("cumulative", {"code": "x"}, "search-parameter-unknown"),
    ],
)
async def test_what_cannot_be_understood_is_refused_with_a_reason(
    screens: Screens, what: str, form: dict[str, str], code: str
) -> None:
    answer = await screens.ask(what, form)
    assert (answer.status_code, answer.json()["title"]) == (400, code)


async def test_a_token_without_the_scope_is_refused(screens: Screens, actor: MakeActor) -> None:
    screens.caller = actor("lege-koman", scopes=frozenset({"akson:core-record/read"}))
    assert [(await screens.ask(what)).status_code for what in ("cumulative", "new")] == [403, 403]


async def test_a_citizen_sees_what_is_released(screens: Screens, store: Store, actor: MakeActor) -> None:
    store.put(screens.person_id, Report("at-once"))
    store.put(screens.person_id, Report("by-clinician", release_class=3))
    screens.caller, screens.headers = actor("line", scopes=SCOPES), {}
    assert len((await table(screens))["reports"]) == 1
    assert (await new(screens, "2000-01-01T00:00:00Z"))["total"] == 1


# What is new


def event(screens: Screens, number: str, kind: str, hours: float) -> None:
    """A clinician or the person did something with the shown version of a report so long ago."""
    screens.run(
        "INSERT INTO results.release_event (person_id, report_id, version_id, event_id, kind, at)"
        " SELECT person_id, report_id, version_id, gen_random_uuid(), %s, now() - %s FROM results.report"
        " WHERE report_id = %s RETURNING 1",
        kind,
        timedelta(hours=hours),
        Report(number).key.report_id(screens.person_id),
    )


def ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


async def test_for_a_citizen_a_report_is_new_when_a_clinician_released_it(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    now = (datetime.now(UTC) - START).total_seconds() / 3600
    store.put(screens.person_id, Report("at-once"))
    store.put(screens.person_id, Report("released", release_class=3))
    store.put(screens.person_id, Report("reviewed", release_class=2, hours=now - 100))
    store.put(screens.person_id, Report("preliminary", status="P"))
    store.put(screens.person_id, Report("waits", release_class=3))
    age(screens, 100)
    event(screens, "released", "released", 10)
    event(screens, "reviewed", "reviewed", 10)
    event(screens, "preliminary", "released", 10)
    screens.caller, screens.headers = actor("line", scopes=SCOPES), {}
    found = await new(screens, ago(20))
    assert (found["total"], kinds(found)) == (4, ["new"] * 3)
    came = {datetime.fromisoformat(report["at"]) for report in found["reports"]}
    assert all(abs((at - datetime.now(UTC)).total_seconds() + 36_000) < 60 for at in came)
    assert kinds(await new(screens, ago(5))) == []
    assert kinds(await new(screens, ago(200))) == ["new"] * 4


async def test_for_a_citizen_a_report_is_changed_only_when_another_version_could_be_seen(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    store.put(screens.person_id, Report("unseen", status="P"))
    store.put(screens.person_id, Report("shown", status="P"))
    store.put(screens.person_id, Report("open"))
    event(screens, "shown", "shown", 1)
    age(screens, 48)
    for number in ("unseen", "shown", "open"):
        store.put(screens.person_id, Report(number, serv_type="M", hours=1))
    screens.caller, screens.headers = actor("line", scopes=SCOPES), {}
    found = {report["id"]: report["kind"] for report in (await new(screens, ago(24)))["reports"]}
    expected = {"unseen": "new", "shown": "changed", "open": "changed"}
    assert found == {str(Report(n).key.report_id(screens.person_id)): kind for n, kind in expected.items()}


async def test_nothing_is_called_new_at_the_first_visit(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    found = await new(screens)
    assert (found["since"], found["total"], found["reports"]) == (None, 1, [])
    assert log(screens) == [("permitted", {"NewResults": 0})]


async def test_what_came_changed_or_was_cancelled_since_the_last_visit_says_which(
    screens: Screens, store: Store
) -> None:
    for number in ("stays", "changes", "goes"):
        store.put(screens.person_id, Report(number))
    age(screens, 1)
    await new(screens)
    age(screens, 24)
    store.put(screens.person_id, Report("changes", serv_type="M", hours=1))
    store.put(screens.person_id, Report("goes", serv_type="C", hours=1))
    store.put(screens.person_id, Report("comes"))
    found = await new(screens)
    assert sorted(kinds(found)) == ["cancelled", "changed", "new"]
    assert found["since"] is not None
    assert found["total"] == 4


async def test_a_report_held_back_is_told_on_the_report_it_concerns(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    age(screens, 1)
    await new(screens)
    age(screens, 24)
    store.put(
        screens.person_id, Report(sampled=START - timedelta(days=9), requisition="other", msg_id="again")
    )
    assert kinds(await new(screens)) == ["notice"]


async def test_a_visit_goes_on_when_the_page_is_opened_again_and_ends_with_a_pause(
    screens: Screens, store: Store
) -> None:
    await new(screens)
    age(screens, 24)
    store.put(screens.person_id, Report())
    age(screens, 1)
    assert [kinds(await new(screens)) for _ in range(2)] == [["new"], ["new"]]
    age(screens, 0.25)
    assert kinds(await new(screens)) == ["new"]
    age(screens, 2)
    assert kinds(await new(screens)) == []


async def test_what_came_while_a_visit_lasted_is_new_at_the_next(screens: Screens, store: Store) -> None:
    await new(screens)
    age(screens, 0.2)
    store.put(screens.person_id, Report())
    age(screens, 0.1)
    await new(screens)
    age(screens, 24)
    assert kinds(await new(screens)) == ["new"]


async def test_anothers_visit_and_a_look_through_fhir_are_not_ones_own(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    store.put(screens.person_id, Report())
    await new(screens)
    await table(screens)
    age(screens, 24)
    screens.caller = actor("lege-lin", scopes=SCOPES)
    screens.headers |= {"access-basis": "SAMTYKKE", "access-reason": "treatment"}
    assert (await new(screens))["since"] is None


async def test_an_instant_can_be_asked_for(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    before, later = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert kinds(await new(screens, before.isoformat())) == ["new"]
    assert kinds(await new(screens, later.isoformat())) == []


async def test_the_openapi_document_says_what_is_sent_and_answered(screens: Screens) -> None:
    paths = (await screens.http.get("/openapi.json")).json()["paths"]
    operation = paths["/screens/cumulative/_search"]["post"]
    assert operation["parameters"][0]["name"] == "person-id"
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    row = schema["properties"]["fields"]["items"]["properties"]["groups"]["items"]["properties"]["rows"][
        "items"
    ]
    assert {"analysis", "unitKey", "values", "joins"} <= set(row["properties"])
    assert "$ref" not in str(schema)
