"""Proposing, arguing, discussing and taking a stance. Nothing is public before a moderator has seen it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from citizen_panel.caller import Caller
from citizen_panel.panels import service as panels
from citizen_panel.speech.screening import admit, clean_text
from citizen_panel.texts import LANGUAGES, Texts, check_texts
from citizen_panel.topics import repository, stances
from citizen_panel.topics.models import (
    MOST_TITLE,
    Act,
    Appeal,
    Complaint,
    Contributing,
    Kind,
    Moderating,
    Opening,
    Own,
    Proposing,
    PublicTopic,
    Reason,
    Topic,
    Translating,
)
from kit.db import Database, set_person
from kit.errors import Conflict, NotFound, TooMany, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = [
    "Act",
    "Appeal",
    "Contributing",
    "Kind",
    "Moderating",
    "Opening",
    "Own",
    "Proposing",
    "Reason",
    "Topic",
    "Translating",
    "appeal",
    "change",
    "complain",
    "contribute",
    "exists",
    "open_topic",
    "own",
    "propose",
    "public",
    "public_one",
    "take_stance",
    "tick",
]

MOST_WAITING = 10
"""Contributions of one member that may wait at a time: against flooding."""
PUBLIC_STATES = ("open", "closed")
_ARGUMENTS = {Kind.FOR, Kind.AGAINST}


async def public(db: Database) -> list[Topic]:
    """Every topic that everybody may read."""
    async with db.transaction() as conn:
        return await repository.topics(conn, PUBLIC_STATES)


async def public_one(db: Database, identifier: UUID) -> PublicTopic:
    """One topic with what is published in it."""
    async with db.transaction() as conn:
        found = await need_public(conn, identifier)
        row = await stances.shown(conn, identifier)
        said = await repository.said(conn, identifier)
    return PublicTopic(found, said, row["shown"], row["final"], row["shown_at"])


async def propose(caller: Caller, panel_id: UUID, wanted: Proposing, key: str | None) -> UUID:
    """A member's proposal, which waits for a moderator. The same `key` again answers with the same topic."""
    title, body = clean_text(wanted.title), _words(wanted.body, wanted.lang)
    if not title or len(title) > MOST_TITLE:
        raise Unprocessable("title-missing", f"Give it a title of at most {MOST_TITLE} characters.")
    admit([title, body], confirmed=wanted.confirmed)
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        member_id = await panels.member_in(caller, conn, panel_id)
        request = caller.keys.find_hash(f"proposal:{member_id}:{key}") if key else None
        await _serve_writer(conn, member_id, request)
        row: dict[str, Any] = {"id": new_id(), "panel": panel_id, "kind": "proposal", "state": "waiting"}
        row |= {"title": {}, "about": {}, "closes_at": None, "request": request}
        topic_id = await repository.add_topic(conn, row)
        written = {"kind": Kind.PROPOSAL, "title": title, "body": body, "lang": wanted.lang, "reply_to": None}
        await _keep(conn, member_id, panel_id, topic_id, written, request)
        return topic_id


async def contribute(caller: Caller, topic_id: UUID, given: Contributing, key: str | None) -> UUID:
    """An argument or a comment, which waits for a moderator."""
    body = _words(given.body, given.lang)
    admit([body], confirmed=given.confirmed)
    async with caller.db.transaction() as conn:
        found = await _need_open(conn, topic_id)
        if given.kind is Kind.PROPOSAL or (given.kind in _ARGUMENTS and found.kind != "proposal"):
            raise Unprocessable("kind-invalid", "Arguments are for proposals; comments are for both.")
        if given.reply_to and not await repository.is_published(conn, given.reply_to):
            raise NotFound("contribution-not-found", "What you answer is not there any more.")
        member_id = await panels.member_in(caller, conn, found.panel_id)
        request = caller.keys.find_hash(f"contribution:{member_id}:{topic_id}:{key}") if key else None
        await _serve_writer(conn, member_id, request)
        written: dict[str, Any] = {"kind": given.kind, "title": None, "body": body, "lang": given.lang}
        written["reply_to"] = given.reply_to
        return await _keep(conn, member_id, found.panel_id, topic_id, written, request)


async def take_stance(caller: Caller, topic_id: UUID, stance: str | None) -> None:
    """Support or oppose a proposal, or neither; it can be changed until the proposal closes."""
    if stance not in ("support", "oppose", None):
        raise Unprocessable("stance-unknown", "A stance is support, oppose, or null.")
    async with caller.db.transaction() as conn:
        found = await _need_open(conn, topic_id)
        if found.kind != "proposal":
            raise Unprocessable("kind-invalid", "Stances are for proposals.")
        member_id = await panels.member_in(caller, conn, found.panel_id)
        await set_person(conn, member_id)
        await stances.choose(conn, member_id, topic_id, stance)


async def complain(caller: Caller, panel_id: UUID, identifier: UUID, complaint: Complaint) -> None:
    """Say that something published breaks the rules; moderators see it again."""
    async with caller.db.transaction() as conn:
        member_id = await panels.member_in(caller, conn, panel_id)
        if await repository.panel_of(conn, identifier) != panel_id:
            raise NotFound("contribution-not-found", "It is not there any more.")
        await set_person(conn, member_id)
        await repository.complain(conn, member_id, identifier, panel_id, complaint.reason.value)


