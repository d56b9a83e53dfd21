"""Senders gone quiet: each one's silence beside its own usual one."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection

from results_service.operations import repository, rules
from results_service.operations.models import Quiet

_ORDER = {"quiet": 0, "gone": 1}


async def silences(conn: AsyncConnection[Any], days: int) -> list[Quiet]:
    """Every sender of the last `days` days and every registered one: the quiet first, then those unheard."""
    found = [
        Quiet(
            r.sender,
            r.sender_name,
            r.last,
            round(r.usual_seconds) if r.usual_seconds is not None else None,
            round(r.silent_seconds),
            rules.silence(r.hours, r.usual_seconds, r.silent_seconds),
        )
        for r in await repository.rhythms(conn, days)
    ]
    for sender, name in await repository.unheard(conn, days):
        found.append(Quiet(sender, name, None, None, days * 86_400, "gone"))
    return sorted(found, key=lambda quiet: _ORDER.get(quiet.state, 2))
