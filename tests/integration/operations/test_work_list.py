"""What operators see of messages that wait, and what opening one leaves behind."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from results_service.operations import lists
from results_service.operations.models import Narrowed
from tests.conftest import TestDatabase
from tests.integration.intake.messages import GRY, LINE, sample
from tests.integration.operations.conftest import World

WRONG = "13116900217"  # a wrong check digit


async def reused_number(world: World) -> str:
    """A second report under a first one's number, about another person: held, and known whose it is."""
    first = sample()
    await world.send(first)
    return await world.send(replace(sample(), serv_prov_id=first.serv_prov_id, number=GRY))


async def test_given_a_faulty_number_when_listed_then_it_is_told_without_the_person(world: World) -> None:
    message = sample(number=WRONG)
    message_id = await world.send(message)
    answer = await world.get("/messages")
    (item,) = answer.json()["items"]
    assert (item["id"], item["status"], item["kind"]) == (message_id, "needs-attention", "CLIN")
    assert (item["sender_name"], item["organisation_name"]) == (
        "Nordlys Laboratorium AS",
        "Samband meldingsformidling AS",
    )
    assert [e["code"] for e in item["errors"]] == ["national-id-check-digit"]
    assert answer.json()["codes"] == {"national-id-check-digit": 1}
    assert item["age_seconds"] >= 0


@pytest.mark.parametrize("path", ["/messages", "/messages/{id}", "/quiet", "/volumes"])
async def test_nothing_of_a_person_is_told_before_opening(world: World, path: str) -> None:
    message_id = await reused_number(world)
    told = (await world.get(path.format(id=message_id))).text
    person = world.person(message_id)
    for secret in (LINE, GRY, "Danser", str(person), "NPU03230"):
        assert secret not in told


async def test_a_list_can_be_narrowed_to_a_code_and_paged(world: World) -> None:
    wrong = [await world.send(sample(number=WRONG)) for _ in range(3)]
    held = await reused_number(world)
    assert await world.ids() == [*wrong, held]
    assert await world.ids(code="person-changed") == [held]
    assert await world.ids(skip=1, count=2) == wrong[1:]
    assert (await world.get("/messages", code="national-id-check-digit")).json()["total"] == 3


async def test_when_a_known_persons_message_is_opened_then_that_persons_log_tells_it(world: World) -> None:
    message_id = await reused_number(world)
    answer = await world.post(f"/messages/{message_id}/open")
    assert answer.status_code == 200, answer.text
    opened = answer.json()
    assert (opened["subject"]["number"], opened["subject"]["name"]) == (GRY, "Danser, Line")
    assert (opened["content"]["results"], opened["original"]) == (1, None)
    person = world.person(message_id)
    rows = world.rows(
        "SELECT person_id, actor_name, organisation_name, basis, relation, action, items, db_role"
        " FROM core_record.access_log"
    )
    assert rows == [
        (
            person,
            "Oskar Brekke",
            "Etat for felles journal",
            "DRIFT",
            "operator",
            "read",
            {"IntakeMessage": 1},
            "akson_results",
        )
    ]
    history = (await world.get(f"/messages/{message_id}")).json()["history"]
    assert [(h["action"], h["name"]) for h in history] == [("opened", "Oskar Brekke")]


async def test_the_whole_message_is_shown_only_when_asked_for_and_logged_as_such(world: World) -> None:
    message_id = await reused_number(world)
    opened = (await world.post(f"/messages/{message_id}/open", original=True)).json()
    assert "NPU03230" in opened["original"]
    assert world.rows("SELECT items FROM core_record.access_log") == [
        ({"IntakeMessage": 1, "IntakeOriginal": 1},)
    ]


async def test_when_nobody_has_the_number_then_the_opening_stands_in_the_operators_log(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    opened = (await world.post(f"/messages/{message_id}/open")).json()
    assert opened["subject"]["number"] == WRONG
    assert world.rows("SELECT count(*) FROM core_record.access_log") == [(0,)]
    actions = world.rows("SELECT action, outcome FROM core_record.actor_log")
    assert actions == [("operations-open", "permitted")]


async def test_a_message_that_was_taken_in_cannot_be_opened(world: World) -> None:
    message_id = await world.send(sample())
    answer = await world.post(f"/messages/{message_id}/open")
    assert (answer.status_code, answer.json()["title"]) == (409, "not-waiting")
    assert LINE not in answer.text
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(0,)]


