"""The core record for those who keep the registers of an organisation."""

from __future__ import annotations

import httpx

from portal.clients.fhir import Authorize
from portal.clients.jsonapi import Json, JsonClient


class AdministrationClient:
    """The registers on behalf of one logged-in administrator. Everything raises `ServiceProblem`."""

    def __init__(self, http: httpx.AsyncClient, base: str, authorize: Authorize) -> None:
        self._api = JsonClient(http, base.rstrip("/") + "/administration", authorize)

    async def me(self) -> Json:
        """Name and organisation of the administrator; `REFUSED` for everyone else."""
        return await self._api.send("GET", "/me")

    async def personnel(self, search: Json) -> Json:
        """Who works at one's own organisation: `{items, total}`."""
        return await self._api.send("POST", "/personnel/_search", body=search)
