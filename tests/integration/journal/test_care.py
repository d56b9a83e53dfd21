"""Tasks, plans and teams: on the right list, and a relation for as long as they last."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, let_relations_end

HOME_CARE = "313900878"
ASK = ("POST", "/journal/_search", {"kinds": ["Encounter"]})
PLAN = {
    "goals": ["Trygg medisinering"],
    "activities": [
        {"id": str(uuid4()), "text": "Medisiner", "days": ["mon", "thu"], "times": ["08:00"], "minutes": 10}
    ],
}


async def task(journal: Journal, **said: Any) -> dict[str, Any]:
    body = {"text": "Ta blodtrykk hjemme", "unit": HOME_CARE, **said}
    sent = {"state": "requested", "at": AT, "body": body}
    made: dict[str, Any] = await journal.ok("lege-koman", "line", "PUT", f"/journal/Task/{uuid4()}", sent)
    return made


async def test_given_a_task_to_a_unit_then_its_list_has_it_and_its_people_need_no_reason_until_done(
    journal: Journal, postgres: TestDatabase
) -> None:
    assert code_of(await journal.call("sykepleier", "line", *ASK, reason="")) == "403 relation-missing"
    made = await task(journal)
    (listed,) = (await journal.ok("sykepleier", None, "POST", "/work/_search", {"kinds": ["task"]}))["items"]
    assert (listed["item"]["id"], listed["name"]) == (made["id"], "Line Danser")
    await journal.ok("sykepleier", "line", *ASK, reason="")

    path, body = f"/journal/Task/{made['id']}", made["body"]
    silent = {"state": "completed", "at": AT, "body": body}
    refused = await journal.call("sykepleier", "line", "PUT", path, silent, If_Match='"1"')
    assert code_of(refused) == "422 outcome-missing"
    done = {"state": "completed", "at": AT, "body": {**body, "outcome": "138/84"}}
    await journal.ok("sykepleier", "line", "PUT", path, done, If_Match='"1"', reason="")

    assert (await journal.ok("sykepleier", None, "POST", "/work/_search", {"kinds": ["task"]}))["items"] == []
    await journal.ok("sykepleier", "line", "PUT", path, done, If_Match='"1"', reason="")
    let_relations_end(postgres)
    assert code_of(await journal.call("sykepleier", "line", *ASK, reason="")) == "403 relation-missing"


async def test_given_a_task_is_late_then_it_stands_first(journal: Journal) -> None:
    await task(journal, text="Uten frist")
    late = await task(journal, text="For sent", due="2026-11-01T10:00:00+01:00")
    items = (await journal.ok("sykepleier", None, "POST", "/work/_search", {"kinds": ["task"]}))["items"]
    assert (items[0]["item"]["id"], items[0]["item"]["urgency"]) == (late["id"], 1)


async def test_given_an_active_plan_then_home_care_needs_no_reason_until_it_ends(
    journal: Journal, postgres: TestDatabase
) -> None:
    path = f"/journal/CarePlan/{uuid4()}"
    await journal.ok("sykepleier", "line", "PUT", path, {"state": "active", "at": AT, "body": PLAN})
    await journal.ok("pleieassistent", "line", *ASK, reason="")
    ended = {"state": "completed", "at": AT, "body": PLAN}
    await journal.ok("sykepleier", "line", "PUT", path, ended, If_Match='"1"')
    let_relations_end(postgres)
    assert code_of(await journal.call("pleieassistent", "line", *ASK, reason="")) == "403 relation-missing"
    await journal.ok(
        "sykepleier", "line", "PUT", path, {"state": "active", "at": AT, "body": PLAN}, If_Match='"2"'
    )
    await journal.ok("pleieassistent", "line", *ASK, reason="")


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("CarePlan", {"activities": [{**PLAN["activities"][0], "times": ["25:00"]}]}, "422 time-malformed"),  # type: ignore[dict-item]
        ("CarePlan", {"activities": [{**PLAN["activities"][0], "times": []}]}, "422 times-incomplete"),  # type: ignore[dict-item]
        ("CarePlan", {"until": "2020-01-01"}, "422 date-impossible"),
        (
            "CareTeam",
            {
                "members": [{"personnel": str(AT and "0" * 8 + "-0000-4000-8000-000000000001"), "name": "A"}]
                * 2
            },
            "422 member-twice",
        ),
    ],
)
async def test_bad_plans_and_teams_are_refused_in_words(
    journal: Journal, kind: str, body: dict[str, Any], code: str
) -> None:
    sent = {"state": "active", "at": AT, "body": body}
    assert (
        code_of(await journal.call("sykepleier", "line", "PUT", f"/journal/{kind}/{uuid4()}", sent)) == code
    )


async def test_given_an_unknown_unit_then_no_task_is_lost_to_it(journal: Journal) -> None:
    sent = {"state": "requested", "at": AT, "body": {"text": "x", "unit": "999999999"}}
    answer = await journal.call("lege-koman", "line", "PUT", f"/journal/Task/{uuid4()}", sent)
    assert code_of(answer) == "422 unit-unknown"


async def test_given_no_authorisation_then_a_plan_is_read_and_not_changed(journal: Journal) -> None:
    path = f"/journal/CarePlan/{uuid4()}"
    await journal.ok("sykepleier", "line", "PUT", path, {"state": "active", "at": AT, "body": PLAN})
    assert len((await journal.entries("pleieassistent", "line", "CarePlan"))["CarePlan"]) == 1
    changed = {"state": "revoked", "at": AT, "body": PLAN}
    answer = await journal.call("pleieassistent", "line", "PUT", path, changed, If_Match='"1"')
    assert code_of(answer) == "403 journal-role-writes"
