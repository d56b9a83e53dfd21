"""Writing the log of decisions, and reading it without a login."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from citizen_panel.caller import Caller, Role
from citizen_panel.consultations import service as consultations
from citizen_panel.decisions.models import Decision, State, StepKind, Wanted
from citizen_panel.panels import service as panels
from citizen_panel.speech.screening import admit
from kit.db import Database
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id

__all__ = [
    "Decision",
    "Wanted",
    "public",
    "public_one",
    "write",
]

_SELECT = (
    "SELECT decision_id AS id, panel_id, title, said, control_point, state, steps, version, changed_at,"
    " consultation_id FROM panel.decision"
)
_NEEDED = {
    State.DECIDED: {StepKind.BOARD_DECISION},
    State.DECLINED: {StepKind.BOARD_DECISION},
    State.DONE: {StepKind.BOARD_DECISION, StepKind.DONE},
}
"""State → the steps without which nobody could tell how it came to be."""


async def write(
    caller: Caller, panel_id: UUID, wanted: Wanted, identifier: UUID | None, version: int
) -> Decision:
    """Add an entry (`identifier` None) or bring one up to date; earlier steps are never taken out.

    Raises `NotFound`, `Forbidden`, `Conflict` (`version-conflict`, `step-gone`), `Unprocessable`
    (`step-missing`, `step-order`, `link-invalid`, `title-missing`).
    """
    _check(wanted)
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id, Role.DECISION_MAKER)
        if wanted.consultation_id and not await consultations.exists(conn, wanted.consultation_id):
            raise Unprocessable("consultation-unknown", "There is no such consultation.")
        if identifier is None:
            identifier = new_id()
            await _insert(conn, identifier, panel_id, wanted)
        else:
            await _update(conn, identifier, panel_id, wanted, version)
        return await _one(conn, identifier)


async def public(db: Database) -> list[Decision]:
    """The whole log, the latest change first."""
    async with db.transaction() as conn:
        return await _many(conn, f"{_SELECT} ORDER BY changed_at DESC", ())


async def public_one(db: Database, identifier: UUID) -> Decision:
    """One entry."""
    async with db.transaction() as conn:
        return await _one(conn, identifier)


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


async def _insert(conn: AsyncConnection[Any], identifier: UUID, panel_id: UUID, wanted: Wanted) -> None:
    await conn.execute(
        "INSERT INTO panel.decision (decision_id, panel_id, title, said, control_point, state, steps,"
        " consultation_id) VALUES (%(id)s, %(panel)s, %(title)s, %(said)s, %(control_point)s, %(state)s,"
        " %(steps)s, %(consultation_id)s)",
        {"id": identifier, "panel": panel_id, **_columns(wanted)},
    )


async def _update(
    conn: AsyncConnection[Any], identifier: UUID, panel_id: UUID, wanted: Wanted, version: int
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
        " state = %(state)s, steps = %(steps)s, consultation_id = %(consultation_id)s,"
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
    }


async def _one(conn: AsyncConnection[Any], identifier: UUID, *, lock: bool = False) -> Decision:
    found = await _many(
        conn, f"{_SELECT} WHERE decision_id = %s" + (" FOR UPDATE" if lock else ""), (identifier,)
    )
    if not found:
        raise NotFound("decision-not-found", "There is no such decision.")
    return found[0]


async def _many(conn: AsyncConnection[Any], statement: str, values: tuple[object, ...]) -> list[Decision]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values)
        return msgspec.convert(await cursor.fetchall(), list[Decision])
