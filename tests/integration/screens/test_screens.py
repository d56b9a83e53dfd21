"""The cumulative table and "what is new" on a real PostgreSQL: decided and logged like every look-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from kit.ids import NationalId
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.builder import START, Item, Report
from tests.integration.lookup.conftest import Store
from tests.integration.screens.conftest import SCOPES, Screens, age, kinds, log, new, table


def rows(found: dict[str, Any]) -> dict[str, list[str]]:
    return {
        row["analysis"]: [value.get("value", "") for value in row["values"]]
        for field in found["fields"]
        for group in field["groups"]
        for row in group["rows"]
    }


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
