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
        """Whether one is `admitted`, and as an administrator one's name and organisation."""
        return await self._api.send("GET", "/me")

    async def personnel(self, search: Json) -> Json:
        """Who works at one's own organisation: `{items, total}`."""
        return await self._api.send("POST", "/personnel/_search", body=search)

    async def organisations(self, search: Json) -> Json:
        """The tree of one's own organisation, or of all: `{items, total}`."""
        return await self._api.send("POST", "/organisations/_search", body=search)

    async def by_number(self, number: str) -> Json:
        """The personnel behind a number: `{personnel}`, None for nobody. The look-up is logged."""
        return await self._api.send("POST", "/personnel/by-number", body={}, headers={"person-id": number})

    async def register(self, number: str, entry: Json) -> Json:
        """Register personnel and link them: `{created, linked, personnel}`; safe to repeat."""
        return await self._api.send("POST", "/personnel", body=entry, headers={"person-id": number})

    async def link(self, entry: Json) -> Json:
        """Link personnel to a place of work: `{changed, personnel}`; safe to repeat."""
        return await self._api.send("POST", "/links", body=entry)

    async def end_link(self, entry: Json) -> Json:
        """Give a link another last day: `{changed, personnel}`; safe to repeat."""
        return await self._api.send("POST", "/links/end", body=entry)

    async def gp_lists(self, words: str) -> Json:
        """GP lists with their substitutes: `{items}`."""
        return await self._api.send("POST", "/gp-lists/_search", body={"words": words})

    async def appoint(self, entry: Json) -> Json:
        """Appoint a substitute: `{changed}`; safe to repeat."""
        return await self._api.send("POST", "/substitutes", body=entry)

    async def end_appointment(self, entry: Json) -> Json:
        """Give a substitution another last day: `{changed}`; safe to repeat."""
        return await self._api.send("POST", "/substitutes/end", body=entry)

    async def apps(self) -> Json:
        """Others' apps of one's own organisations: `{apps}`."""
        return await self._api.send("POST", "/apps/_search", body={})

    async def app_history(self, client_id: str, org_number: str) -> Json:
        """Who did what with an app, newest first: `{history}`."""
        body = {"client_id": client_id, "org_number": org_number}
        return await self._api.send("POST", "/apps/history", body=body)

    async def propose_app(self, entry: Json) -> Json:
        """Enter an app's application: `{changed}`; safe to repeat."""
        return await self._api.send("POST", "/apps", body=entry)

    async def decide_app(self, entry: Json) -> Json:
        """Approve, suspend or withdraw an app: `{changed, app}`; safe to repeat."""
        return await self._api.send("POST", "/apps/decide", body=entry)

    async def changes(self, search: Json) -> Json:
        """Who changed what, newest first: `{items, total}`."""
        return await self._api.send("POST", "/changes/_search", body=search)
