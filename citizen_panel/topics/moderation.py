"""What moderators do with what members write, and how an appeal is decided: by another than who acted.

A moderator sees texts and never who wrote them, and handles none of their own.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from citizen_panel.caller import Caller, Role
from citizen_panel.panels import service as panels
from citizen_panel.speech.screening import admit, clean_text
from citizen_panel.texts import LANGUAGES, check_texts
from citizen_panel.topics import repository
from citizen_panel.topics.models import MOST_TITLE, Act, Deciding, Moderating, Queued, Translating
from kit.db import set_unit
from kit.errors import Conflict, Forbidden, NotFound, Unprocessable

_FROM = {
    Act.PUBLISH: ("waiting", "published"),
    Act.WITHHOLD: ("waiting", "withheld"),
    Act.REMOVE: ("published", "removed"),
    Act.KEEP: ("published", "published"),
}
"""Act → the state it starts from and the one it ends in. Back from withheld or removed: only by appeal."""
_TOPIC = {Act.PUBLISH: "open", Act.REMOVE: "removed"}
"""What becomes of a proposal's topic."""


async def queue(caller: Caller, panel_id: UUID) -> list[Queued]:
    """What waits, and what was handled lately."""
    async with caller.db.transaction() as conn:
        await _as_moderator(caller, conn, panel_id)
        return await repository.queue(conn, panel_id, caller.hash_in(panel_id))


async def moderate(
    caller: Caller, panel_id: UUID, identifier: UUID, done: Moderating, version: int
) -> Queued:
    """Let out, hold back, take away or let stand. Doing the same again changes nothing.

    Raises `Conflict` (`version-conflict`, `state-order`), `Forbidden` (`own-contribution`), `Unprocessable`
    (`reason-missing`).
    """
    begins, ends = _FROM[done.act]
    told = ends in ("withheld", "removed")
    if told and (done.reason is None or not done.words.get("nb", "").strip()):
        raise Unprocessable("reason-missing", "Give the reason, and tell the author in words (nb at least).")
    admit(done.words.values(), confirmed=True)
    async with caller.db.transaction() as conn:
        found = await _need(caller, conn, panel_id, identifier)
        if found.state == ends and done.act is not Act.KEEP:
            return found
        _follows(found, begins, version)
        if done.act is not Act.KEEP:
            row: dict[str, Any] = {
                "state": ends,
                "reason": done.reason.value if told and done.reason else None,
            }
            row |= {"words": done.words if told else None, "by": caller.hash_in(panel_id)}
            await repository.moderate(conn, identifier, row)
        await repository.settle_complaints(conn, identifier)
        if found.kind == "proposal" and done.act in _TOPIC:
            await repository.set_state(conn, found.topic_id, _TOPIC[done.act])
        return await _again(caller, conn, panel_id, identifier)


async def translate(caller: Caller, panel_id: UUID, identifier: UUID, wanted: Translating) -> Queued:
    """Keep a translation of a contribution, marked as such."""
    words = {"body": clean_text(wanted.body), "title": clean_text(wanted.title)}
    admit(words.values(), confirmed=True)
    if wanted.lang not in LANGUAGES or not words["body"] or len(words["title"]) > MOST_TITLE:
        raise Unprocessable("text-missing", "Write the translation, and say which language it is in.")
    async with caller.db.transaction() as conn:
        found = await _need(caller, conn, panel_id, identifier)
        if wanted.lang == found.lang:
            raise Unprocessable("language-unknown", "It was written in that language.")
        if found.kind == "proposal" and not words["title"]:
            raise Unprocessable("title-missing", "Translate the title too.")
        await repository.translate(conn, identifier, wanted.lang, words)
        return await _again(caller, conn, panel_id, identifier)


async def decide_appeal(
    caller: Caller, panel_id: UUID, identifier: UUID, done: Deciding, version: int
) -> Queued:
    """End an appeal. Raises `Forbidden` (`own-decision`, `own-contribution`), `Conflict`."""
    check_texts(done.words)
    admit(done.words.values(), confirmed=True)
    ended = "overturned" if done.overturn else "upheld"
    async with caller.db.transaction() as conn:
        found = await _need(caller, conn, panel_id, identifier)
        if found.mine:
            raise Forbidden("own-decision", "Another than who withheld or removed it decides the appeal.")
        if found.appeal_state == ended:
            return found
        if found.appeal_state != "open":
            raise Conflict("state-order", "There is no open appeal.")
        if found.version != version:
            raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
        row = {"ended": ended, "words": done.words, "by": caller.hash_in(panel_id)}
        await repository.decide_appeal(conn, identifier, row)
        if found.kind == "proposal" and done.overturn:
            await repository.set_state(conn, found.topic_id, "open")
        return await _again(caller, conn, panel_id, identifier)


def _follows(found: Queued, begins: str, version: int) -> None:
    if found.version != version:
        raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
    if found.state != begins:
        raise Conflict("state-order", f"It is {found.state}; that cannot be done from there.")


async def _as_moderator(caller: Caller, conn: AsyncConnection[Any], panel_id: UUID) -> None:
    await panels.need_panel(conn, panel_id)
    await caller.need(conn, panel_id, Role.MODERATOR)
    await set_unit(conn, str(panel_id))


async def _need(caller: Caller, conn: AsyncConnection[Any], panel_id: UUID, identifier: UUID) -> Queued:
    await _as_moderator(caller, conn, panel_id)
    found = await _again(caller, conn, panel_id, identifier)
    if await repository.is_authors(conn, identifier, caller.hash_in(panel_id)):
        raise Forbidden("own-contribution", "Another moderator handles what you wrote yourself.")
    return found


async def _again(caller: Caller, conn: AsyncConnection[Any], panel_id: UUID, identifier: UUID) -> Queued:
    found = await repository.one_queued(conn, panel_id, identifier, caller.hash_in(panel_id))
    if found is None:
        raise NotFound("contribution-not-found", "There is no such contribution in this panel.")
    return found
