"""Planning, opening, answering, closing and publishing a consultation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from citizen_panel.caller import Caller, Role
from citizen_panel.consultations import repository, results
from citizen_panel.consultations.anonymity import SMALLEST
from citizen_panel.consultations.models import (
    Answering,
    Consultation,
    OwnAnswer,
    Plan,
    PublicResult,
    Theme,
    Waiting,
)
from citizen_panel.consultations.questions import check_answers, check_questions
from citizen_panel.panels import service as panels
from citizen_panel.panels.traits import TRAITS
from citizen_panel.speech.screening import admit, clean_text, texts_in
from kit.db import Database, set_person
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = [
    "Answering",
    "Consultation",
    "Plan",
    "Waiting",
    "answer",
    "change",
    "exists",
    "mine",
    "move",
    "of_panel",
    "one_for_staff",
    "plan",
    "public",
    "public_result",
    "remind",
    "set_themes",
    "texts_of",
    "tick",
    "waiting_for",
]

PUBLIC_STATES = ("open", "closed", "published")
NEXT = {"open": ("draft",), "closed": ("open",), "published": ("closed",)}
"""State → the states it may follow."""


async def plan(caller: Caller, panel_id: UUID, wanted: Plan, key: str | None) -> Consultation:
    """Write a new draft; the same `key` again answers with the draft it made."""
    _check_plan(wanted)
    request_hash = caller.keys.find_hash(f"consultation:{panel_id}:{key}") if key else None
    async with caller.db.transaction() as conn:
        await caller.need(conn, panel_id)
        made = await repository.add(conn, new_id(), panel_id, wanted, request_hash)
        return await _need(conn, made)


async def change(caller: Caller, identifier: UUID, wanted: Plan, version: int) -> Consultation:
    """Write a draft anew. Raises `Conflict` (`version-conflict`, `already-open`)."""
    _check_plan(wanted)
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier, lock=True)
        await caller.need(conn, found.panel_id)
        if found.version != version:
            raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
        if found.state != "draft":
            raise Conflict("already-open", "People have been asked: the questions stand.")
        await repository.change(conn, identifier, wanted)
        return await _need(conn, identifier)


async def move(caller: Caller, identifier: UUID, state: str) -> Consultation:
    """Open, close or publish. Doing it again changes nothing; raises `Conflict` (`state-order`)."""
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier, lock=True)
        await caller.need(conn, found.panel_id)
        if found.state == state:
            return found
        if found.state not in NEXT[state]:
            raise Conflict("state-order", f"It is {found.state}; it cannot become {state} from there.")
        await repository.set_state(conn, identifier, state)
        moved = await _need(conn, identifier)
        if state == "published":
            await results.conclude(conn, caller.keys, moved)
        return moved


async def set_themes(caller: Caller, identifier: UUID, themes: list[Theme]) -> Consultation:
    """What free text was about, in the moderator's words. Before publication."""
    texts = [clean_text(text) for theme in themes for text in theme.text.values()]
    admit(texts, confirmed=True)
    if any(theme.answers < SMALLEST for theme in themes):
        raise Unprocessable(
            "theme-too-small", f"A theme is of {SMALLEST} answers at least. Join it to another."
        )
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier, lock=True)
        await caller.need(conn, found.panel_id, Role.MODERATOR)
        if found.state != "closed":
            raise Conflict("state-order", "Themes are written between closing and publishing.")
        await repository.set_themes(conn, identifier, msgspec.to_builtins(themes))
        return await _need(conn, identifier)


async def texts_of(caller: Caller, identifier: UUID) -> dict[str, list[str]]:
    """Free text by question, in no order that tells who wrote; for moderators, once it is closed."""
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier)
        await caller.need(conn, found.panel_id, Role.MODERATOR)
        if found.state not in ("closed", "published"):
            raise Conflict("state-order", "Free text is read when the consultation is closed.")
        rows = await repository.submitted(conn, identifier)
    return {
        question.id: sorted(answers[question.id] for _, answers, _ in rows if question.id in answers)
        for question in found.questions
        if question.kind.value == "text"
    }


async def mine(caller: Caller, identifier: UUID) -> OwnAnswer | None:
    """One's own answer as it stands."""
    async with caller.db.transaction() as conn:
        _, member_id = await _as_member(caller, conn, identifier)
        return await repository.own_answer(conn, identifier, member_id)


async def answer(caller: Caller, identifier: UUID, given: Answering, version: int) -> OwnAnswer:
    """Keep one's answers, as a draft or as what counts, until the consultation closes.

    `version`: the own answer's that this one follows, 0 before the first; -1 does not ask. Raises `Conflict`
    (`version-conflict`, `not-open`, `health-data-suspected`), `Unprocessable`, `Forbidden` (`not-a-member`).
    """
    cleaned = {k: clean_text(v) if isinstance(v, str) else v for k, v in given.answers.items()}
    admit(texts_in(cleaned), confirmed=given.confirmed or not given.submit)
    async with caller.db.transaction() as conn:
        found, member_id = await _as_member(caller, conn, identifier)
        if found.state != "open" or not found.opens_at <= datetime.now(UTC) < found.closes_at:
            raise Conflict("not-open", "The consultation is not open for answers.")
        kept = check_answers(found.questions, cleaned, complete=given.submit)
        before = await repository.own_answer(conn, identifier, member_id)
        if version >= 0 and version != (before.version if before else 0):
            raise Conflict("version-conflict", "You answered from another page meanwhile. Load it again.")
        await repository.keep_answer(conn, identifier, member_id, kept, submit=given.submit)
        after = await repository.own_answer(conn, identifier, member_id)
        assert after is not None  # noqa: S101 - just written
        return after


