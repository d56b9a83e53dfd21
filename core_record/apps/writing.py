"""Changes of the register, each with its row of history; all safe to repeat."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from psycopg import AsyncConnection

from core_record.apps import repository, rules
from core_record.apps.models import AppRow, Proposal, Verdict
from core_record.registers.changes import Change, Origin, upsert_async
from kit.errors import Conflict, NotFound, Unprocessable


async def propose(
    conn: AsyncConnection[Any], entry: Proposal, origin: Origin, today: date, *, development: bool
) -> bool:
    """Enter an app, or what is new about one, which must then be approved anew. False: nothing is new.

    Raises as `rules.check`, and `Unprocessable` (`organisation-unknown`).
    """
    rules.check(entry, today, development=development)
    if not await repository.in_operation(conn, entry.org_number):
        raise Unprocessable("organisation-unknown", "The organisation is not in the register.")
    before = await repository.find(conn, entry.client_id, entry.org_number)
    asked = {name: getattr(entry, name) for name in entry.__struct_fields__}
    asked |= {"grants": sorted(entry.grants), "roles": sorted(set(entry.roles))}
    if before and before.state != "withdrawn" and all(getattr(before, k) == v for k, v in asked.items()):
        return False
    row = asked | {"state": "proposed", "decided_by": None, "decided_at": None}
    return await upsert_async(conn, repository.APP, row, origin) is not Change.NONE


async def decide(
    conn: AsyncConnection[Any], entry: Verdict, origin: Origin, today: date
) -> tuple[bool, AppRow]:
    """Approve, suspend or withdraw an app: whether that changed anything, and what the register has now.

    Raises `NotFound` (`app-unknown`), `Conflict` (`changed-meanwhile`, `app-state`) and `Unprocessable`
    (`reason-unknown`, `app-expired`).
    """
    if entry.reason not in rules.REASONS:
        raise Unprocessable("reason-unknown", f"The reason is one of {', '.join(rules.REASONS)}.")
    before = await repository.find(conn, entry.client_id, entry.org_number)
    if before is None:
        raise NotFound("app-unknown", "The organisation has no such app.")
    if before.state == entry.state:
        return False, before
    if before.state != entry.was or (entry.state == "approved" and before.seen != entry.seen):
        raise Conflict("changed-meanwhile", "Someone has changed this app meanwhile: look at it again.")
    rules.follows(before.state, entry.state)
    if entry.state == "approved" and before.valid_to < today:
        raise Unprocessable("app-expired", "Its last day is past: propose it with a new one first.")
    row: dict[str, Any] = {name: getattr(before, name) for name in repository.COLUMNS}
    row |= {"state": entry.state, "decided_by": origin.actor_name, "decided_at": datetime.now(UTC)}
    await upsert_async(conn, repository.APP, row, origin)
    after = await repository.find(conn, entry.client_id, entry.org_number)
    assert after is not None  # noqa: S101 - just written
    return True, after
