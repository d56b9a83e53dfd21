"""Standing agreements on earlier viewing, of one person, on one basis."""

from __future__ import annotations

from collections.abc import Mapping

from portal.clients.jsonapi import Json, JsonClient


class AgreementsClient:
    """Who, on what basis and why are fixed when it is made. Everything raises `ServiceProblem`."""

    def __init__(self, api: JsonClient, headers: Mapping[str, str]) -> None:
        self._api, self._headers = api, headers

    async def all(self) -> list[Json]:
        """Every agreement, newest first, ended ones too."""
        found = await self._api.send("POST", "/release-agreements/_search", headers=self._headers)
        return list(found["agreements"])

    async def record(self) -> Json:
        """Record one for the place logged in for; safe to repeat."""
        return await self._api.send("POST", "/release-agreements", headers=self._headers)

    async def end(self, agreement_id: str) -> Json:
        """End one; safe to repeat."""
        path = f"/release-agreements/{agreement_id}/end"
        return await self._api.send("POST", path, headers=self._headers)
