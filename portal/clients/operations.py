"""The results service for those who operate it: JSON in and out, problems by their code."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from kit.ids import new_id
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem
from portal.clients.fhir import Authorize

Json = dict[str, Any]


class OperationsClient:
    """Operations on behalf of one logged-in operator. Everything raises `ServiceProblem`."""

    def __init__(self, http: httpx.AsyncClient, base: str, authorize: Authorize) -> None:
        self._http = http
        self._base = base.rstrip("/") + "/operations"
        self._authorize = authorize

    async def me(self) -> Json:
        """Whether one is `admitted`, and as an operator one's name and organisation."""
        return await self._send("GET", "/me")

    async def messages(self, which: Json, skip: int, count: int) -> Json:
        """A page of a list: `{items, total, codes}`. `which`: state, and where wanted code, sender, whose."""
        return await self._send("GET", "/messages", {**which, "skip": str(skip), "count": str(count)})

    async def causes(self, which: Json) -> Json:
        """A list's messages by what is wrong and whose they are: `{causes}`."""
        return await self._send("GET", "/causes", which)

    async def find(self, text: str) -> Json:
        """Messages by the id that a laboratory gives: `{items}`."""
        return await self._send("POST", "/messages/_find", body={"id": text})

    async def many(self, action: str, which: Json, reason: str, after: str | None) -> Json:
        """`replay`, `resolve`, `take`, `ask` or `reopen` a batch: `{done or replayed, left, next}`."""
        body = {**which, "reason": reason, "after": after}
        return await self._send("POST", f"/{action}", body=body)

    async def letter(self, which: Json) -> Json:
        """What finds one sender's messages again there: `{items, left, until}`."""
        return await self._send("POST", "/letter", body=which)

    async def share(self, message_id: str, action: str, body: Json | None = None) -> Json:
        """`take`, `leave`, `note`, `ask` or `reopen` a message: `{message, history}`."""
        return await self._send("POST", f"/messages/{message_id}/{action}", body=body or {})

    async def message(self, message_id: str) -> Json:
        """A message without anything of a person: `{message, history}`."""
        return await self._send("GET", f"/messages/{message_id}")

    async def open(self, message_id: str, *, original: bool) -> Json:
        """What the message says; a look-up that is logged."""
        return await self._send("POST", f"/messages/{message_id}/open", body={"original": original})

    async def replay(self, message_id: str, reason: str, seen: int) -> Json:
        """Process it anew: `{message, history}`. `seen`: as the message was looked at."""
        body = {"reason": reason, "seen": seen}
        return await self._send("POST", f"/messages/{message_id}/replay", body=body)

    async def resolve(self, message_id: str, reason: str, seen: int) -> Json:
        """Note how it was solved: `{message, history}`."""
        body = {"reason": reason, "seen": seen}
        return await self._send("POST", f"/messages/{message_id}/resolve", body=body)

    async def release(self, message_id: str, judgement: str, note: str, seen: int) -> Json:
        """Store a held message as judged: `{message, history}`."""
        body = {"judgement": judgement, "note": note, "seen": seen}
        return await self._send("POST", f"/messages/{message_id}/release", body=body)

    async def correct(self, message_id: str, reason: str, note: str, data: bytes) -> Json:
        """Take in a corrected message instead: the new one's `{message, history}`."""
        body = {"reason": reason, "note": note, "message": b64encode(data).decode()}
        return await self._send("POST", f"/messages/{message_id}/correct", body=body)

    async def remap_reach(self, which: Json) -> Json:
        """What an order to map anew would touch: `{messages, originals}`."""
        return await self._send("POST", "/remap/reach", body=which)

    async def remap(self, which: Json, reason: str) -> Json:
        """Order stored messages to be mapped anew: `{orders}`."""
        return await self._send("POST", "/remap", body={**which, "reason": reason})

    async def remap_orders(self) -> Json:
        """The newest orders, and how far they are: `{orders}`."""
        return await self._send("GET", "/remap")

    async def quiet(self) -> Json:
        """Every sender's silence: `{senders}`."""
        return await self._send("GET", "/quiet")

    async def volumes(self, days: int) -> Json:
        """Messages by day, sender and kind: `{days, volumes}`."""
        return await self._send("GET", "/volumes", {"days": str(days)})

    async def _send(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: Json | None = None
    ) -> Json:
        correlation = str(new_id())
        headers = {"correlation-id": correlation}
        auth = await self._authorize()
        try:
            answer = await self._http.request(
                method, self._base + path, params=params, json=body, headers=headers, auth=auth
            )
        except httpx.HTTPError as error:
            raise ServiceProblem(Problem.DOWN, type(error).__name__, correlation) from None
        decoded = _decoded(answer)
        if answer.is_success and decoded is not None:
            return decoded
        code = str((decoded or {}).get("title") or answer.status_code)
        raise ServiceProblem(BY_STATUS.get(answer.status_code, Problem.WRONG), code, correlation)


def _decoded(answer: httpx.Response) -> Json | None:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
