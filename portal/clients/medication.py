"""The medication list with its version, and going through it: what the journal answers and is sent."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from portal.clients.conflicts import Marked
from portal.clients.journal import Entry, JournalClient


class MedicationList(Struct, frozen=True):
    """What is taken now. `list_version` goes back with what is decided; `latest`: a reconciliation."""

    list_version: str
    entries: list[Entry]
    conflicts: list[Marked] = []
    latest: Entry | None = None


async def medication_list(client: JournalClient) -> MedicationList:
    """The list as it stands. Raises `JournalProblem`."""
    return await client.api.ask("POST", "/journal/medication/_list", MedicationList)


async def reconcile(client: JournalClient, sent: dict[str, Any]) -> Entry:
    """Decide about every line, all or nothing; the record. Raises `JournalProblem`."""
    return await client.api.ask("POST", "/journal/medication/$reconcile", Entry, sent)
