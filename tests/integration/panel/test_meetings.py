"""Meetings, control points, panels' terms and what waits for a member."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.panel.conftest import DECIDER, LEADER, PANEL, SAID, Panel

AT = f"/panels/{PANEL}"
NOW = datetime.now(UTC)
MEETING = {
    "title": SAID,
    "place": SAID,
    "agenda": SAID,
    "starts_at": (NOW + timedelta(days=3)).isoformat(),
    "ends_at": (NOW + timedelta(days=3, hours=2)).isoformat(),
}
POINT = {
    "code": "KP2",
    "title": SAID,
    "plan": SAID,
    "benefit": SAID,
    "due_on": "2027-01-01",
    "cost_planned": 100,
}


async def _join(panel: Panel, *people: int, terms: int = 1) -> None:
    for who in people:
        await panel.call(who, "PUT", f"{AT}/membership", {"terms_version": terms, "traits": {}})


async def test_given_a_meeting_then_members_say_if_they_come_and_the_minutes_are_public(panel: Panel) -> None:
    await _join(panel, *range(10))
    made = await panel.call(LEADER, "POST", f"{AT}/meetings", MEETING, Idempotency_Key="m")
    assert (await panel.call(LEADER, "POST", f"{AT}/meetings", MEETING, Idempotency_Key="m"))["id"] == made[
        "id"
    ]
    for who in range(10):
        await panel.call(who, "PUT", f"/meetings/{made['id']}/attendance", {"coming": who != 3})
        await panel.tick()
        shown = await panel.call(None, "GET", f"/public/meetings/{made['id']}")
        assert shown["coming"] == (4 if who == 9 else None)
    (waiting,) = (await panel.call(3, "GET", "/mine"))[0]["meetings"]
    assert waiting["id"] == made["id"]
    path = f"{AT}/meetings/{made['id']}"
    bare = await panel.ask(LEADER, "PUT", path, {**MEETING, "state": "held"}, If_Match="1")
    assert bare.json()["title"] == "minutes-missing"
    held = {**MEETING, "state": "held", "minutes": SAID}
    assert (await panel.ask(1, "PUT", path, held, If_Match="1")).status_code == 403
    assert (await panel.call(LEADER, "PUT", path, held, If_Match="1"))["coming"] == 9
    assert (
        await panel.ask(1, "PUT", f"/meetings/{made['id']}/attendance", {"coming": True})
    ).status_code == 409
    assert (await panel.call(3, "GET", "/mine"))[0]["meetings"] == []


async def test_given_a_control_point_then_a_decision_is_tied_to_it_and_its_code_is_its_own(
    panel: Panel,
) -> None:
    made = await panel.call(DECIDER, "POST", f"{AT}/control-points", POINT, Idempotency_Key="p")
    assert (await panel.call(DECIDER, "POST", f"{AT}/control-points", POINT, Idempotency_Key="p"))[
        "id"
    ] == made["id"]
    taken = await panel.ask(DECIDER, "POST", f"{AT}/control-points", POINT, Idempotency_Key="q")
    assert taken.json()["title"] == "code-taken"
    path = f"{AT}/control-points/{made['id']}"
    passed = {**POINT, "state": "passed", "cost_spent": 120, "targets": {"look-ups": 10.0}}
    assert (await panel.ask(DECIDER, "PUT", path, passed, If_Match="1")).json()[
        "title"
    ] == "assessment-missing"
    assert (await panel.ask(1, "PUT", path, POINT, If_Match="1")).status_code == 403
    after = await panel.call(DECIDER, "PUT", path, {**passed, "assessment": SAID}, If_Match="1")
    assert (after["cost_spent"], after["targets"]) == (120, {"look-ups": 10.0})
    entry = {"title": SAID, "said": SAID, "control_point": SAID, "state": "considered"}
    tied = {**entry, "control_point_id": made["id"]}
    first = await panel.call(DECIDER, "POST", f"{AT}/decisions", tied, Idempotency_Key="d")
    assert (await panel.call(DECIDER, "POST", f"{AT}/decisions", tied, Idempotency_Key="d"))["id"] == first[
        "id"
    ]
    unknown = await panel.ask(DECIDER, "POST", f"{AT}/decisions", {**entry, "topic_id": str(PANEL)})
    assert unknown.json()["title"] == "topic-unknown"


async def test_given_new_terms_then_members_accept_them_before_they_take_part_again(panel: Panel) -> None:
    await _join(panel, 1)
    consultation = await panel.asked()
    shown = (await panel.call(None, "GET", "/public/panels"))[0]
    wanted = {"name": SAID, "about": SAID, "terms": {"nb": "Nye vilkår"}, "targets": {"sex": {"woman": 0.5}}}
    await panel.call(LEADER, "PUT", AT, wanted, If_Match=str(shown["version"]))
    path, body = f"/consultations/{consultation}/answer", {"answers": {"one": "a"}, "submit": True}
    assert (await panel.ask(1, "PUT", path, body)).json()["title"] == "terms-changed"
    (mine, _) = await panel.call(1, "GET", "/panels")
    assert (mine["terms_accepted"], mine["panel"]["terms_version"]) == (False, 2)
    await _join(panel, 1, terms=2)
    assert (await panel.ask(1, "PUT", path, body)).is_success
    share = {**wanted, "targets": {"sex": {"woman": 0.7, "man": 0.4}}}
    assert (await panel.ask(LEADER, "PUT", AT, share, If_Match="2")).json()["title"] == "share-invalid"
    over = {**wanted, "call_until": (NOW - timedelta(days=1)).isoformat()}
    await panel.call(LEADER, "PUT", AT, over, If_Match="2")
    late = await panel.ask(5, "PUT", f"{AT}/membership", {"terms_version": 2})
    assert late.json()["title"] == "call-closed"
    (member,) = await panel.call(LEADER, "GET", f"{AT}/members")
    assert (member["name"], member["terms_accepted"]) == ("Person 1", True)


async def test_given_a_reminder_then_it_stands_with_what_waits_until_it_is_answered(panel: Panel) -> None:
    await _join(panel, 1)
    consultation = await panel.asked()
    await panel.call(LEADER, "POST", f"/consultations/{consultation}/remind")
    (waiting,) = (await panel.call(1, "GET", "/mine"))[0]["consultations"]
    assert (waiting["answered"], waiting["reminded_at"] is None) == (False, False)
    path = f"/consultations/{consultation}/answer"
    await panel.call(1, "PUT", path, {"answers": {"one": "a"}})
    assert (await panel.call(1, "GET", "/mine"))[0]["consultations"][0]["drafted"]
    await panel.call(1, "PUT", path, {"answers": {"one": "a"}, "submit": True})
    assert (await panel.call(1, "GET", "/mine"))[0]["consultations"][0]["answered"]
    assert await panel.call(2, "GET", "/mine") == []


PRIORITIES = [
    {"id": "points", "kind": "points", "points": 10},
    {"id": "pairs", "kind": "pairs"},
    {"id": "trial", "kind": "trial", "link": "/citizen/results"},
]


async def test_given_points_pairs_and_a_trial_then_they_are_counted(panel: Panel) -> None:
    await _join(panel, *range(5))
    options = [{"code": code, "text": SAID} for code in ("a", "b", "c")]
    asked: list[dict[str, Any]] = [{"text": SAID, **each} for each in PRIORITIES]
    for each in asked[:2]:
        each["options"] = options
    times = {"opens_at": (NOW - timedelta(1)).isoformat(), "closes_at": (NOW + timedelta(1)).isoformat()}
    plan = {"title": SAID, "about": SAID, "questions": asked, **times}
    made = await panel.call(LEADER, "POST", f"{AT}/consultations", plan)
    await panel.call(LEADER, "POST", f"/consultations/{made['id']}/open")
    path = f"/consultations/{made['id']}/answer"
    answers = {"points": {"a": 7, "b": 3, "c": 0}, "pairs": ["a>b", "c>a"], "trial": "trouble"}
    for who in range(5):
        await panel.call(who, "PUT", path, {"answers": answers, "submit": True})
    for wrong in ({"points": {"a": 11}}, {"points": {"a": -1}}, {"pairs": ["a>b", "b>a"]}, {"trial": "well"}):
        refused = await panel.ask(1, "PUT", path, {"answers": wrong, "submit": True})
        assert refused.json()["title"] == "answer-invalid", wrong
    for step in ("close", "publish"):
        await panel.call(LEADER, "POST", f"/consultations/{made['id']}/{step}")
    shown = (await panel.call(None, "GET", f"/public/consultations/{made['id']}"))["result"]["questions"]
    points, pairs, trial = (each["cells"] for each in shown)
    assert (points["counts"], points["shares"]) == (
        {"a": 35, "b": 15, "c": 0},
        {"a": 0.7, "b": 0.3, "c": 0.0},
    )
    assert (pairs["counts"], pairs["shares"]) == ({"a": 5, "b": 0, "c": 5}, {"a": 0.5, "b": 0.0, "c": 1.0})
    assert trial["counts"] == {"done": 0, "trouble": 5, "stopped": 0}


@pytest.mark.parametrize(
    "question",
    [
        {"id": "q", "kind": "trial", "text": SAID, "link": "javascript:alert(1)"},
        {"id": "q", "kind": "trial", "text": SAID, "link": "//evil.example"},
        {"id": "q", "kind": "points", "text": SAID, "points": 0},
        {"id": "q", "kind": "pairs", "text": SAID, "options": [{"code": c, "text": SAID} for c in "abcdefg"]},
    ],
)
async def test_given_a_question_that_cannot_be_asked_then_it_is_named(
    panel: Panel, question: dict[str, Any]
) -> None:
    if question["kind"] == "points":
        question = {**question, "options": [{"code": c, "text": SAID} for c in "ab"]}
    times = {"opens_at": NOW.isoformat(), "closes_at": (NOW + timedelta(1)).isoformat()}
    plan = {"title": SAID, "about": SAID, "questions": [question], **times}
    refused = await panel.ask(LEADER, "POST", f"{AT}/consultations", plan)
    assert refused.status_code == 422
    assert refused.json()["title"].startswith("question-")
