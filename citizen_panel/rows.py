"""Rows of a statement as dictionaries, for every feature's repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row


async def rows_of(
    conn: AsyncConnection[Any], statement: str, values: Sequence[object] | Mapping[str, object]
) -> list[dict[str, Any]]:
    """The rows; `values` fill the statement's places."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()
