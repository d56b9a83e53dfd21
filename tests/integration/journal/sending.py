"""What one service sends another about a patient, and the lists it stands in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.journal.conftest import AT, Journal

GP, HOME_CARE = "313900541", "313900878"


async def put(
    journal: Journal, who: str, kind: str, state: str, body: dict[str, Any], **more: Any
) -> dict[str, Any]:
    entry_id, version, why = more.pop("id", uuid4()), more.pop("version", None), more.pop("why", None)
    sent = {"state": state, "at": AT, "body": body} | ({"why": why} if why else {})
    headers = {"If_Match": f'"{version}"'} if version else {}
    made: dict[str, Any] = await journal.ok(
        who, "line", "PUT", f"/journal/{kind}/{entry_id}", sent, **headers, **more
    )
    return made


async def items(journal: Journal, who: str, kind: str, **wanted: Any) -> list[dict[str, Any]]:
    body = {"kinds": [kind], **wanted}
    found: list[dict[str, Any]] = (await journal.ok(who, None, "POST", "/work/_search", body))["items"]
    return found


async def message(journal: Journal, who: str = "lege-koman", **said: Any) -> dict[str, Any]:
    body = {"to_unit": HOME_CARE, "subject": "Blodtrykk", "text": "Kan dere måle to ganger?", **said}
    return await put(journal, who, "Communication", "sent", body)
