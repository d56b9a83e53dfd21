"""Writing the log of decisions, and reading it without a login."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.caller import Caller, Role
from citizen_panel.consultations import service as consultations
from citizen_panel.control_points import service as control_points
from citizen_panel.decisions.models import Decision, State, StepKind, Wanted
from citizen_panel.panels import service as panels
from citizen_panel.rows import rows_of
from citizen_panel.speech.screening import admit
from citizen_panel.topics import service as topics
from kit.db import Database
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id

__all__ = [
    "Decision",
    "Wanted",
    "exists",
    "public",
    "public_one",
    "write",
]

_SELECT = (
    "SELECT decision_id AS id, panel_id, title, said, control_point, state, steps, version, changed_at,"
    " consultation_id, topic_id, control_point_id FROM panel.decision"
)
_NEEDED = {
    State.DECIDED: {StepKind.BOARD_DECISION},
    State.DECLINED: {StepKind.BOARD_DECISION},
    State.DONE: {StepKind.BOARD_DECISION, StepKind.DONE},
}
"""State → the steps without which nobody could tell how it came to be."""


async def write(
    caller: Caller, panel_id: UUID, wanted: Wanted, identifier: UUID | None, key_or_version: str | int | None
) -> Decision:
    """Add an entry (`identifier` None; the same key again is the same entry) or bring one up to date.

    Earlier steps are never taken out. Raises `NotFound`, `Forbidden`, `Conflict` (`version-conflict`,
    `step-gone`), `Unprocessable` (`step-missing`, `step-order`, `link-invalid`, `title-missing`,
    `…-unknown`).
    """
    _check(wanted)
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id, Role.DECISION_MAKER)
        await _check_ties(conn, wanted)
        if identifier is None:
            request = (
                caller.keys.find_hash(f"decision:{panel_id}:{key_or_version}") if key_or_version else None
            )
            identifier = await _insert(conn, panel_id, wanted, request)
        else:
            await _update(conn, identifier, panel_id, wanted, key_or_version)
        return await _one(conn, identifier)


async def public(db: Database) -> list[Decision]:
    """The whole log, the latest change first."""
    async with db.transaction() as conn:
        return await _many(conn, f"{_SELECT} ORDER BY changed_at DESC", ())


async def public_one(db: Database, identifier: UUID) -> Decision:
    """One entry."""
    async with db.transaction() as conn:
        return await _one(conn, identifier)


async def exists(conn: AsyncConnection[Any], identifier: UUID) -> bool:
    """Whether there is such an entry."""
    return bool(await _many(conn, f"{_SELECT} WHERE decision_id = %s", (identifier,)))


async def _check_ties(conn: AsyncConnection[Any], wanted: Wanted) -> None:
    ties = (
        ("consultation", wanted.consultation_id, consultations.exists),
        ("topic", wanted.topic_id, topics.exists),
        ("control-point", wanted.control_point_id, control_points.exists),
    )
    for name, identifier, exists in ties:
        if identifier and not await exists(conn, identifier):
            raise Unprocessable(f"{name}-unknown", f"There is no such {name}.")


def _check(wanted: Wanted) -> None:
    for texts in (wanted.title, wanted.said, wanted.control_point, *(s.text for s in wanted.steps)):
        if not texts.get("nb", "").strip():
            raise Unprocessable("title-missing", "Every text is needed in bokmål (nb).")
        admit(texts.values(), confirmed=True)
    missing = _NEEDED.get(wanted.state, set()) - {step.kind for step in wanted.steps}
    if missing:
        raise Unprocessable("step-missing", f"{wanted.state} needs the step {sorted(missing)[0]}.")
    if [step.on for step in wanted.steps] != sorted(step.on for step in wanted.steps):
        raise Unprocessable("step-order", "Steps stand in the order they happened.")
    for step in wanted.steps:
        if step.link is not None and not step.link.startswith(("https://", "/panel/")):
            raise Unprocessable("link-invalid", "A link is an https address, or a page below /panel/.")


async def _insert(conn: AsyncConnection[Any], panel_id: UUID, wanted: Wanted, request: bytes | None) -> UUID:
    found = await rows_of(
        conn,
        "INSERT INTO panel.decision (decision_id, panel_id, title, said, control_point, state, steps,"
        " consultation_id, topic_id, control_point_id, request_hash) VALUES (%(id)s, %(panel)s, %(title)s,"
        " %(said)s,"
        " %(control_point)s, %(state)s, %(steps)s, %(consultation_id)s, %(topic_id)s, %(control_point_id)s,"
        " %(request)s) ON CONFLICT (request_hash) DO UPDATE SET request_hash = excluded.request_hash"
        " RETURNING decision_id",
        {"id": new_id(), "panel": panel_id, "request": request, **_columns(wanted)},
    )
    return UUID(str(found[0]["decision_id"]))


async def _update(
    conn: AsyncConnection[Any], identifier: UUID, panel_id: UUID, wanted: Wanted, version: str | int | None
) -> None:
    found = await _one(conn, identifier, lock=True)
    if found.panel_id != panel_id:
        raise NotFound("decision-not-found", "This panel has no such decision.")
    if found.version != version:
        raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
    if wanted.steps[: len(found.steps)] != found.steps:
        raise Conflict("step-gone", "What has happened stays in the log: add steps after the ones there.")
    await conn.execute(
        "UPDATE panel.decision SET title = %(title)s, said = %(said)s, control_point = %(control_point)s,"
        " state = %(state)s, steps = %(steps)s, consultation_id = %(consultation_id)s, topic_id ="
        " %(topic_id)s,"
        " control_point_id = %(control_point_id)s,"
        " version = version + 1, changed_at = clock_timestamp() WHERE decision_id = %(id)s",
        {"id": identifier, **_columns(wanted)},
    )


def _columns(wanted: Wanted) -> dict[str, object]:
    return {
        "title": Jsonb(wanted.title),
        "said": Jsonb(wanted.said),
        "control_point": Jsonb(wanted.control_point),
        "state": wanted.state.value,
        "steps": Jsonb(msgspec.to_builtins(wanted.steps)),
        "consultation_id": wanted.consultation_id,
        "topic_id": wanted.topic_id,
        "control_point_id": wanted.control_point_id,
    }


async def _one(conn: AsyncConnection[Any], identifier: UUID, *, lock: bool = False) -> Decision:
    found = await _many(
        conn, f"{_SELECT} WHERE decision_id = %s" + (" FOR UPDATE" if lock else ""), (identifier,)
    )
    if not found:
        raise NotFound("decision-not-found", "There is no such decision.")
    return found[0]


async def _many(conn: AsyncConnection[Any], statement: str, values: tuple[object, ...]) -> list[Decision]:
    return msgspec.convert(await rows_of(conn, statement, values), list[Decision])