async def remind(caller: Caller, identifier: UUID) -> Consultation:
    """Remind those who have not answered: it stands first in what waits for them, and says so."""
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier, lock=True)
        await caller.need(conn, found.panel_id)
        if found.state != "open":
            raise Conflict("state-order", "People are reminded of what is open.")
        await repository.remind(conn, identifier)
        return await _need(conn, identifier)


async def waiting_for(conn: AsyncConnection[Any], panel_id: UUID, member_id: UUID) -> list[Waiting]:
    """What a member is asked now; the transaction must serve that member."""
    return await repository.waiting_for(conn, panel_id, member_id)


async def of_panel(caller: Caller, panel_id: UUID) -> list[Consultation]:
    """Every consultation of a panel, drafts too, for those who lead or moderate."""
    async with caller.db.transaction() as conn:
        await caller.need(conn, panel_id, Role.MODERATOR)
        them = await repository.consultations(conn, ["draft", *PUBLIC_STATES])
        return [c for c in them if c.panel_id == panel_id]


async def one_for_staff(caller: Caller, identifier: UUID) -> Consultation:
    """One consultation as it stands, for those who lead or moderate its panel."""
    async with caller.db.transaction() as conn:
        found = await _need(conn, identifier)
        await caller.need(conn, found.panel_id, Role.MODERATOR)
        return found


async def public(db: Database) -> list[Consultation]:
    """Everything people were or are asked, for everybody."""
    async with db.transaction() as conn:
        return [_for_all(each) for each in await repository.consultations(conn, PUBLIC_STATES)]


async def public_result(db: Database, identifier: UUID) -> PublicResult:
    """What is shown of a consultation."""
    async with db.transaction() as conn:
        found = await _need(conn, identifier)
        if found.state not in PUBLIC_STATES:
            raise NotFound("consultation-not-found", "There is no such consultation.")
        row: dict[str, Any] = await repository.result(conn, identifier)
    shown = found if row["shown"] is not None else msgspec.structs.replace(found, themes=[])
    return PublicResult(_for_all(shown), row["final"], row["shown"], row["shown_at"])


def _for_all(found: Consultation) -> Consultation:
    """Themes come with the final result, not before."""
    return found if found.state == "published" else msgspec.structs.replace(found, themes=[])


async def tick(db: Database, keys: KeyRing) -> None:
    """Close what is due, and let live numbers take their steps. Safe to run anywhere, at any time."""
    async with db.transaction() as conn:
        for due in await repository.due(conn, datetime.now(UTC)):
            found = await _need(conn, due, lock=True)
            if found.state == "open":
                await repository.set_state(conn, due, "closed")
        live = await repository.consultations(conn, ["open"])
    for consultation in live:
        async with db.transaction() as conn:
            await results.count_live(conn, keys, consultation)


def _check_plan(wanted: Plan) -> None:
    check_questions(wanted.questions)
    admit(texts_in(msgspec.to_builtins((wanted.title, wanted.about, wanted.questions))), confirmed=True)
    if not wanted.title.get("nb", "").strip():
        raise Unprocessable("title-missing", "Give it a title in bokmål (nb).")
    if wanted.opens_at.tzinfo is None or wanted.closes_at.tzinfo is None:
        raise Unprocessable("time-without-zone", "opens_at and closes_at carry their zone.")
    if wanted.closes_at <= wanted.opens_at:
        raise Unprocessable("period-invalid", "It closes after it opens.")
    if set(wanted.dimensions) - TRAITS.keys():
        raise Unprocessable("trait-unknown", f"Dimensions are {', '.join(TRAITS)}.")


async def exists(conn: AsyncConnection[Any], identifier: UUID) -> bool:
    """Whether there is such a consultation."""
    return await repository.consultation(conn, identifier) is not None


async def _need(conn: repository.Connection, identifier: UUID, *, lock: bool = False) -> Consultation:
    found = await repository.consultation(conn, identifier, lock=lock)
    if found is None:
        raise NotFound("consultation-not-found", "There is no such consultation.")
    return found


async def _as_member(
    caller: Caller, conn: repository.Connection, identifier: UUID
) -> tuple[Consultation, UUID]:
    """The consultation and the caller's member id; from here on the transaction serves that member."""
    found = await _need(conn, identifier)
    member_id = await panels.member_in(caller, conn, found.panel_id)
    await set_person(conn, member_id)
    return found, member_id
