"""Scan what came while no scanner was set, and again what was clean by older signatures. Infected documents
are quarantined: kept, listed, given to nobody.

Alarm on `akson_documents_scan_waiting_seconds`, where a scanner is set, and on a rise of
`akson_documents_quarantined`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal
from uuid import UUID

from prometheus_client import Gauge

from core_record.access_log.service import LogEntry, Who, append
from journal_api.journal.documents import repository
from journal_api.journal.documents.scanning import need_scanner, verdict
from journal_api.journal.documents.service import KIND, opened
from kit.db import Database
from kit.errors import AksonError
from kit.keys import KeyRing
from kit.log import get_logger, stack_of
from kit.recurring import Recurring
from kit.web import REGISTRY

EVERY = 30.0  # seconds
BASIS, RELATION, ACTION = "VIRUSKONTROLL", "scanner", "quarantine"
NAME = "Viruskontroll"
"""What stands in the person's log when a document of theirs is shut."""
Outcome = Literal["clean", "infected", "gone", "failed"]
_WAITING = Gauge(
    "akson_documents_scan_waiting", "Documents that no scanner has looked at yet", registry=REGISTRY
)
_SECONDS = Gauge(
    "akson_documents_scan_waiting_seconds", "Seconds the oldest of them has waited", registry=REGISTRY
)
_QUARANTINED = Gauge(
    "akson_documents_quarantined", "Documents in which a scanner found malware later", registry=REGISTRY
)


def scanning_tasks(db: Database, keys: KeyRing, where: str) -> list[Recurring]:
    """Count what waits; where a scanner is set (`where`), scan it."""
    counting = Recurring("documents that wait for a scanner", EVERY, lambda: _count(db))
    if not where:
        return [counting]

    async def scan_next() -> bool:
        return await scan_one(db, keys, where) is not None

    return [counting, Recurring("scanning of documents", EVERY, scan_next)]


async def scan_all(
    db: Database, keys: KeyRing, where: str, *, clean_before: datetime | None = None
) -> AsyncIterator[tuple[UUID, Outcome]]:
    """Scan everything that waits, now, and what was last found clean before then; what became of each.

    Raises as `scan_one`.
    """
    async with db.transaction() as conn:
        await repository.all_unscanned_now(conn)
        if clean_before is not None:
            await repository.scan_again(conn, clean_before)
    while (done := await scan_one(db, keys, where)) is not None:
        yield done


async def quarantined(db: Database) -> list[tuple[UUID, str, datetime]]:
    """Infected documents: id, unit (organisation number), and when it was found; the oldest first."""
    async with db.transaction() as conn:
        return await repository.quarantined(conn)


async def scan_one(db: Database, keys: KeyRing, where: str) -> tuple[UUID, Outcome] | None:
    """Scan the document that has waited longest, and what became of it; None when none is due.

    One that cannot be scanned is told, waits on, and holds up no other. Raises `Unavailable`
    (`scanner-unavailable`, nothing is taken then).
    """
    await need_scanner(where)
    async with db.transaction() as conn:
        taken = await repository.take_unscanned(conn)
    if taken is None:
        return None
    person_id, entry_id = taken
    try:
        return entry_id, await _scan(db, keys, where, person_id, entry_id)
    except AksonError as error:
        get_logger().error("a document could not be scanned", document=str(entry_id), problem=error.code)
    except Exception as error:  # noqa: BLE001 - one document must not keep all others unscanned
        get_logger().error(
            "a document could not be scanned",
            document=str(entry_id),
            problem=type(error).__name__,
            where=stack_of(error),
        )
    return entry_id, "failed"


async def _scan(db: Database, keys: KeyRing, where: str, person_id: UUID, entry_id: UUID) -> Outcome:
    async with db.transaction(person=person_id) as conn:
        found = await repository.sealed(conn, person_id, entry_id)
        if found is None or found[0].scan == "infected":
            await repository.scan_said(conn, person_id, entry_id, None if found is None else "infected")
            return "gone"
    data = await asyncio.to_thread(opened, keys, entry_id, *found)
    said = await verdict(where, data)
    async with db.transaction(person=person_id) as conn:
        scan: Outcome = "clean" if said.clean else "infected"
        if not await repository.mark(conn, person_id, entry_id, scan, said.finding or None):
            return "gone"  # moved to another person's journal meanwhile, where it waits
        await repository.mark_entry(conn, person_id, entry_id, scan)
        await repository.scan_said(conn, person_id, entry_id, scan)
        if not said.clean:
            await append(conn, _row(keys, person_id))
    if not said.clean:
        get_logger().error("malware in a document kept", document=str(entry_id), finding=said.finding)
    return scan


def _row(keys: KeyRing, person_id: UUID) -> LogEntry:
    who = Who(actor_kind="machine", actor_hash=keys.find_hash("scanner"), actor_name=NAME)
    return LogEntry(
        person_id=person_id,
        who=who,
        basis=BASIS,
        relation=RELATION,
        items={KIND: 1},
        action=ACTION,
        outcome_code="document-quarantined",
    )


async def _count(db: Database) -> bool:
    async with db.transaction() as conn:
        waiting, seconds, infected = await repository.scan_state(conn)
    _WAITING.set(waiting)
    _SECONDS.set(seconds)
    _QUARANTINED.set(infected)
    return False
