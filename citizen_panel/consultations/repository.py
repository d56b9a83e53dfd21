"""Statements on consultations, answers and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.consultations.models import Consultation, OwnAnswer, Plan, Waiting
from citizen_panel.rows import rows_of

Connection = AsyncConnection[Any]
_CONSULTATION = (
    "SELECT consultation_id AS id, panel_id, state, version, title, about, questions, opens_at, closes_at,"
    " dimensions, method, themes, invited, reminded_at FROM panel.consultation"
)

_RESULT = (
    "SELECT shown, shown_from, waiting, waiting_from, shown_at, final FROM panel.result"
    " WHERE consultation_id = %s"
)


async def consultations(conn: Connection, states: Sequence[str]) -> list[Consultation]:
    """Those in one of `states`, the one that closes last first."""
    rows = await rows_of(
        conn, f"{_CONSULTATION} WHERE state = ANY(%s) ORDER BY closes_at DESC", (list(states),)
    )
    return msgspec.convert(rows, list[Consultation])


async def consultation(conn: Connection, identifier: UUID, *, lock: bool = False) -> Consultation | None:
    """One consultation; with `lock` nobody changes it until commit."""
    statement = f"{_CONSULTATION} WHERE consultation_id = %s" + (" FOR UPDATE" if lock else "")
    rows = await rows_of(conn, statement, (identifier,))
    return msgspec.convert(rows[0], Consultation) if rows else None


async def add(
    conn: Connection, identifier: UUID, panel_id: UUID, plan: Plan, request_hash: bytes | None
) -> UUID:
    """A new draft; the id of the earlier one where the same request came before."""
    done = await conn.execute(
        "INSERT INTO panel.consultation (consultation_id, panel_id, state, title, about, questions,"
        " dimensions, opens_at, closes_at, method, request_hash) VALUES (%(id)s, %(panel)s, 'draft',"
        " %(title)s, %(about)s, %(questions)s, %(dimensions)s, %(opens_at)s, %(closes_at)s, %(method)s,"
        " %(request)s)"
        " ON CONFLICT (panel_id, request_hash) DO UPDATE SET request_hash = excluded.request_hash"
        " RETURNING consultation_id",
        {"id": identifier, "panel": panel_id, "request": request_hash, **_columns(plan)},
    )
    row = await done.fetchone()
    assert row is not None  # noqa: S101 - RETURNING of one row
    return UUID(str(row[0]))


async def change(conn: Connection, identifier: UUID, plan: Plan) -> None:
    """Write a draft anew."""
    await conn.execute(
        "UPDATE panel.consultation SET title = %(title)s, about = %(about)s, questions = %(questions)s,"
        " dimensions = %(dimensions)s, opens_at = %(opens_at)s, closes_at = %(closes_at)s,"
        " method = %(method)s, version = version + 1 WHERE consultation_id = %(id)s",
        {"id": identifier, **_columns(plan)},
    )


async def set_state(conn: Connection, identifier: UUID, state: str) -> None:
    """Open, closed or published. Opening notes how many members were asked."""
    await conn.execute(
        "UPDATE panel.consultation c SET state = %s, version = version + 1, invited = CASE WHEN %s = 'open'"
        " THEN (SELECT count(*) FROM panel.member m WHERE m.panel_id = c.panel_id AND m.state = 'member')"
        " ELSE invited END WHERE consultation_id = %s",
        (state, state, identifier),
    )


async def set_themes(conn: Connection, identifier: UUID, themes: Sequence[object]) -> None:
    """The moderator's themes of the free text."""
    await conn.execute(
        "UPDATE panel.consultation SET themes = %s, version = version + 1 WHERE consultation_id = %s",
        (Jsonb(themes), identifier),
    )


async def remind(conn: Connection, identifier: UUID) -> None:
    """Note that those who have not answered are reminded from now on."""
    await conn.execute(
        "UPDATE panel.consultation SET reminded_at = clock_timestamp() WHERE consultation_id = %s",
        (identifier,),
    )


