"""What a fictitious panel says, meets about and is told: made through its own service, safe to repeat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import yaml

from citizen_panel.caller import Caller
from citizen_panel.control_points import service as control_points
from citizen_panel.feedback import service as feedback
from citizen_panel.meetings import service as meetings
from citizen_panel.topics import moderation
from citizen_panel.topics import service as topics

_TALK = Path(__file__).with_name("panel_talk.yaml")


async def talk(
    leader: Caller, moderator: Caller, decider: Caller, members: list[Caller], panel_id: UUID
) -> UUID:
    """Proposals, a discussion, meetings, control points, feedback. Returns the control point to decide at."""
    said: dict[str, Any] = yaml.safe_load(_TALK.read_text(encoding="utf-8"))
    made = [await _proposal(moderator, members, panel_id, each) for each in said["proposals"]]
    first = made[0]
    await topics.propose(members[30], panel_id, _as(topics.Proposing, said["waiting"]), "waiting")
    await _quarrel(moderator, members[31], panel_id, first, said["removed"])
    opening = {name: said["discussion"][name] for name in ("kind", "title", "about")}
    discussion = await topics.open_topic(leader, panel_id, _as(topics.Opening, opening), "discussion")
    for n, each in enumerate(said["discussion"]["said"]):
        await _say(moderator, members[10 + n], panel_id, discussion.id, each, f"d{n}")
    for n, each in enumerate(said["meetings"]):
        await _meeting(leader, members, panel_id, each, f"m{n}")
    points = [await _point(decider, panel_id, each) for each in said["points"]]
    await _feedback(moderator, panel_id, first, said["feedback"])
    await topics.tick(leader.db, leader.keys)
    return points[0]


def _as(kind: Any, value: dict[str, Any]) -> Any:
    return msgspec.convert(value | {"confirmed": True} if kind is not topics.Opening else value, kind)


async def _proposal(moderator: Caller, members: list[Caller], panel_id: UUID, each: dict[str, Any]) -> UUID:
    topic = await topics.propose(members[0], panel_id, _as(topics.Proposing, each), each["title"])
    own = next(q for q in await moderation.queue(moderator, panel_id) if q.topic_id == topic and q.title)
    await _publish(moderator, panel_id, own.id)
    english = topics.Translating("en", each["english"]["body"], each["english"]["title"])
    await moderation.translate(moderator, panel_id, own.id, english)
    for n, said in enumerate(each["said"]):
        await _say(moderator, members[1 + n], panel_id, topic, said, f"{topic}{n}")
    supporters = ["support"] * each["support"]
    stances = [*supporters[1::2], *["oppose"] * each["oppose"], *supporters[::2]]
    for n, stance in enumerate(stances):
        if n == len(stances) * 2 // 3:  # numbers stand one step behind
            await topics.tick(moderator.db, moderator.keys)
        await topics.take_stance(members[n], topic, stance)
    return topic


async def _say(
    moderator: Caller, member: Caller, panel_id: UUID, topic: UUID, said: dict[str, Any], key: str
) -> UUID:
    made = await topics.contribute(member, topic, _as(topics.Contributing, said), key)
    await _publish(moderator, panel_id, made)
    return made


async def _publish(moderator: Caller, panel_id: UUID, contribution: UUID) -> None:
    found = next(q for q in await moderation.queue(moderator, panel_id) if q.id == contribution)
    if found.state == "waiting":
        publish = topics.Moderating(topics.Act.PUBLISH)
        await moderation.moderate(moderator, panel_id, contribution, publish, found.version)


async def _quarrel(
    moderator: Caller, member: Caller, panel_id: UUID, topic: UUID, said: dict[str, Any]
) -> None:
    """An attack that was published, removed with a reason, and is appealed."""
    body = {"kind": "comment", "body": said["body"], "lang": "nb"}
    made = await _say(moderator, member, panel_id, topic, body, "removed")
    found = next(q for q in await moderation.queue(moderator, panel_id) if q.id == made)
    if found.state == "published":
        remove = topics.Moderating(topics.Act.REMOVE, topics.Reason(said["reason"]), said["words"])
        await moderation.moderate(moderator, panel_id, made, remove, found.version)
        await topics.appeal(member, panel_id, made, topics.Appeal(said["appeal"]))


async def _meeting(
    leader: Caller, members: list[Caller], panel_id: UUID, each: dict[str, Any], key: str
) -> None:
    begins = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(
        each.pop("days")
    )
    times = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    plan = msgspec.convert(each | times, meetings.MeetingPlan)
    meeting = await meetings.write(leader, panel_id, plan, None, key)
    if meeting.state == "planned":
        for part in (members[:7], members[7:12]):
            for member in part:
                await meetings.attend(member, meeting.id, coming=True)
            await meetings.tick(leader.db, leader.keys)


async def _point(decider: Caller, panel_id: UUID, each: dict[str, Any]) -> UUID:
    due = datetime.now(UTC).date() + timedelta(each.pop("days"))
    plan = msgspec.convert(each | {"due_on": due}, control_points.PointPlan)
    return (await control_points.write(decider, panel_id, plan, None, each["code"])).id


async def _feedback(moderator: Caller, panel_id: UUID, topic: UUID, pieces: list[dict[str, Any]]) -> None:
    for n, piece in enumerate(pieces):
        sent = feedback.Sent(piece["page"], piece["body"], piece["lang"], confirmed=True)
        await feedback.send(moderator.db, moderator.keys, sent, f"seed-{n}")
    by_body = {piece["body"]: piece for piece in pieces}
    for item in await feedback.inbox(moderator, panel_id):
        piece = by_body.get(item.body, {})
        if item.theme is not None or "theme" not in piece:
            continue
        state = "joined" if "joined" in piece else "answered" if "reply" in piece else "received"
        tie = topic if "joined" in piece else None
        done = feedback.Handling(state, piece["theme"], piece.get("reply"), None, tie)
        await feedback.handle(moderator, panel_id, item.id, done)
