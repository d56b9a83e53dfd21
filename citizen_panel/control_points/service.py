"""Writing control points, taking the day's measurements, and reading both without a login."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.caller import Caller, Role
from citizen_panel.control_points.models import ControlPoint, Measured, PointPlan, Value
from citizen_panel.control_points.sources import UNITS, measured, scrape
from citizen_panel.panels import service as panels
from citizen_panel.rows import rows_of
from citizen_panel.speech.screening import admit, texts_in
from citizen_panel.texts import check_texts
from kit.db import Database
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import new_id
from kit.norway import OSLO

__all__ = ["ControlPoint", "PointPlan", "exists", "measures", "public", "public_one", "take", "write"]

MOST_DAYS = 400
_POINT = (
    "SELECT control_point_id AS id, panel_id, code, state, title, plan, benefit, assessment, due_on,"
    " cost_planned, cost_spent, targets, version FROM panel.control_point"
)
_COLUMNS = tuple(PointPlan.__struct_fields__)


async def public(db: Database) -> list[ControlPoint]:
    """Every control point, in the order of their days."""
    async with db.transaction() as conn:
        return msgspec.convert(await rows_of(conn, f"{_POINT} ORDER BY due_on, code", ()), list[ControlPoint])


async def public_one(db: Database, identifier: UUID) -> ControlPoint:
    """One control point."""
    async with db.transaction() as conn:
        return await _one(conn, identifier)


async def write(
    caller: Caller,
    panel_id: UUID,
    wanted: PointPlan,
    identifier: UUID | None,
    key_or_version: str | int | None,
) -> ControlPoint:
    """Add a control point (`identifier` None; the same key again is the same), or write it anew.

    Raises `NotFound`, `Conflict` (`version-conflict`, `code-taken`), `Unprocessable` (`text-missing`,
    `measure-unknown`, `state-unknown`, `cost-invalid`, `assessment-missing`).
    """
    _check(wanted)
    values = {name: getattr(wanted, name) for name in _COLUMNS}
    values = {name: Jsonb(v) if isinstance(v, dict) else v for name, v in values.items()}
    async with caller.db.transaction() as conn:
        await panels.need_panel(conn, panel_id)
        await caller.need(conn, panel_id, Role.DECISION_MAKER)
        if identifier is None:
            request = caller.keys.find_hash(f"point:{panel_id}:{key_or_version}") if key_or_version else None
            identifier = await _insert(conn, {"panel": panel_id, "request": request, **values})
        else:
            before = await _one(conn, identifier, lock=True)
            if before.panel_id != panel_id:
                raise NotFound("control-point-not-found", "This panel has no such control point.")
            if before.version != key_or_version:
                raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
            await _update(conn, {"id": identifier, "panel": panel_id, **values})
        return await _one(conn, identifier)


async def exists(conn: AsyncConnection[Any], identifier: UUID) -> bool:
    """Whether there is such a control point."""
    return bool(
        await rows_of(conn, "SELECT 1 FROM panel.control_point WHERE control_point_id = %s", (identifier,))
    )


async def measures(db: Database) -> list[Measured]:
    """Every measure with its last values, one a day; those not measured yet say so."""
    async with db.transaction() as conn:
        rows = await rows_of(
            conn,
            "SELECT measure, measured_on, value, taken_at FROM panel.measurement"
            " WHERE measured_on > current_date - %s::integer ORDER BY measured_on",
            (MOST_DAYS,),
        )
    found = []
    for measure, unit in UNITS.items():
        mine = [row for row in rows if row["measure"] == measure]
        missing = None if mine else "not-yet"
        values = [Value(row["measured_on"], row["value"]) for row in mine]
        found.append(Measured(measure, unit, values, mine[-1]["taken_at"] if mine else None, missing))
    return found


async def take(db: Database, http: httpx.AsyncClient, results_url: str) -> None:
    """Take the day's measurements; again on the same day they become the day's last ones."""
    samples = await scrape(http, results_url)
    today = datetime.now(OSLO).date()
    async with db.transaction() as conn:
        for measure, value in (await measured(conn, samples)).items():
            await conn.execute(
                "INSERT INTO panel.measurement (measure, measured_on, value) VALUES (%s, %s, %s)"
                " ON CONFLICT (measure, measured_on) DO UPDATE SET value = excluded.value,"
                " taken_at = clock_timestamp()",
                (measure, today, value),
            )


def _check(wanted: PointPlan) -> None:
    check_texts(wanted.title, wanted.plan, wanted.benefit)
    admit(texts_in(msgspec.to_builtins(wanted)), confirmed=True)
    if not wanted.code.strip() or len(wanted.code) > 20:
        raise Unprocessable("code-missing", "Give it a short code, as KP2.")
    if wanted.state not in ("planned", "passed", "stopped"):
        raise Unprocessable("state-unknown", "A control point is planned, passed or stopped.")
    if wanted.state != "planned" and not wanted.assessment.get("nb", "").strip():
        raise Unprocessable("assessment-missing", "Say in bokmål (nb) what was found at the control point.")
    if wanted.targets.keys() - UNITS.keys():
        raise Unprocessable("measure-unknown", f"Measures are {', '.join(UNITS)}.")
    if wanted.cost_planned < 0 or (wanted.cost_spent or 0) < 0:
        raise Unprocessable("cost-invalid", "Costs are whole kroner, none below nought.")


async def _insert(conn: AsyncConnection[Any], row: dict[str, Any]) -> UUID:
    await _need_free_code(conn, row)
    found = await rows_of(
        conn,
        "INSERT INTO panel.control_point (control_point_id, panel_id, code, state, title, plan, benefit,"
        " assessment, due_on, cost_planned, cost_spent, targets, request_hash) VALUES (%(id)s, %(panel)s,"
        " %(code)s,"
        " %(state)s, %(title)s, %(plan)s, %(benefit)s, %(assessment)s, %(due_on)s, %(cost_planned)s,"
        " %(cost_spent)s, %(targets)s, %(request)s) ON CONFLICT (panel_id, request_hash)"
        " DO UPDATE SET request_hash = excluded.request_hash RETURNING control_point_id",
        {"id": new_id(), **row},
    )
    return UUID(str(found[0]["control_point_id"]))


async def _update(conn: AsyncConnection[Any], row: dict[str, Any]) -> None:
    await _need_free_code(conn, row)
    await conn.execute(
        "UPDATE panel.control_point SET code = %(code)s, state = %(state)s, title = %(title)s, plan ="
        " %(plan)s,"
        " benefit = %(benefit)s, assessment = %(assessment)s, due_on = %(due_on)s,"
        " cost_planned = %(cost_planned)s, cost_spent = %(cost_spent)s, targets = %(targets)s,"
        " version = version + 1 WHERE control_point_id = %(id)s",
        row,
    )


async def _need_free_code(conn: AsyncConnection[Any], row: dict[str, Any]) -> None:
    """The panel has no other control point of that code; its row stays locked until commit."""
    await panels.need_panel(conn, row["panel"], lock=True)
    taken = await rows_of(
        conn,
        "SELECT 1 FROM panel.control_point WHERE panel_id = %(panel)s AND code = %(code)s"
        " AND control_point_id IS DISTINCT FROM %(id)s AND request_hash IS DISTINCT FROM %(request)s",
        {"id": None, "request": None, **row},
    )
    if taken:
        raise Conflict("code-taken", "The panel has a control point of that code already.")


async def _one(conn: AsyncConnection[Any], identifier: UUID, *, lock: bool = False) -> ControlPoint:
    statement = f"{_POINT} WHERE control_point_id = %s" + (" FOR UPDATE" if lock else "")
    rows = await rows_of(conn, statement, (identifier,))
    if not rows:
        raise NotFound("control-point-not-found", "There is no such control point.")
    return msgspec.convert(rows[0], ControlPoint)
