"""Results as the worker stores them, and the journal that takes them onto lists."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from core_record.registers.service import resolve_person_sync
from journal_api.care.follow_up.escalating import escalate
from journal_api.care.follow_up.taking import take
from kit.db import Database, SyncDatabase
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import actor, core_db, number, registers
from tests.integration.journal.conftest import Journal, journal
from tests.integration.lookup.builder import Item, Report
from tests.integration.lookup.conftest import Store, store

__all__ = ["actor", "core_db", "journal", "number", "registers", "store"]
OFFICE, HOME_CARE, EMERGENCY, HOSPITAL = "313900541", "313900878", "313900983", "313901424"
KOMAN, OFFICE_HER, HOSPITAL_HER = "9144889", "8100031", "8100053"
PLAIN = Item("1", "NPU03230", "4.1", unit="mmol/L", ucum="mmol/L", low=3.5, high=4.6)
CRITICAL = replace(PLAIN, value="6.8", flag="1")
AWAITED = replace(PLAIN, value=None, status="registered")


def assessed(version: str, **said: Any) -> dict[str, Any]:
    """The body of an assessment."""
    return {"version": version, **said}


@dataclass
class Net:
    """What a laboratory sends, what the journal takes, and what stands on lists."""

    store: Store
    journal: Journal
    db: Database
    person_of: Callable[[str], UUID]

    def send(self, about: str = "line", number: str = "R1", **said: Any) -> UUID:
        """A version of a report, stored as the worker does; the report's id."""
        said = {"requester": KOMAN, "unit": OFFICE_HER, "items": [PLAIN]} | said
        return self.store.put(self.person_of(about), Report(number, **said)).report_id

    async def take(self) -> None:
        """Onto lists with everything that is announced."""
        while await take(self.db):
            pass

    async def late(self, now: datetime | None = None) -> None:
        """Escalate everything that is late."""
        while await escalate(self.db, now or datetime.now(UTC)):
            pass

    async def arrive(self, about: str = "line", number: str = "R1", **said: Any) -> UUID:
        """Sent, and on its list."""
        report_id = self.send(about, number, **said)
        await self.take()
        return report_id

    async def listed(self, who: str = "lege-koman", *kinds: str, **said: Any) -> list[dict[str, Any]]:
        """The items on the list of the unit where a persona works."""
        wanted = {"kinds": list(kinds) or ["result"], **said}
        found: list[dict[str, Any]] = (await self.journal.ok(who, None, "POST", "/work/_search", wanted))[
            "items"
        ]
        return [one["item"] for one in found]

    async def open(self, report_id: UUID, who: str = "lege-koman", about: str = "line") -> dict[str, Any]:
        """Opened by a persona."""
        return await self.act(report_id, "open", None, who, about)

    async def act(
        self, report_id: UUID, act: str, body: Any, who: str = "lege-koman", about: str = "line", **h: str
    ) -> dict[str, Any]:
        """An operation that must succeed."""
        made: dict[str, Any] = await self.journal.ok(
            who, about, "POST", f"/follow-up/{report_id}/${act}", body, **h
        )
        return made

    async def refused(
        self, report_id: UUID, act: str, body: Any, who: str = "lege-koman", about: str = "line"
    ) -> str:
        """Status and code of an operation that must not."""
        answer = await self.journal.call(who, about, "POST", f"/follow-up/{report_id}/${act}", body)
        assert not answer.is_success, answer.text
        return f"{answer.status_code} {answer.json()['title']}"


@pytest.fixture
def person_of(
    postgres: TestDatabase, keys: KeyRing, registers: None, number: Callable[[str], NationalId]
) -> Iterator[Callable[[str], UUID]]:
    database = SyncDatabase(postgres.dsn("akson_core"))
    database.open()

    def one(name: str) -> UUID:
        with database.transaction() as conn:
            found = resolve_person_sync(conn, keys, number(name))
        assert found is not None
        return found

    yield one
    database.close()


@pytest.fixture
async def net(
    store: Store, journal: Journal, postgres: TestDatabase, person_of: Callable[[str], UUID]
) -> AsyncIterator[Net]:
    db = Database(postgres.dsn("akson_journal"))
    await db.open()
    yield Net(store, journal, db, person_of)
    await db.close()
