"""Feedback from every page: taken in without a name, followed by a code, sorted and answered."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from citizen_panel.caller import Caller, Role
from citizen_panel.decisions import service as decisions
from citizen_panel.feedback.models import PAGES, THEMES, Followed, Handling, Item, Sent
from citizen_panel.panels import service as panels
from citizen_panel.rows import rows_of
from citizen_panel.speech.screening import admit, clean_text
from citizen_panel.topics import service as topics
from kit.db import Database
from kit.errors import NotFound, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = ["Handling", "Sent", "follow", "handle", "inbox", "send"]

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
_GROUPS, _LENGTH = 3, 4
STATES = ("received", "answered", "joined", "withheld")


async def send(db: Database, keys: KeyRing, sent: Sent, key: str | None) -> str:
    """Keep feedback; answers with the code to follow it by. The same `key` again answers with the same code.

    Raises as `admit`, and `Unprocessable` (`page-unknown`, `feedback-empty`).
    """
    body = clean_text(sent.body)
    if sent.page not in PAGES or sent.lang not in ("nb", "nn", "en"):
        raise Unprocessable("page-unknown", "Say which page, and in which language.")
    if not body:
        raise Unprocessable("feedback-empty", "Write something first.")
    admit([body], confirmed=sent.confirmed)
    # With a key the code follows from it, so that a repeated call can be given it without its being stored.
    seed = keys.find_hash(f"feedback-code:{key}") if key else secrets.token_bytes(32)
    code = _code(seed)
    async with db.transaction() as conn:
        await conn.execute(
            "INSERT INTO panel.feedback (feedback_id, code_hash, request_hash, page, lang, body)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (new_id(), _hash(keys, code), _request(keys, key), sent.page, sent.lang, body),
        )
    return code


async def follow(db: Database, keys: KeyRing, code: str) -> Followed:
    """What became of it. Raises `NotFound` (`feedback-not-found`)."""
    rows = await _rows(
        db,
        "SELECT page, state, received_at, reply, answered_at, decision_id, topic_id FROM panel.feedback"
        " WHERE code_hash = %s",
        (_hash(keys, _normal(code)),),
    )
    if not rows:
        raise NotFound("feedback-not-found", "No feedback has this code. Check the letters.")
    return msgspec.convert(rows[0], Followed)


async def inbox(caller: Caller, panel_id: UUID) -> list[Item]:
    """All feedback by page and theme, what waits first; for moderators."""
    async with caller.db.transaction() as conn:
        await caller.need(conn, panel_id, Role.MODERATOR)
    rows = await _rows(
        caller.db,
        "SELECT feedback_id AS id, page, lang, body, state, received_at, theme, reply, decision_id, topic_id"
        " FROM panel.feedback ORDER BY state <> 'received', page, theme NULLS FIRST, received_at DESC",
        (),
    )
    return msgspec.convert(rows, list[Item])


async def handle(caller: Caller, panel_id: UUID, feedback_id: UUID, done: Handling) -> None:
    """Sort or answer. Raises `NotFound`, `Unprocessable` (`…-unknown`, `reply-missing`)."""
    if done.state not in STATES:
        raise Unprocessable("state-unknown", f"A state is one of {', '.join(STATES)}.")
    if done.theme is not None and done.theme not in THEMES:
        raise Unprocessable("theme-unknown", f"A theme is one of {', '.join(THEMES)}.")
    reply = done.reply or {}
    if done.state in ("answered", "withheld") and not reply.get("nb", "").strip():
        raise Unprocessable("reply-missing", "Tell the sender something, in bokmål (nb) at least.")
    if done.state == "joined" and not (done.topic_id or done.decision_id):
        raise Unprocessable("tie-missing", "Say which proposal or decision it is joined to.")
    admit(reply.values(), confirmed=True)
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id, Role.MODERATOR)
        if done.topic_id and not await topics.exists(conn, done.topic_id):
            raise Unprocessable("topic-unknown", "There is no such proposal.")
        if done.decision_id and not await decisions.exists(conn, done.decision_id):
            raise Unprocessable("decision-unknown", "There is no such decision.")
        changed = await conn.execute(
            "UPDATE panel.feedback SET state = %s, theme = coalesce(%s, theme), reply = %s, decision_id = %s,"
            " topic_id = %s, answered_at = CASE WHEN %s = 'received' THEN NULL ELSE clock_timestamp() END"
            " WHERE feedback_id = %s",
            (
                done.state,
                done.theme,
                Jsonb(reply) if reply else None,
                done.decision_id,
                done.topic_id,
                done.state,
                feedback_id,
            ),
        )
        if not changed.rowcount:
            raise NotFound("feedback-not-found", "There is no such feedback.")


def _code(seed: bytes) -> str:
    letters = [_LETTERS[byte % len(_LETTERS)] for byte in seed[: _GROUPS * _LENGTH]]
    return "-".join("".join(letters[i : i + _LENGTH]) for i in range(0, len(letters), _LENGTH))


def _normal(code: str) -> str:
    letters = [c for c in code.upper() if c.isalnum()]
    return "-".join("".join(letters[i : i + _LENGTH]) for i in range(0, len(letters), _LENGTH))


def _hash(keys: KeyRing, code: str) -> bytes:
    return keys.find_hash(f"feedback:{code}")


def _request(keys: KeyRing, key: str | None) -> bytes | None:
    return keys.find_hash(f"feedback-request:{key}") if key else None


async def _rows(db: Database, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
    async with db.transaction() as conn:
        return await rows_of(conn, statement, values)
