"""Proposals and discussion: nothing public before a moderator, removal with reason, appeal by another."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.panel.conftest import DECIDER, LEADER, MODERATOR, PANEL, SAID, Panel

AT = f"/panels/{PANEL}"
PROPOSAL = {"title": "Ordliste på siden", "body": "Forklar ordene der de står.", "lang": "nb"}
WHY = {"act": "remove", "reason": "attack", "words": {"nb": "Det angriper en person."}}


async def _join(panel: Panel, *people: int) -> None:
    for who in people:
        await panel.call(who, "PUT", f"{AT}/membership", {"terms_version": 1, "traits": {}})


async def _queued(panel: Panel, identifier: str, who: int = MODERATOR) -> Any:
    return next(q for q in await panel.call(who, "GET", f"{AT}/moderation") if q["id"] == identifier)


async def _moderate(panel: Panel, identifier: str, done: dict[str, Any], who: int = MODERATOR) -> Any:
    version = (await _queued(panel, identifier, who))["version"]
    return await panel.ask(who, "PUT", f"{AT}/moderation/{identifier}", done, If_Match=str(version))


async def _proposed(panel: Panel, who: int = 1) -> tuple[str, str]:
    """A published proposal: topic and contribution."""
    topic = (await panel.call(who, "POST", f"{AT}/proposals", PROPOSAL))["topic_id"]
    own = (await panel.call(who, "GET", "/mine"))[0]["contributions"][0]["id"]
    assert (await _moderate(panel, own, {"act": "publish"})).is_success
    return topic, own


async def _said(panel: Panel, topic: str, who: int, kind: str = "for", body: str = "Bra.") -> str:
    made = await panel.call(who, "POST", f"/topics/{topic}/contributions", {"kind": kind, "body": body})
    return str(made["id"])


async def test_given_a_proposal_then_it_is_public_with_arguments_only_after_a_moderator(panel: Panel) -> None:
    await _join(panel, 1, 2)
    topic = (await panel.call(1, "POST", f"{AT}/proposals", PROPOSAL, Idempotency_Key="k"))["topic_id"]
    again = await panel.call(1, "POST", f"{AT}/proposals", PROPOSAL, Idempotency_Key="k")
    assert again["topic_id"] == topic
    assert await panel.call(None, "GET", "/public/topics") == []
    assert (await panel.ask(None, "GET", f"/public/topics/{topic}")).status_code == 404
    (mine,) = (await panel.call(1, "GET", "/mine"))[0]["contributions"]
    assert mine["state"] == "waiting"
    assert (await _moderate(panel, mine["id"], {"act": "publish"})).json()["state"] == "published"
    argument = await _said(panel, topic, 2, "against", "Det blir for mye tekst.")
    shown = await panel.call(None, "GET", f"/public/topics/{topic}")
    assert (shown["topic"]["title"], shown["said"]) == ({"nb": "Ordliste på siden"}, [])
    await _moderate(panel, argument, {"act": "publish"})
    english = {"lang": "en", "body": "Too much text."}
    await panel.call(MODERATOR, "PUT", f"{AT}/moderation/{argument}/translation", english)
    (said,) = (await panel.call(None, "GET", f"/public/topics/{topic}"))["said"]
    assert said["body"] == {"nb": "Det blir for mye tekst.", "en": "Too much text."}
    assert (said["kind"], said["written_in"]) == ("against", "nb")
    assert "alias" not in said


async def test_given_an_attack_then_it_is_removed_with_a_reason_and_another_decides_the_appeal(
    panel: Panel, postgres: TestDatabase
) -> None:
    await _join(panel, 1, 2)
    topic, _ = await _proposed(panel)
    said = await _said(panel, topic, 2, "comment", "Du er dum.")
    await _moderate(panel, said, {"act": "publish"})
    await panel.call(1, "PUT", f"{AT}/contributions/{said}/complaint", {"reason": "attack"})
    assert (await _queued(panel, said))["complaints"] == {"attack": 1}
    bare = await _moderate(panel, said, {"act": "remove"})
    assert bare.json()["title"] == "reason-missing"
    assert (await _moderate(panel, said, WHY)).json()["state"] == "removed"
    assert (await panel.call(None, "GET", f"/public/topics/{topic}"))["said"] == []
    (own,) = (await panel.call(2, "GET", "/mine"))[0]["contributions"]
    assert (own["state"], own["reason"], own["words"]) == ("removed", "attack", WHY["words"])

    appeal = {"text": "Det var ment om forslaget."}
    assert (await panel.ask(1, "POST", f"{AT}/contributions/{said}/appeal", appeal)).status_code == 409
    await panel.call(2, "POST", f"{AT}/contributions/{said}/appeal", appeal)
    assert (await panel.ask(2, "POST", f"{AT}/contributions/{said}/appeal", appeal)).status_code == 409
    version = str((await _queued(panel, said))["version"])
    decided = {"overturn": True, "words": {"nb": "Vi ser at det gjaldt forslaget."}}
    path = f"{AT}/moderation/{said}/appeal"
    same = await panel.ask(MODERATOR, "PUT", path, decided, If_Match=version)
    assert (same.status_code, same.json()["title"]) == (403, "own-decision")
    assert (await panel.ask(DECIDER, "PUT", path, decided, If_Match=version)).status_code == 403
    ended = await panel.call(LEADER, "PUT", path, decided, If_Match=version)
    assert (ended["state"], ended["appeal_state"]) == ("published", "overturned")
    assert len((await panel.call(None, "GET", f"/public/topics/{topic}"))["said"]) == 1
    with psycopg.connect(postgres.superuser_dsn) as conn, pytest.raises(psycopg.errors.CheckViolation):
        conn.execute("UPDATE panel.contribution SET appeal_by = moderated_by WHERE appeal IS NOT NULL")


async def test_given_a_moderator_who_is_a_member_then_another_handles_what_they_wrote(panel: Panel) -> None:
    await _join(panel, MODERATOR)
    await panel.call(MODERATOR, "POST", f"{AT}/proposals", PROPOSAL)
    own = (await panel.call(MODERATOR, "GET", "/mine"))[0]["contributions"][0]["id"]
    refused = await _moderate(panel, own, {"act": "publish"})
    assert (refused.status_code, refused.json()["title"]) == (403, "own-contribution")
    assert (await _moderate(panel, own, {"act": "publish"}, LEADER)).is_success


async def test_given_stances_then_numbers_move_for_five_at_a_time_and_end_with_the_proposal(
    panel: Panel,
) -> None:
    await _join(panel, *range(12))
    topic, _ = await _proposed(panel)
    seen = []
    for who in range(12):
        stance = "support" if who % 3 else "oppose"
        await panel.call(who, "PUT", f"/topics/{topic}/stance", {"stance": stance})
        await panel.tick()
        seen.append((await panel.call(None, "GET", f"/public/topics/{topic}"))["numbers"])
    assert seen[:9] == [None] * 9
    assert seen[9:] == [{"support": 3, "oppose": 2}] * 3
    assert (await panel.call(4, "GET", "/mine"))[0]["stances"] == {topic: "support"}
    found = (await panel.call(None, "GET", f"/public/topics/{topic}"))["topic"]
    ended = {"kind": "proposal", "title": {}, "about": {}, "open": False}
    await panel.call(LEADER, "PUT", f"/topics/{topic}", ended, If_Match=str(found["version"]))
    shown = await panel.call(None, "GET", f"/public/topics/{topic}")
    assert (shown["numbers"], shown["final"]) == ({"support": 8, "oppose": 4}, True)
    late = await panel.ask(1, "PUT", f"/topics/{topic}/stance", {"stance": None})
    assert (late.status_code, late.json()["title"]) == (409, "topic-closed")


async def test_given_an_author_leaves_then_the_words_are_gone_and_others_stay(panel: Panel) -> None:
    await _join(panel, 1, 2, 3)
    topic, _ = await _proposed(panel)
    said = await _said(panel, topic, 2)
    await _moderate(panel, said, {"act": "publish"})
    unseen = (await panel.call(3, "POST", f"{AT}/proposals", PROPOSAL))["topic_id"]
    for who in (1, 3):
        await panel.call(who, "POST", f"{AT}/membership/_leave")
    shown = await panel.call(None, "GET", f"/public/topics/{topic}")
    assert (shown["topic"]["title"], shown["topic"]["about"]) == ({}, {})
    assert [each["id"] for each in shown["said"]] == [said]
    assert not [q for q in await panel.call(MODERATOR, "GET", f"{AT}/moderation") if q["topic_id"] == unseen]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"kind": "for", "body": "ring 91234567"}, "phone-number"),
        ({"kind": "for", "body": "min kreft"}, "health-data-suspected"),
        ({"kind": "proposal", "body": "x"}, "kind-invalid"),
        ({"kind": "comment", "body": "  "}, "text-missing"),
        ({"kind": "comment", "body": "x", "lang": "de"}, "language-unknown"),
        ({"kind": "comment", "body": "x", "reply_to": str(PANEL)}, "contribution-not-found"),
    ],
)
async def test_given_what_may_not_be_said_then_it_is_refused_and_not_kept(
    panel: Panel, given: dict[str, Any], code: str
) -> None:
    await _join(panel, 1)
    topic, _ = await _proposed(panel)
    refused = await panel.ask(1, "POST", f"/topics/{topic}/contributions", given)
    assert refused.json()["title"] == code
    assert len(await panel.call(MODERATOR, "GET", f"{AT}/moderation")) == 1


async def test_given_a_flood_then_it_stops_at_ten_that_wait(panel: Panel) -> None:
    await _join(panel, 1)
    topic, _ = await _proposed(panel)
    path, body = f"/topics/{topic}/contributions", {"kind": "comment", "body": "Kjøp nå!"}
    for n in range(10):
        await panel.call(1, "POST", path, body, Idempotency_Key=str(n))
    assert (await panel.ask(1, "POST", path, body, Idempotency_Key="10")).status_code == 429
    assert (await panel.ask(1, "POST", path, body, Idempotency_Key="9")).status_code == 201


async def test_given_a_discussion_then_a_leader_opens_it_and_ends_it(panel: Panel) -> None:
    await _join(panel, 1)
    wanted = {"kind": "discussion", "title": SAID, "about": SAID}
    assert (await panel.ask(1, "POST", f"{AT}/topics", wanted)).status_code == 403
    made = await panel.call(LEADER, "POST", f"{AT}/topics", wanted, Idempotency_Key="d")
    assert (await panel.call(LEADER, "POST", f"{AT}/topics", wanted, Idempotency_Key="d"))["id"] == made["id"]
    await _said(panel, made["id"], 1, "comment")
    assert (
        await panel.ask(1, "PUT", f"/topics/{made['id']}/stance", {"stance": "support"})
    ).status_code == 422
    path = f"/topics/{made['id']}"
    stale = await panel.ask(LEADER, "PUT", path, wanted, If_Match="9")
    assert stale.json()["title"] == "version-conflict"
    await panel.call(LEADER, "PUT", path, {**wanted, "open": False}, If_Match=str(made["version"]))
    closed = await panel.ask(1, "POST", f"{path}/contributions", {"kind": "comment", "body": "Sent."})
    assert closed.json()["title"] == "topic-closed"


async def test_who_may_do_what(panel: Panel) -> None:
    await _join(panel, 1)
    topic, said = await _proposed(panel)
    wanted = [
        (1, "GET", f"{AT}/moderation", None),
        (DECIDER, "GET", f"{AT}/moderation", None),
        (1, "PUT", f"{AT}/moderation/{said}", WHY),
        (1, "PUT", f"{AT}/moderation/{said}/translation", {"lang": "en", "body": "x", "title": "x"}),
        (1, "PUT", f"{AT}/moderation/{said}/appeal", {"overturn": True, "words": SAID}),
        (MODERATOR, "PUT", f"/topics/{topic}", {"kind": "proposal", "title": SAID, "about": SAID}),
        (2, "PUT", f"/topics/{topic}/stance", {"stance": "support"}),
        (2, "POST", f"/topics/{topic}/contributions", {"kind": "for", "body": "x"}),
        (2, "POST", f"{AT}/proposals", PROPOSAL),
        (2, "PUT", f"{AT}/contributions/{said}/complaint", {"reason": "spam"}),
        (MODERATOR, "GET", f"{AT}/members", None),
        (MODERATOR, "PUT", AT, {"name": SAID, "about": SAID, "terms": SAID}),
    ]
    for who, method, path, body in wanted:
        refused = await panel.ask(who, method, path, body, If_Match='"2"')
        assert refused.status_code == 403, (who, method, path, refused.text)
