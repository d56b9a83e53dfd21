"""Unusual access of one's own organisation: the list, opening an entry, and what came of it."""

from __future__ import annotations

from portal.clients.jsonapi import Json, JsonClient


class UnusualClient:
    """Follow-up on behalf of one logged-in administrator. Everything raises `ServiceProblem`."""

    def __init__(self, api: JsonClient) -> None:
        self._api = api

    async def search(self, search: Json) -> Json:
        """`{items, total, reasons}`: never whom the looks were at."""
        return await self._api.send("POST", "/_search", body=search)

    async def open(self, entry_id: str) -> Json:
        """`{entry, person, born, rows}`: a look-up in that person's log."""
        return await self._api.send("POST", f"/{entry_id}/open", body={})

    async def review(self, entry_id: str, outcome: str, reason: str) -> Json:
        """The entry as it stands then."""
        body = {"outcome": outcome, "reason": reason}
        return await self._api.send("POST", f"/{entry_id}/review", body=body)
