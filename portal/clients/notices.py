"""The core record's notices to a citizen, and the whole log as a file."""

from __future__ import annotations

from portal.clients.jsonapi import Json, JsonClient


class NoticesClient:
    """Notices of one person: the caller, or (`number`) a child of the caller's."""

    def __init__(self, api: JsonClient, number: str | None = None) -> None:
        self._api = api
        self._whose = {"person-id": number} if number else {}

    async def page(self, skip: int, count: int) -> Json:
        """`{total, unread, notices}`, newest first. Raises `ServiceProblem`."""
        params = {"skip": str(skip), "count": str(count)}
        return await self._api.send("GET", "/notices", params=params, headers=self._whose)

    async def mark_read(self, until: str) -> Json:
        """What came until this moment is read: `{unread}`. Raises `ServiceProblem`."""
        return await self._api.send("POST", "/notices/read", body={"until": until}, headers=self._whose)

    async def whole_log(self) -> Json:
        """The log with its proofs, as a file to keep and check. Raises `ServiceProblem`."""
        return await self._api.send("GET", "/access-log/export", headers=self._whose)
