"""The access log's SQL. Private to this feature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.access_log.models import ActorEntry, LogEntry, LogRow
from kit import wire

_VALUES = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s::jsonb"


class _Append:
    """One of the log's two functions, without and with the app that it was done through."""

    def __init__(self, function: str) -> None:
        self._own = wire.Statement(f"SELECT core_record.{function}{_VALUES})")
        self._through = wire.Statement(f"SELECT core_record.{function}{_VALUES}, %s, %s)")

    def step(self, entry: LogEntry) -> wire.Step:
        """The statement that writes this row."""
        if entry.who.app is None:
            return self._own, _values(entry)
        return self._through, (*_values(entry), entry.who.app, entry.who.app_name)


_APPEND = _Append("append_access_log")
_IF_FREE = _Append("append_access_log_if_free")
_APPEND_ACTOR = "SELECT core_record.append_actor_log(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s)"
_COLUMNS = (
    "seq, event_id, at, db_role, actor_kind, actor_name, hpr_number, role, organisation, organisation_name,"
    " place, place_name, basis, reason, relation, action, items, outcome, outcome_code,"
    " attestation_id, withheld, (SELECT t.made_at FROM core_record.attestation t WHERE t.person_id ="
    " access_log.person_id AND t.attestation_id = access_log.attestation_id) AS attested_at,"
    " app, app_name"
)
_FILTER = " FROM core_record.access_log WHERE person_id = %(person)s AND at >= %(since)s AND at < %(before)s"


async def append(conn: AsyncConnection[Any], entry: LogEntry) -> int:
    """Write a row to the end of the person's chain; returns its number in the chain."""
    (result,) = await wire.run(conn, _APPEND.step(entry))
    ((number,),) = wire.rows(conn, result)  # the function always answers one row
    return int(number)


async def append_and_commit(
    conn: AsyncConnection[Any], entry: LogEntry, meanwhile: Callable[[], object] | None = None
) -> None:
    """Write the row and commit, in one round trip; returns after the commit. `meanwhile` as in `wire.run`.

    In a pipeline the server skips everything after a statement that fails, so that nothing is committed
    without the row; the failure is raised here.
    """
    await wire.run(conn, _APPEND.step(entry), wire.COMMIT, meanwhile=meanwhile)


async def append_if_free(
    conn: AsyncConnection[Any], entries: Sequence[LogEntry], meanwhile: Callable[[], object] | None = None
) -> list[bool]:
    """Write the rows of persons whose chains are free, in a transaction of their own, committed on return.

    False for a row whose chain somebody else holds, or which is its chain's first: it is not written.
    `meanwhile` as in `wire.run`. When one fails, none is written.
    """
    steps = [_IF_FREE.step(entry) for entry in entries]
    results = await wire.run(conn, *steps, meanwhile=meanwhile, apart=True)
    return [wire.rows(conn, result)[0][0] is not None for result in results]


def _values(entry: LogEntry) -> tuple[Any, ...]:
    who = entry.who
    return (
        entry.person_id,
        who.actor_kind,
        who.actor_hash,
        who.actor_name,
        who.hpr_number,
        who.role,
        who.organisation,
        who.organisation_name,
        who.place,
        who.place_name,
        entry.basis,
        entry.reason,
        entry.relation,
        entry.action,
        msgspec.json.encode(entry.items).decode(),
        entry.outcome,
        entry.outcome_code,
        entry.correlation_id,
        entry.attestation_id,
        msgspec.json.encode(entry.withheld).decode() if entry.withheld else None,
    )


async def append_actor(conn: AsyncConnection[Any], entry: ActorEntry) -> None:
    """Write a row to the log keyed by actor."""
    who = entry.who
    await conn.execute(
        _APPEND_ACTOR,
        (
            who.actor_hash,
            who.actor_kind,
            who.hpr_number,
            who.organisation,
            who.place,
            entry.action,
            entry.number_hash,
            msgspec.json.encode(entry.items).decode(),
            entry.outcome,
            entry.outcome_code,
            entry.correlation_id,
            who.app,
        ),
    )


async def read_page(
    conn: AsyncConnection[Any], person_id: UUID, since: datetime, before: datetime, skip: int, count: int
) -> tuple[int, list[LogRow]]:
    """The number of rows in the interval, and a page of them, newest first."""
    values = {"person": person_id, "since": since, "before": before, "skip": skip, "count": count}
    total = await (await conn.execute("SELECT count(*)" + _FILTER, values)).fetchone()
    async with conn.cursor(row_factory=class_row(LogRow)) as cursor:
        await cursor.execute(
            "SELECT " + _COLUMNS + _FILTER + " ORDER BY seq DESC OFFSET %(skip)s LIMIT %(count)s", values
        )
        rows = await cursor.fetchall()
    return (total[0] if total else 0), rows


async def merged_into(conn: AsyncConnection[Any], person_id: UUID) -> list[UUID]:
    """The persons who were merged into this one: the same human being's earlier chains."""
    found = await conn.execute("SELECT core_record.merged_into(%s)", (person_id,))
    return [earlier for (earlier,) in await found.fetchall()]


async def last_visit(
    conn: AsyncConnection[Any], person_id: UUID, actor_hash: bytes, kind: str, gap: timedelta
) -> datetime | None:
    """Start of the actor's last visit before the present one."""
    values = (person_id, actor_hash, kind, gap)
    row = await (await conn.execute("SELECT core_record.last_visit(%s, %s, %s, %s)", values)).fetchone()
    return row[0] if row else None
