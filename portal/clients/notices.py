"""The core record's notices to a citizen, and the whole log as a file."""

from __future__ import annotations

from portal.clients.jsonapi import Json, JsonClient


class EmailClient:
    """The caller's own address for notices. Everything answers `{available, state, address, language,
    anytime}`, and raises `ServiceProblem`."""

    def __init__(self, api: JsonClient) -> None:
        self._api = api

    async def status(self) -> Json:
        """How things stand."""
        return await self._api.send("GET", "/notices/email")

    async def put(self, address: str, language: str, *, anytime: bool) -> Json:
        """Set the address; a code is mailed to a new one."""
        body = {"address": address, "language": language, "anytime": anytime}
        return await self._api.send("PUT", "/notices/email", body=body)

    async def confirm(self, code: str) -> Json:
        """The code that was mailed."""
        return await self._api.send("POST", "/notices/email/confirm", body={"code": code})

    async def times(self, *, anytime: bool) -> Json:
        """Whether mails may come at night and in weekends."""
        return await self._api.send("POST", "/notices/email/times", body={"anytime": anytime})

    async def withdraw(self) -> Json:
        """Forget the address."""
        return await self._api.send("DELETE", "/notices/email")


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