async def appeal(caller: Caller, panel_id: UUID, identifier: UUID, given: Appeal) -> None:
    """Ask that another than who withheld or removed one's text looks at it; once."""
    text = _words(given.text, "nb")
    admit([text], confirmed=True)
    async with caller.db.transaction() as conn:
        member_id = await panels.member_in(caller, conn, panel_id)
        await set_person(conn, member_id)
        if not await repository.appeal(conn, member_id, identifier, text):
            raise Conflict("appeal-not-possible", "There is nothing to appeal, or it was appealed before.")


async def own(conn: AsyncConnection[Any], member_id: UUID) -> list[Own]:
    """A member's own contributions; the transaction must serve that member."""
    return await repository.own(conn, member_id)


async def open_topic(caller: Caller, panel_id: UUID, wanted: Opening, key: str | None) -> Topic:
    """A discussion, or a proposal of the panel's own; for leaders."""
    _check(wanted)
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id)
        request = caller.keys.find_hash(f"topic:{panel_id}:{key}") if key else None
        row = {"id": new_id(), "panel": panel_id, "kind": wanted.kind, "request": request}
        return await _need(conn, await repository.add_topic(conn, row | _row(wanted)))


async def change(caller: Caller, identifier: UUID, wanted: Opening, version: int) -> Topic:
    """Write a topic anew, end it or open it again; of a member's proposal the end alone. For leaders.

    Raises `Conflict` (`version-conflict`).
    """
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier, lock=True)
        await caller.need(conn, found.panel_id)
        if found.version != version:
            raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
        if found.state not in PUBLIC_STATES:
            raise Conflict("state-order", "It is not published.")
        row: dict[str, Any] = {
            "title": {},
            "about": {},
            "closes_at": wanted.closes_at,
            "state": _state(wanted),
        }
        if found.author == "panel":
            _check(wanted)
            row = _row(wanted)
        await repository.change_topic(conn, identifier, row)
        if found.kind == "proposal" and row["state"] == "closed":
            await stances.count(conn, caller.keys, identifier, final=True)
        return await _need(conn, identifier)


async def tick(db: Database, keys: KeyRing) -> None:
    """Close what is due, and let numbers take their steps."""
    async with db.transaction() as conn:
        for due in await repository.due(conn):
            await repository.set_state(conn, due, "closed")
            await stances.count(conn, keys, due, final=True)
        open_ = await repository.topics(conn, ["open"])
    for topic in open_:
        if topic.kind == "proposal":
            async with db.transaction() as conn:
                await stances.count(conn, keys, topic.id)


async def exists(conn: AsyncConnection[Any], identifier: UUID) -> bool:
    """Whether everybody can read such a topic."""
    found = await repository.topic(conn, identifier)
    return found is not None and found.state in PUBLIC_STATES


async def need_public(conn: AsyncConnection[Any], identifier: UUID) -> Topic:
    """Raises `NotFound` (`topic-not-found`) unless everybody may read it."""
    found = await repository.topic(conn, identifier)
    if found is None or found.state not in PUBLIC_STATES:
        raise NotFound("topic-not-found", "There is no such proposal or discussion.")
    return found


async def _need(conn: AsyncConnection[Any], identifier: UUID, *, lock: bool = False) -> Topic:
    found = await repository.topic(conn, identifier, lock=lock)
    if found is None:
        raise NotFound("topic-not-found", "There is no such proposal or discussion.")
    return found


async def _need_open(conn: AsyncConnection[Any], identifier: UUID) -> Topic:
    found = await need_public(conn, identifier)
    if found.state != "open" or (found.closes_at and found.closes_at <= datetime.now(UTC)):
        raise Conflict("topic-closed", "It is closed: nothing more can be added.")
    return found


async def _serve_writer(conn: AsyncConnection[Any], member_id: UUID, request: bytes | None) -> None:
    """From here on the transaction serves that member; raises `TooMany` (`too-many-waiting`)."""
    await set_person(conn, member_id)
    if await repository.waiting(conn, member_id, request) >= MOST_WAITING:
        raise TooMany(
            "too-many-waiting",
            f"{MOST_WAITING} of your texts wait to be read.",
            headers={"Retry-After": "3600"},
        )


async def _keep(
    conn: AsyncConnection[Any],
    member_id: UUID,
    panel_id: UUID,
    topic_id: UUID,
    written: Mapping[str, Any],
    request: bytes | None,
) -> UUID:
    row = {"member": member_id, "id": new_id(), "panel": panel_id, "topic": topic_id, "request": request}
    return await repository.contribute(conn, {**row, **written, "kind": written["kind"].value})


def _words(text: str, lang: str) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise Unprocessable("text-missing", "Write something first.")
    if lang not in LANGUAGES:
        raise Unprocessable("language-unknown", f"A language is one of {', '.join(LANGUAGES)}.")
    return cleaned


def _check(wanted: Opening) -> None:
    if wanted.kind not in ("proposal", "discussion"):
        raise Unprocessable("kind-invalid", "It is a proposal or a discussion.")
    check_texts(wanted.title, wanted.about)
    admit([*wanted.title.values(), *wanted.about.values()], confirmed=True)


def _row(wanted: Opening) -> dict[str, Any]:
    title: Texts = wanted.title
    state = _state(wanted)
    return {"title": title, "about": wanted.about, "closes_at": wanted.closes_at, "state": state}


def _state(wanted: Opening) -> str:
    return "open" if wanted.open else "closed"
