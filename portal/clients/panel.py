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

    async def decision(self, identifier: str) -> Json:
        """One entry of the log."""
        return await self._json.send("GET", f"/public/decisions/{identifier}")

    async def topics(self) -> list[Json]:
        """Proposals and discussions."""
        return await self._items("/public/topics")

    async def topic(self, identifier: str) -> Json:
        """One of them with what is published in it."""
        return await self._json.send("GET", f"/public/topics/{identifier}")

    async def meetings(self) -> list[Json]:
        """Meetings, the latest first."""
        return await self._items("/public/meetings")

    async def meeting(self, identifier: str) -> Json:
        """One meeting."""
        return await self._json.send("GET", f"/public/meetings/{identifier}")

    async def control_points(self) -> list[Json]:
        """Control points in the order of their days."""
        return await self._items("/public/control-points")

    async def control_point(self, identifier: str) -> Json:
        """One control point."""
        return await self._json.send("GET", f"/public/control-points/{identifier}")

    async def measures(self) -> list[Json]:
        """What is measured, a value a day."""
        return await self._items("/public/measures")

    async def mine(self) -> list[Json]:
        """What waits for the reader, panel by panel."""
        return await self._items("/mine")

    async def propose(self, panel: str, body: Json, key: str) -> Json:
        """A proposal, which waits for a moderator."""
        return await self._add(f"/panels/{panel}/proposals", body, key)

    async def contribute(self, topic: str, body: Json, key: str) -> Json:
        """An argument or a comment, which waits for a moderator."""
        return await self._add(f"/topics/{topic}/contributions", body, key)

    async def stance(self, topic: str, stance: str | None) -> None:
        """Support, oppose, or neither."""
        await self._json.send("PUT", f"/topics/{topic}/stance", body={"stance": stance})

    async def complain(self, panel: str, contribution: str, reason: str) -> None:
        """Say that it breaks the rules."""
        path = f"/panels/{panel}/contributions/{contribution}/complaint"
        await self._json.send("PUT", path, body={"reason": reason})

    async def appeal(self, panel: str, contribution: str, text: str) -> None:
        """Ask that another looks at it."""
        path = f"/panels/{panel}/contributions/{contribution}/appeal"
        await self._json.send("POST", path, body={"text": text})

    async def attend(self, meeting: str, coming: bool | None) -> None:
        """Say whether one comes."""
        await self._json.send("PUT", f"/meetings/{meeting}/attendance", body={"coming": coming})

    async def memberships(self) -> list[Json]:
        """Every panel with one's own place and roles in it, and what one may tell of oneself (`known`)."""
        return await self._items("/panels")

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
        return await self._write(f"/consultations/{identifier}/answer", body, version)

    async def send_feedback(self, body: Json, key: str) -> str:
        """Send feedback; answers with the code to follow it by."""
        sent = await self._add("/public/feedback", body, key)
        return str(sent["code"])

    async def follow_feedback(self, code: str) -> Json:
        """What became of it."""
        return await self._json.send("POST", "/public/feedback/_follow", body={"code": code})

    async def _items(self, path: str) -> list[Json]:
        found: list[Json] = (await self._json.send("GET", path))["items"]
        return found

    async def _add(self, path: str, body: Json, key: str) -> Json:
        return await self._json.send("POST", path, body=body, headers={"idempotency-key": key})

    async def _write(self, path: str, body: Json, version: int) -> Json:
        return await self._json.send("PUT", path, body=body, headers={"if-match": f'W/"{version}"'})
