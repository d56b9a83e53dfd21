"""Joining, the draw, feedback, decisions."""

from __future__ import annotations

from typing import Any

import psycopg

from citizen_panel.panels.draw import commitment
from tests.conftest import TestDatabase
from tests.integration.panel.conftest import DECIDER, DRAWN, LEADER, MODERATOR, PANEL, SAID, Panel


async def test_given_volunteers_then_the_promised_draw_is_made_once_and_published(panel: Panel) -> None:
    promised = await panel.call(LEADER, "POST", f"/panels/{DRAWN}/draws")
    for who in range(40):
        traits = {"sex": "woman" if who < 25 else "man"}
        await panel.call(who, "PUT", f"/panels/{DRAWN}/membership", {"terms_version": 1, "traits": traits})
    run = {"places": 12, "public_entropy": "Lotto 4 8 15 16 23 30"}
    path = f"/panels/{DRAWN}/draws/{promised['id']}/run"
    outcome = (await panel.call(LEADER, "POST", path, run))["outcome"]
    assert commitment(outcome["secret"]) == promised["commitment"]
    assert (outcome["volunteers"], outcome["drawn"]) == (40, 12)
    assert outcome["balance"]["sex"]["man"] == {"population": 0.5, "volunteers": 15, "drawn": 6}
    again = await panel.call(LEADER, "POST", path, {"places": 30, "public_entropy": "other"})
    assert again["outcome"] == outcome
    mine = [await panel.call(who, "GET", "/panels") for who in range(40)]
    states = [next(m["state"] for m in m_ if m["panel"]["id"] == str(DRAWN)) for m_ in mine]
    assert states.count("member") == 12
    assert (await panel.call(None, "GET", f"/public/panels/{DRAWN}/draws"))[0]["outcome"] == outcome


async def test_given_a_small_group_of_whom_nobody_is_drawn_then_it_cannot_be_found(panel: Panel) -> None:
    promised = await panel.call(LEADER, "POST", f"/panels/{DRAWN}/draws")
    for who in range(41):
        traits = {"sex": "other" if who == 40 else "woman" if who < 25 else "man"}
        await panel.call(who, "PUT", f"/panels/{DRAWN}/membership", {"terms_version": 1, "traits": traits})
    run = {"places": 12, "public_entropy": "x"}
    path = f"/panels/{DRAWN}/draws/{promised['id']}/run"
    outcome = (await panel.call(LEADER, "POST", path, run))["outcome"]
    shown = outcome["balance"].get("sex", {})
    assert sum(row["volunteers"] for row in shown.values()) in (0, 41)
    assert all(min(row["drawn"], row["volunteers"] - row["drawn"]) >= 5 for row in shown.values())


async def test_given_too_few_or_none_then_the_draw_says_so(panel: Panel) -> None:
    promised = await panel.call(LEADER, "POST", f"/panels/{DRAWN}/draws")
    run = {"places": 5, "public_entropy": "x"}
    refused = await panel.ask(LEADER, "POST", f"/panels/{DRAWN}/draws/{promised['id']}/run", run)
    assert (refused.status_code, refused.json()["title"]) == (422, "too-few-volunteers")
    open_draw = (await panel.call(None, "GET", f"/public/panels/{DRAWN}/draws"))[0]
    assert open_draw["outcome"] is None


async def test_nobody_is_known_by_number_or_name_in_the_tables(panel: Panel, postgres: TestDatabase) -> None:
    await panel.call(1, "PUT", f"/panels/{PANEL}/membership", {"terms_version": 1})
    await panel.call(1, "PUT", f"/panels/{DRAWN}/membership", {"terms_version": 1})
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows: list[Any] = conn.execute("SELECT m.*, m.identity_hash FROM panel.member m").fetchall()
    assert len(rows) == 2
    assert len({row[-1] for row in rows}) == 2  # the two memberships cannot be joined
    assert panel.numbers[1] not in repr(rows)
    assert "Person 1" not in repr(rows)


async def test_given_old_terms_or_unknown_traits_then_joining_is_refused(panel: Panel) -> None:
    path = f"/panels/{PANEL}/membership"
    assert (await panel.ask(1, "PUT", path, {"terms_version": 0})).json()["title"] == "terms-changed"
    odd = {"terms_version": 1, "traits": {"shoe": "44"}}
    assert (await panel.ask(1, "PUT", path, odd)).json()["title"] == "trait-unknown"


async def test_feedback_arrives_is_answered_and_followed_by_its_code(panel: Panel) -> None:
    sent = {"page": "citizen-results", "body": "Hva betyr merket?", "lang": "nb"}
    code = (await panel.call(None, "POST", "/public/feedback", sent, Idempotency_Key="one"))["code"]
    assert (await panel.call(None, "POST", "/public/feedback", sent, Idempotency_Key="one"))["code"] == code
    (item,) = await panel.call(MODERATOR, "GET", f"/panels/{PANEL}/feedback")
    done = {"state": "answered", "theme": "understanding", "reply": {"nb": "Det er laboratoriets merke."}}
    await panel.call(MODERATOR, "PUT", f"/panels/{PANEL}/feedback/{item['id']}", done)
    seen = await panel.call(
        None, "POST", "/public/feedback/_follow", {"code": code.lower().replace("-", " ")}
    )
    assert (seen["state"], seen["reply"]["nb"]) == ("answered", "Det er laboratoriets merke.")
    wrong = await panel.ask(None, "POST", "/public/feedback/_follow", {"code": "AAAA-BBBB-CCCC"})
    assert wrong.json()["title"] == "feedback-not-found"


async def test_given_a_number_in_feedback_then_nothing_is_kept(panel: Panel) -> None:
    sent = {"page": "other", "body": f"Jeg er {panel.numbers[3]}"}
    refused = await panel.ask(None, "POST", "/public/feedback", sent)
    assert (refused.status_code, refused.json()["title"]) == (422, "national-number")
    assert panel.numbers[3] not in refused.text
    assert await panel.call(MODERATOR, "GET", f"/panels/{PANEL}/feedback") == []


async def test_a_decision_grows_step_by_step_and_loses_none(panel: Panel) -> None:
    heard = {"kind": "panel-heard", "on": "2026-05-01", "text": SAID, "link": "/panel/consultations"}
    wanted: dict[str, Any] = {
        "title": SAID,
        "said": SAID,
        "control_point": SAID,
        "state": "considered",
        "steps": [heard],
    }
    made = await panel.call(DECIDER, "POST", f"/panels/{PANEL}/decisions", wanted)
    path = f"/panels/{PANEL}/decisions/{made['id']}"
    early = await panel.ask(DECIDER, "PUT", path, {**wanted, "state": "done"}, If_Match="1")
    assert early.json()["title"] == "step-missing"
    board = {"kind": "board-decision", "on": "2026-06-01", "text": SAID}
    decided = {**wanted, "state": "decided", "steps": [heard, board]}
    assert (await panel.call(DECIDER, "PUT", path, decided, If_Match="1"))["version"] == 2
    gone = await panel.ask(DECIDER, "PUT", path, {**decided, "steps": [board]}, If_Match="2")
    assert gone.json()["title"] == "step-gone"
    assert (await panel.ask(1, "PUT", path, decided, If_Match="2")).status_code == 403
    (public,) = await panel.call(None, "GET", "/public/decisions")
    assert [step["kind"] for step in public["steps"]] == ["panel-heard", "board-decision"]
