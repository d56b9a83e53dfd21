"""Moving what was written in the wrong person's journal, and the traces of it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from portal.clients.journal import JournalClient

MOVABLE = frozenset(
    {
        *("AllergyIntolerance", "Flag", "Condition", "MedicationStatement", "Immunization", "Wish"),
        *("Encounter", "Composition", "Observation", "DocumentReference"),
    }
)
"""What is written about a person alone; what was planned or sent is withdrawn and made anew."""


class Trace(Struct, frozen=True):
    """Something was moved from this journal (`direction`: away) or here; `why` at the new place alone."""

    move: str
    entry: str
    direction: str
    kind: str
    written: datetime
    at: datetime
    name: str
    unit: str
    role: str | None = None
    why: str | None = None


class Along(Struct, frozen=True):
    """The version of what is to be moved, and how many of which kinds go along."""

    version: int
    along: dict[str, int]


class _Moved(Struct):
    moved: list[Trace]


async def move(
    client: JournalClient, entry: tuple[str, str, int], move_id: str, to: str, why: str, reason: str
) -> None:
    """Move (kind, id, version) to the person of number `to`; the same `move_id` moves once.

    `reason`: why one has to do with that person, where no register shows it. Raises `JournalProblem`.
    """
    kind, entry_id, version = entry
    headers = {"if-match": f'W/"{version}"', "to-person-id": to}
    if reason:
        headers["access-reason"] = reason
    sent = msgspec.json.encode({"id": move_id, "why": why})
    path = f"/journal/{kind}/{entry_id}/$move"
    await client.api.send("POST", path, sent, "application/json", headers)


async def along(client: JournalClient, kind: str, entry_id: str) -> Along:
    """What would be moved with an entry. Raises `JournalProblem`, as a move would on this side."""
    return await client.api.ask("POST", f"/journal/{kind}/{entry_id}/_along", Along)


async def traces(client: JournalClient) -> list[Trace]:
    """What was moved from or to this journal, newest first. Raises `JournalProblem`."""
    return (await client.api.ask("POST", "/journal/_moved", _Moved)).moved
