"""The citizen panel: what everybody may read, and what a member does."""

from __future__ import annotations

from typing import Any

import httpx

from portal.clients.fhir import Authorize
from portal.clients.jsonapi import Json, JsonClient


class _Nobody(httpx.Auth):
    """No credentials."""


async def _without_login() -> httpx.Auth:
    return _Nobody()


class PanelClient:
    """The panel's service; without `authorize` only what everybody may read. All raise `ServiceProblem`."""

    def __init__(self, http: httpx.AsyncClient, base: str, authorize: Authorize | None = None) -> None:
        self._json = JsonClient(http, base, authorize or _without_login)

    async def panels(self) -> list[Json]:
        """Every panel."""
        return await self._items("/public/panels")

    async def draws(self, panel: str) -> list[Json]:
        """A panel's draws."""
        return await self._items(f"/public/panels/{panel}/draws")

    async def consultations(self) -> list[Json]:
        """What people are and were asked."""
        return await self._items("/public/consultations")

    async def consultation(self, identifier: str) -> Json:
        """One consultation and what is shown of its result."""
        return await self._json.send("GET", f"/public/consultations/{identifier}")

    async def decisions(self) -> list[Json]:
        """The log of decisions."""
        return await self._items("/public/decisions")

    async def memberships(self) -> Json:
        """Every panel with one's own place in it (`items`), and what one may tell of oneself (`traits`)."""
        return await self._json.send("GET", "/panels")

    async def join(self, panel: str, terms_version: int, traits: dict[str, str]) -> Json:
        """Join, or change what one told."""
        body: Json = {"terms_version": terms_version, "traits": traits}
        return await self._json.send("PUT", f"/panels/{panel}/membership", body=body)

    async def leave(self, panel: str) -> None:
        """Leave; everything of one's own is deleted."""
        await self._json.send("POST", f"/panels/{panel}/membership/_leave")

    async def answer(self, identifier: str) -> Json | None:
        """One's own answer, or None."""
        found: Any = (await self._json.send("GET", f"/consultations/{identifier}/answer"))["answer"]
        return found if isinstance(found, dict) else None

    async def keep_answer(self, identifier: str, body: Json, version: int) -> Json:
        """Answer, or change one's answer; `version` is the own answer's that this one follows."""
        headers = {"if-match": f'W/"{version}"'}
        return await self._json.send("PUT", f"/consultations/{identifier}/answer", body=body, headers=headers)

    async def send_feedback(self, body: Json, key: str) -> str:
        """Send feedback; answers with the code to follow it by."""
        sent = await self._json.send("POST", "/public/feedback", body=body, headers={"idempotency-key": key})
        return str(sent["code"])

    async def follow_feedback(self, code: str) -> Json:
        """What became of it."""
        return await self._json.send("POST", "/public/feedback/_follow", body={"code": code})

    async def _items(self, path: str) -> list[Json]:
        found: list[Json] = (await self._json.send("GET", path))["items"]
        return found
