"""What a sperring keeps out of a look-up in the journal: the entries that an organisation has written.

The organisation itself reads on what it wrote: a sperring shuts others out (pasientjournalloven § 17; J).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql

from core_record.access.service import Restrictions, Withhold
from kit.identity.actor import Actor

_UNITS = """
SELECT o.org_number FROM core_record.organisation o LEFT JOIN core_record.organisation p
    ON p.org_number = o.parent
WHERE o.org_number = ANY(%(sources)s) OR o.parent = ANY(%(sources)s) OR p.parent = ANY(%(sources)s)
"""
_COUNT = """
SELECT count(*) FROM journal.entry WHERE person_id = %s AND state NOT IN ('draft', 'discarded', 'moved')
    AND (%s::text[] IS NULL OR org_number = ANY(%s::text[]))
"""


def withhold(actor: Actor) -> Withhold:
    """For this caller: how restricted entries are kept from the transaction."""
    own = {number for number in (actor.place, actor.organisation) if number}

    async def kept_out(
        conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions, *, apply: bool
    ) -> int:
        if restrictions.everything:
            return await _covered(conn, person_id, None)
        units = await conn.execute(_UNITS, {"sources": sorted(restrictions.sources)})
        sources = sorted({number for (number,) in await units.fetchall()} - own)
        covered = await _covered(conn, person_id, sources)
        if apply and sources:
            await _keep_out(conn, ",".join(sources))
        return covered

    return kept_out


async def _covered(conn: AsyncConnection[Any], person_id: UUID, sources: list[str] | None) -> int:
    """How many entries those have written (None: everybody)."""
    row = await (await conn.execute(_COUNT, (person_id, sources, sources))).fetchone()
    return int(row[0]) if row else 0


@asynccontextmanager
async def nothing_withheld(conn: AsyncConnection[Any]) -> AsyncIterator[None]:
    """In this block the transaction sees what a sperring keeps from the reader, who must not be shown it.

    After it, it keeps out what it kept out before, whatever was decided in the block.
    """
    found = await conn.execute("SELECT coalesce(current_setting('akson.withheld', true), '')")
    row = await found.fetchone()
    await _keep_out(conn, "")
    yield
    await _keep_out(conn, row[0] if row else "")


async def _keep_out(conn: AsyncConnection[Any], sources: str) -> None:
    setting = sql.SQL("SET LOCAL akson.withheld = {}").format(sql.Literal(sources))
    await conn.execute(setting, prepare=False)
