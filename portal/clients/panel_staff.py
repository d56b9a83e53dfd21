"""The citizen panel for those who lead, moderate and decide in it."""

from __future__ import annotations

from portal.clients.jsonapi import Json
from portal.clients.panel import PanelClient


class PanelStaffClient(PanelClient):
    """What staff do; the service decides who may. All raise `ServiceProblem`.

    Where something is written with `key` it is new (the same key again is the same thing), with `version`
    it follows the one that was read.
    """

    async def change_panel(self, panel: str, body: Json, version: int) -> Json:
        """Name, purpose, terms, targets, call."""
        return await self._write(f"/panels/{panel}", body, version)

    async def members(self, panel: str) -> list[Json]:
        """Who the members are."""
        return await self._items(f"/panels/{panel}/members")

    async def promise_draw(self, panel: str) -> Json:
        """Publish a draw's promise."""
        return await self._json.send("POST", f"/panels/{panel}/draws")

    async def run_draw(self, panel: str, draw: str, places: int, entropy: str) -> Json:
        """Draw, once."""
        body: Json = {"places": places, "public_entropy": entropy}
        return await self._json.send("POST", f"/panels/{panel}/draws/{draw}/run", body=body)

    async def consultations_of(self, panel: str) -> list[Json]:
        """Everything asked and planned in a panel."""
        return await self._items(f"/panels/{panel}/consultations")

    async def consultation_as_is(self, identifier: str) -> Json:
        """One as it stands, drafts and themes too."""
        return await self._json.send("GET", f"/consultations/{identifier}")

    async def plan(self, panel: str, body: Json, key: str) -> Json:
        """A new draft."""
        return await self._add(f"/panels/{panel}/consultations", body, key)

    async def change_plan(self, identifier: str, body: Json, version: int) -> Json:
        """Write a draft anew."""
        return await self._write(f"/consultations/{identifier}", body, version)

    async def move(self, identifier: str, step: str) -> Json:
        """`open`, `close`, `publish`, `remind`."""
        return await self._json.send("POST", f"/consultations/{identifier}/{step}")

    async def texts(self, identifier: str) -> Json:
        """Free text by question, once it is closed."""
        return await self._json.send("GET", f"/consultations/{identifier}/texts")

    async def themes(self, identifier: str, themes: list[Json]) -> Json:
        """What free text was about."""
        return await self._json.send("PUT", f"/consultations/{identifier}/themes", body=themes)

    async def open_topic(self, panel: str, body: Json, key: str) -> Json:
        """A discussion, or a proposal of the panel's own."""
        return await self._add(f"/panels/{panel}/topics", body, key)

    async def change_topic(self, identifier: str, body: Json, version: int) -> Json:
        """Write it anew, or end it."""
        return await self._write(f"/topics/{identifier}", body, version)

    async def moderation(self, panel: str) -> list[Json]:
        """What waits for moderators."""
        return await self._items(f"/panels/{panel}/moderation")

    async def moderate(self, panel: str, contribution: str, body: Json, version: int) -> Json:
        """Publish, withhold, remove or keep."""
        return await self._write(f"/panels/{panel}/moderation/{contribution}", body, version)

    async def translate(self, panel: str, contribution: str, body: Json) -> Json:
        """A translation."""
        path = f"/panels/{panel}/moderation/{contribution}/translation"
        return await self._json.send("PUT", path, body=body)

    async def decide_appeal(self, panel: str, contribution: str, body: Json, version: int) -> Json:
        """End an appeal."""
        return await self._write(f"/panels/{panel}/moderation/{contribution}/appeal", body, version)

    async def feedback(self, panel: str) -> list[Json]:
        """All feedback, what waits first."""
        return await self._items(f"/panels/{panel}/feedback")

    async def handle_feedback(self, panel: str, feedback: str, body: Json) -> None:
        """Sort, answer, join or withhold."""
        await self._json.send("PUT", f"/panels/{panel}/feedback/{feedback}", body=body)

    async def add(self, panel: str, kind: str, body: Json, key: str) -> Json:
        """A new one of `meetings`, `control-points`, `decisions`."""
        return await self._add(f"/panels/{panel}/{kind}", body, key)

    async def write(self, panel: str, kind: str, identifier: str, body: Json, version: int) -> Json:
        """Write one of them anew."""
        return await self._write(f"/panels/{panel}/{kind}/{identifier}", body, version)
