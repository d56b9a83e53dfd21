"""Moves of an entry to the right person, and the traces they leave."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from tests.integration.journal.conftest import Journal, note_of

WHY = "Skrev på feil pasient"
WRONG, RIGHT = "line", "gry"


async def move(
    journal: Journal,
    kind: str,
    entry: dict[str, Any],
    *,
    to: str = RIGHT,
    about: str = WRONG,
    who: str = "lege-koman",
    version: int | None = None,
    **said: Any,
) -> httpx.Response:
    body = {"id": str(uuid4()), "why": WHY, **said}
    return await journal.call(
        who,
        about,
        "POST",
        f"/journal/{kind}/{entry['id']}/$move",
        body,
        If_Match=f'"{version or entry["version"]}"',
        to_person_id=journal.number(to).value,
    )


async def signed_note(journal: Journal, contact: str | None = None) -> dict[str, Any]:
    """Signed, and corrected once."""
    note = await journal.draft(about=WRONG, contact=contact)
    path = f"/journal/Composition/{note['id']}"
    await journal.ok("lege-koman", WRONG, "POST", f"{path}/$sign", If_Match='"1"')
    corrected = note_of(texts={"text": "Fikk råd om kost."}, contact=contact) | {
        "state": "signed",
        "why": "Feil",
    }
    found: dict[str, Any] = await journal.ok("lege-koman", WRONG, "PUT", path, corrected, If_Match='"2"')
    return found


async def history(journal: Journal, kind: str, entry_id: str, about: str) -> Any:
    return await journal.ok("lege-koman", about, "POST", f"/journal/{kind}/{entry_id}/_history")


async def moved(journal: Journal, about: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await journal.ok("lege-koman", about, "POST", "/journal/_moved"))["moved"]
    return found