async def test_every_call_leaves_a_row(world: World) -> None:
    message_id = await world.send(sample(number=WRONG))
    for path in ("/me", "/messages", f"/messages/{message_id}", "/quiet", "/volumes"):
        assert (await world.get(path)).status_code == 200
    actions = {row[0] for row in world.rows("SELECT action FROM core_record.actor_log")}
    assert actions == {
        "operations-admitted",
        "operations-list",
        "operations-read",
        "operations-quiet",
        "operations-volumes",
    }


@pytest.mark.parametrize(
    "persona", ["lege-koman", "sykehuslege", "pleieassistent", "panelleder", "line", "lab"]
)
async def test_others_are_refused_and_the_refusal_is_logged(world: World, persona: str) -> None:
    message_id = await world.send(sample(number=WRONG))
    world.acting_as(persona)
    calls = [
        await world.get("/messages"),
        await world.get("/volumes"),
        await world.post(f"/messages/{message_id}/open"),
        await world.post(f"/messages/{message_id}/replay", reason="fault-fixed"),
        await world.post("/replay", code="processing-failed", reason="fault-fixed"),
        await world.post(f"/messages/{message_id}/resolve", reason="sent-again"),
    ]
    assert {answer.status_code for answer in calls} == {403}
    refused = world.rows("SELECT count(*) FROM core_record.actor_log WHERE outcome = 'refused'")
    assert refused == [(len(calls),)]
    assert world.rows("SELECT count(*) FROM results.operator_action") == [(0,)]


@pytest.mark.parametrize("persona", ["lege-koman", "pleieassistent", "panelleder"])
async def test_given_another_when_asked_whether_they_operate_then_the_answer_is_no_and_stands_in_the_log(
    world: World, persona: str
) -> None:
    world.acting_as(persona)
    answer = await world.get("/me")
    assert (answer.status_code, answer.json()) == (200, {"admitted": False})
    rows = world.rows("SELECT action, outcome, outcome_code FROM core_record.actor_log")
    assert rows == [("operations-admitted", "permitted", "not-operator")]


async def test_given_an_operator_when_asked_whether_they_operate_then_the_answer_is_who_they_are(
    world: World,
) -> None:
    answer = (await world.get("/me")).json()
    assert answer["admitted"]
    assert answer["name"]
    rows = world.rows("SELECT action, outcome, outcome_code FROM core_record.actor_log")
    assert rows == [("operations-admitted", "permitted", None)]
    world.acting_as("drift", security_level=3)
    refused = await world.get("/me")
    assert (refused.status_code, refused.json()["title"]) == (403, "security-level-too-low")


async def test_without_the_scope_or_at_a_lower_level_even_an_operator_is_refused(world: World) -> None:
    world.acting_as("drift", scopes=frozenset({"nhn:pps/provesvar-read"}))
    assert (await world.get("/messages")).status_code == 403
    world.acting_as("drift", security_level=3)
    answer = await world.get("/messages")
    assert (answer.status_code, answer.json()["title"]) == (403, "security-level-too-low")
    world.acting_as("drift", organisation="313900215", place="313900215")
    assert (await world.get("/messages")).json()["title"] == "not-operator"


async def test_a_registered_sender_that_is_long_not_heard_of_does_not_leave_the_list(world: World) -> None:
    await world.send(sample())
    (heard,) = [s for s in (await world.get("/quiet")).json()["senders"] if s["sender"] == "313901866"]
    assert (heard["state"], heard["last"] is None) == ("unknown", False)
    world.rows("UPDATE results.intake_volume SET hour = hour - interval '61 days' RETURNING hour")
    found = {s["sender"]: s for s in (await world.get("/quiet")).json()["senders"]}
    gone = found["313901866"]
    assert (gone["sender_name"], gone["state"], gone["last"]) == ("Nordlys Laboratorium AS", "gone", None)
    assert gone["silent_seconds"] == 60 * 86_400


@pytest.mark.parametrize(
    "statement",
    [
        lists._COLUMNS + " WHERE " + lists._WHICH["rejected"] + lists._NARROWED + " ORDER BY m.id LIMIT 25",
        lists._TOTAL + lists._WHICH["rejected"] + lists._NARROWED,
        lists._BY_CODE + lists._WHICH["rejected"] + " GROUP BY 1",
    ],
)
def test_rejected_messages_are_found_among_the_rejected_alone(
    postgres: TestDatabase, clean_db: None, statement: str
) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET enable_seqscan = off")
        rows = conn.execute(f"EXPLAIN {statement}".encode(), lists._values(Narrowed(b""))).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert "intake_message_rejected" in plan, plan