async def waiting_for(conn: Connection, panel_id: UUID, member_id: UUID) -> list[Waiting]:
    """Open ones of a panel with how far a member has come; the transaction must serve that member."""
    rows = await rows_of(
        conn,
        "SELECT c.consultation_id AS id, c.title, c.closes_at, c.reminded_at, a.submitted IS NOT NULL AS"
        " answered,"
        " a.answers IS NOT NULL AND a.answers IS DISTINCT FROM a.submitted AS drafted FROM"
        " panel.consultation c"
        " LEFT JOIN panel.answer a ON a.consultation_id = c.consultation_id AND a.member_id = %s"
        " WHERE c.panel_id = %s AND c.state = 'open' AND c.opens_at <= clock_timestamp() ORDER BY"
        " c.closes_at",
        (member_id, panel_id),
    )
    return msgspec.convert(rows, list[Waiting])


async def due(conn: Connection, now: datetime) -> list[UUID]:
    """Open ones whose time is out."""
    found = await conn.execute(
        "SELECT consultation_id FROM panel.consultation WHERE state = 'open' AND closes_at <= %s", (now,)
    )
    return [row[0] for row in await found.fetchall()]


async def own_answer(conn: Connection, identifier: UUID, member_id: UUID) -> OwnAnswer | None:
    """One member's answer; the transaction must serve that member."""
    rows = await rows_of(
        conn,
        "SELECT answers, version, changed_at, submitted, submitted_at FROM panel.answer"
        " WHERE consultation_id = %s AND member_id = %s",
        (identifier, member_id),
    )
    return msgspec.convert(rows[0], OwnAnswer) if rows else None


async def keep_answer(
    conn: Connection, identifier: UUID, member_id: UUID, answers: Mapping[str, object], *, submit: bool
) -> None:
    """Keep a member's answers, as a draft or as what counts. The same answers again change nothing."""
    await conn.execute(
        "INSERT INTO panel.answer AS a (consultation_id, member_id, answers, submitted, submitted_at)"
        " VALUES (%(id)s, %(member)s, %(answers)s, CASE WHEN %(submit)s THEN %(answers)s::jsonb END,"
        " CASE WHEN %(submit)s THEN clock_timestamp() END)"
        " ON CONFLICT (consultation_id, member_id) DO UPDATE SET answers = excluded.answers,"
        " submitted = coalesce(excluded.submitted, a.submitted),"
        " submitted_at = coalesce(excluded.submitted_at, a.submitted_at),"
        " version = a.version + 1, changed_at = clock_timestamp()"
        " WHERE a.answers IS DISTINCT FROM excluded.answers"
        " OR excluded.submitted IS NOT NULL AND a.submitted IS DISTINCT FROM excluded.submitted",
        {"id": identifier, "member": member_id, "answers": Jsonb(answers), "submit": submit},
    )


async def submitted(conn: Connection, identifier: UUID) -> list[tuple[UUID, dict[str, Any], dict[str, str]]]:
    """Everybody's answers that count: member, answers, traits. For counting alone."""
    found = await conn.execute("SELECT * FROM panel.submitted_answers(%s)", (identifier,))
    return list(await found.fetchall())


async def result(conn: Connection, identifier: UUID, *, lock: bool = False) -> dict[str, Any]:
    """The row of what is shown; made when there is none."""
    if lock:
        await conn.execute(
            "INSERT INTO panel.result (consultation_id) VALUES (%s) ON CONFLICT DO NOTHING", (identifier,)
        )
    rows = await rows_of(conn, _RESULT + (" FOR UPDATE" if lock else ""), (identifier,))
    return rows[0] if rows else {"shown": None, "shown_at": None, "final": False}


async def keep_result(conn: Connection, identifier: UUID, values: Mapping[str, object]) -> None:
    """Write the row of what is shown."""
    await conn.execute(
        "UPDATE panel.result SET shown = %(shown)s, shown_from = %(shown_from)s, waiting = %(waiting)s,"
        " waiting_from = %(waiting_from)s, final = %(final)s, shown_at = CASE WHEN shown IS DISTINCT FROM"
        " %(shown)s::jsonb THEN clock_timestamp() ELSE shown_at END WHERE consultation_id = %(id)s",
        {
            "id": identifier,
            "final": values["final"],
            **{k: _json(values[k]) for k in ("shown", "shown_from", "waiting", "waiting_from")},
        },
    )


def _json(value: object) -> Jsonb | None:
    return None if value is None else Jsonb(value)


def _columns(plan: Plan) -> dict[str, object]:
    return {
        "title": Jsonb(plan.title),
        "about": Jsonb(plan.about),
        "questions": Jsonb(msgspec.to_builtins(plan.questions)),
        "dimensions": plan.dimensions,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "method": Jsonb(plan.method),
    }
