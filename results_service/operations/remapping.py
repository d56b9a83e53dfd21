"""Orders to map stored messages anew (`intake.remapping` carries them out)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from core_record.access.operators import Operator
from kit.ids import new_id
from results_service.intake.remapping import WHICH
from results_service.operations.models import Reach, RemapOrder

_COUNT = "SELECT count(*) " + WHICH
_REACH = (
    "SELECT count(*) AS messages, count(*) FILTER (WHERE original_deleted_at IS NULL) AS originals " + WHICH
)
_SAME = """
SELECT 1 FROM results.remap_job WHERE finished_at IS NULL AND sender IS NOT DISTINCT FROM %(sender)s
    AND kind IS NOT DISTINCT FROM %(kind)s AND received_from = %(received_from)s
    AND received_to = %(received_to)s
"""
_INSERT = """
INSERT INTO results.remap_job (job_id, sender, kind, received_from, received_to, reason, actor_hash,
    actor_name, organisation, total)
VALUES (%(id)s, %(sender)s, %(kind)s, %(received_from)s, %(received_to)s, %(reason)s, %(hash)s, %(name)s,
    %(organisation)s, %(total)s)
"""
_ORDERS = """
SELECT job_id, sender, kind, received_from, received_to, reason, made_at, actor_name, total, done, changed,
    failed, gone, finished_at
FROM results.remap_job ORDER BY made_at DESC, job_id LIMIT 20
"""


Which = tuple[str | None, str | None, datetime, datetime]


async def reach(conn: AsyncConnection[Any], which: Which) -> Reach:
    """How many messages of (sender, kind, received from, received to) there are, and with their original."""
    row = await (await conn.execute(_REACH, _values(which))).fetchone()
    return Reach(*row) if row else Reach(0, 0)


async def order(
    conn: AsyncConnection[Any],
    operator: Operator,
    which: Which,
    reason: str,
) -> int:
    """Order the messages of (sender, kind, received from, received to); how many. Safe to repeat."""
    values = _values(which)
    row = await (await conn.execute(_COUNT, values)).fetchone()
    total = int(row[0]) if row else 0
    if await (await conn.execute(_SAME, values)).fetchone() is None:
        who = {"hash": operator.actor_hash, "name": operator.name, "organisation": operator.organisation}
        await conn.execute(_INSERT, values | who | {"id": new_id(), "reason": reason, "total": total})
    return total


async def orders(conn: AsyncConnection[Any]) -> list[RemapOrder]:
    """The newest orders, first the last made."""
    return [RemapOrder(*row) for row in await (await conn.execute(_ORDERS)).fetchall()]


def _values(which: Which) -> dict[str, Any]:
    return dict(zip(("sender", "kind", "received_from", "received_to"), which, strict=True))
