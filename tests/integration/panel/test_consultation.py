"""A consultation from plan to result: who may do what, one answer each, numbers that tell nobody apart."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest
from fhir.resources.R4B.questionnaire import Questionnaire

from tests.conftest import TestDatabase
from tests.integration.panel.conftest import DECIDER, LEADER, MODERATOR, PANEL, SAID, Panel, plan

JOIN = f"/panels/{PANEL}/membership"


async def _join(panel: Panel, *people: int, age: str = "30-49") -> None:
    for who in people:
        await panel.call(who, "PUT", JOIN, {"terms_version": 1, "traits": {"age": age}})


async def _answer(panel: Panel, consultation: str, who: int, choice: str = "a", **more: Any) -> Any:
    body = {"answers": {"one": choice, **more}, "submit": True}
    return await panel.call(who, "PUT", f"/consultations/{consultation}/answer", body)


async def test_given_a_whole_consultation_then_its_result_is_public_with_groups(panel: Panel) -> None:
    await _join(panel, *range(7), age="30-49")
    await _join(panel, *range(7, 14), age="67+")
    consultation = await panel.asked()
    for who in range(14):
        await _answer(panel, consultation, who, "a" if who < 7 else "b", rank=["b", "a"], many=["c", "a"])
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    theme = [{"question": "free", "text": SAID, "answers": 5}]
    await panel.call(MODERATOR, "PUT", f"/consultations/{consultation}/themes", theme)
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/publish")

    shown = await panel.call(None, "GET", f"/public/consultations/{consultation}")
    assert shown["final"]
    assert shown["result"]["answered"] == 14
    assert shown["result"]["rate"] == 1.0
    one = shown["result"]["questions"][0]
    assert one["cells"]["counts"] == {"a": 7, "b": 7, "c": 0}
    assert one["breakdowns"][0]["groups"]["67+"]["counts"] == {"a": 0, "b": 7, "c": 0}
    rank = next(q for q in shown["result"]["questions"] if q["id"] == "rank")
    assert rank["cells"]["places"] == {"a": 2.0, "b": 1.0, "c": 3.0}
    assert shown["consultation"]["themes"] == theme
    table = (await panel.ask(None, "GET", f"/public/consultations/{consultation}/result.csv")).text
    assert "one,single,age,67+,b,7," in table
    fhir = await panel.call(None, "GET", f"/public/consultations/{consultation}/questionnaire")
    Questionnaire.model_validate(fhir)


async def test_given_few_answers_then_live_numbers_wait_and_stay_a_step_behind(panel: Panel) -> None:
    await _join(panel, *range(12))
    consultation = await panel.asked()
    seen = []
    for who in range(12):
        await _answer(panel, consultation, who)
        await panel.tick()
        shown = await panel.call(None, "GET", f"/public/consultations/{consultation}")
        seen.append((shown["result"] or {}).get("answered"))
    assert seen == [None] * 9 + [5] * 3
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/publish")
    assert (await panel.call(None, "GET", f"/public/consultations/{consultation}"))["result"][
        "answered"
    ] == 12


async def test_given_under_five_answers_then_no_number_is_ever_shown(panel: Panel) -> None:
    await _join(panel, *range(4))
    consultation = await panel.asked()
    for who in range(4):
        await _answer(panel, consultation, who)
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/publish")
    shown = await panel.call(None, "GET", f"/public/consultations/{consultation}")
    assert shown["result"] is None


async def test_given_an_answer_is_sent_again_or_changed_then_it_still_counts_once(panel: Panel) -> None:
    await _join(panel, 1)
    consultation = await panel.asked()
    path = f"/consultations/{consultation}/answer"
    first = await _answer(panel, consultation, 1)
    assert (await _answer(panel, consultation, 1))["version"] == first["version"]
    both = await asyncio.gather(*(_answer(panel, consultation, 1, "b") for _ in range(5)))
    assert {each["submitted"]["one"] for each in both} == {"b"}
    stale = await panel.ask(1, "PUT", path, {"answers": {"one": "c"}, "submit": True}, If_Match='W/"1"')
    assert (stale.status_code, stale.json()["title"]) == (409, "version-conflict")
    draft = await panel.call(1, "PUT", path, {"answers": {"one": "c", "free": "kreft"}})
    assert (draft["answers"]["one"], draft["submitted"]["one"]) == ("c", "b")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"one": "z"}, "answer-invalid"),
        ({"one": ["a"]}, "answer-invalid"),
        ({"scale": 3}, "answer-missing"),
        ({"one": "a", "scale": 9}, "answer-invalid"),
        ({"one": "a", "other": "x"}, "answer-unknown"),
        ({"one": "a", "rank": ["a", "a"]}, "answer-invalid"),
        ({"one": "a", "free": "ring 91234567"}, "phone-number"),
        ({"one": "a", "free": "jeg er gravid"}, "health-data-suspected"),
    ],
)
async def test_given_no_answer_to_the_question_then_it_is_refused_and_nothing_kept(
    panel: Panel, answers: dict[str, Any], code: str
) -> None:
    await _join(panel, 1)
    consultation = await panel.asked()
    path = f"/consultations/{consultation}/answer"
    refused = await panel.ask(1, "PUT", path, {"answers": answers, "submit": True})
    assert (refused.status_code in (409, 422), refused.json()["title"]) == (True, code)
    assert await panel.call(1, "GET", path) == {"answer": None}


async def test_given_a_theme_of_fewer_than_five_then_it_is_refused(panel: Panel) -> None:
    consultation = await panel.asked()
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    theme = [{"question": "free", "text": SAID, "answers": 4}]
    refused = await panel.ask(MODERATOR, "PUT", f"/consultations/{consultation}/themes", theme)
    assert (refused.status_code, refused.json()["title"]) == (422, "theme-too-small")


async def test_given_it_is_published_then_counting_leaves_it_and_no_member_stands_in_it(
    panel: Panel, postgres: TestDatabase
) -> None:
    await _join(panel, *range(12))
    consultation = await panel.asked()
    for who in range(12):
        await _answer(panel, consultation, who, scale=3)
        await panel.tick()
    live = await panel.call(None, "GET", f"/public/consultations/{consultation}")
    assert [q["id"] for q in live["result"]["questions"]] == ["one"]  # the others may move by one person
    opened = await panel.asked()
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/publish")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        before = conn.execute("SELECT r::text FROM panel.result r WHERE final").fetchall()
        conn.execute("UPDATE panel.consultation SET state = 'open' WHERE state = 'published'")
        members = conn.execute("SELECT member_id::text FROM panel.member").fetchall()
    await panel.tick()  # a round that had listed it before it was published
    with psycopg.connect(postgres.superuser_dsn) as conn:
        after = conn.execute("SELECT r::text FROM panel.result r WHERE final").fetchall()
    assert opened
    assert before == after
    assert not [member for (member,) in members if member in before[0][0]]


async def test_given_a_member_leaves_then_the_answer_is_gone_and_the_panel_goes_on(panel: Panel) -> None:
    await _join(panel, *range(6))
    consultation = await panel.asked()
    for who in range(6):
        await _answer(panel, consultation, who)
    await panel.call(0, "POST", f"{JOIN}/_leave")
    await panel.call(0, "POST", f"{JOIN}/_leave")
    assert (await panel.ask(0, "GET", f"/consultations/{consultation}/answer")).status_code == 403
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/close")
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/publish")
    assert (await panel.call(None, "GET", f"/public/consultations/{consultation}"))["result"]["answered"] == 5


async def test_who_may_do_what(panel: Panel) -> None:
    await _join(panel, 1)
    consultation = await panel.asked()
    wanted = [
        (1, "POST", f"/panels/{PANEL}/consultations", plan()),
        (MODERATOR, "POST", f"/panels/{PANEL}/consultations", plan()),
        (1, "POST", f"/consultations/{consultation}/close", None),
        (DECIDER, "POST", f"/consultations/{consultation}/close", None),
        (1, "GET", f"/consultations/{consultation}/texts", None),
        (2, "PUT", f"/consultations/{consultation}/answer", {"answers": {"one": "a"}, "submit": True}),
        (LEADER, "PUT", f"/consultations/{consultation}/answer", {"answers": {"one": "a"}, "submit": True}),
        (1, "GET", f"/panels/{PANEL}/consultations", None),
        (1, "GET", f"/panels/{PANEL}/feedback", None),
        (1, "POST", f"/panels/{PANEL}/draws", None),
        (1, "POST", f"/panels/{PANEL}/draws/{PANEL}/run", {"places": 5, "public_entropy": "x"}),
        (1, "PUT", f"/consultations/{consultation}", plan()),
        (1, "PUT", f"/consultations/{consultation}/themes", []),
        (1, "PUT", f"/panels/{PANEL}/feedback/{PANEL}", {"state": "received"}),
    ]
    for who, method, path, body in wanted:
        refused = await panel.ask(who, method, path, body, If_Match='"2"')
        assert refused.status_code == 403, (who, method, path)


async def test_given_it_is_not_open_then_answers_and_steps_are_refused_in_words(panel: Panel) -> None:
    await _join(panel, 1)
    made = await panel.call(LEADER, "POST", f"/panels/{PANEL}/consultations", plan(), Idempotency_Key="k1")
    again = await panel.call(LEADER, "POST", f"/panels/{PANEL}/consultations", plan(), Idempotency_Key="k1")
    assert made["id"] == again["id"]
    assert (await panel.ask(None, "GET", f"/public/consultations/{made['id']}")).status_code == 404
    body = {"answers": {"one": "a"}, "submit": True}
    refused = await panel.ask(1, "PUT", f"/consultations/{made['id']}/answer", body)
    assert refused.json()["title"] == "not-open"
    early = await panel.ask(LEADER, "POST", f"/consultations/{made['id']}/publish")
    assert early.json()["title"] == "state-order"
    changed = plan(title={"nb": "Ny tittel"})
    newer = await panel.call(LEADER, "PUT", f"/consultations/{made['id']}", changed, If_Match='"1"')
    assert newer["title"] == {"nb": "Ny tittel"}
    late = await panel.ask(LEADER, "PUT", f"/consultations/{made['id']}", changed, If_Match='"1"')
    assert late.json()["title"] == "version-conflict"


async def test_given_the_time_is_out_then_it_closes_by_itself(panel: Panel) -> None:
    soon = plan(opens_at="2025-01-01T00:00:00Z", closes_at="2025-01-02T00:00:00Z")
    made = await panel.call(LEADER, "POST", f"/panels/{PANEL}/consultations", soon)
    await panel.call(LEADER, "POST", f"/consultations/{made['id']}/open")
    await panel.tick()
    shown = await panel.call(None, "GET", f"/public/consultations/{made['id']}")
    assert shown["consultation"]["state"] == "closed"
