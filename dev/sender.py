"""Sends messages to the intake as the development broker `lab`: several at a time, a proof for each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpx
import msgspec

from dev.login import persona_access
from kit.identity import audiences
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.tokens import AccessToken
from kit.settings import Settings

T = TypeVar("T")
IN_FLIGHT = 24
_TRIES = 6
_BUSY = (429, 502, 503, 504)
_RECEIVED = "received"


class SendingFailed(RuntimeError):
    """The intake did not take a message in; `args[0]` says what to do."""


class Problem(msgspec.Struct, frozen=True):
    """One error or warning of an outcome."""

    code: str
    message: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What the intake says of one message."""

    id: str
    status: str
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


class Sender:
    """One run of sending; `outcomes` and `problems` count as messages reach their final status."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._nonces = NonceJar()
        self._token: AccessToken | None = None
        self._renewing = asyncio.Lock()
        self._waiting: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()

    async def send(self, bodies: Iterable[bytes], sent: Callable[[], None]) -> None:
        """Send all; raises `SendingFailed`. What is not final yet is waited for by `finish`."""

        async def one(body: bytes) -> None:
            outcome = await self.deliver(body)
            sent()
            self._note(outcome)

        await _in_parallel(one, bodies)

    async def deliver(self, body: bytes, wait: int = 0) -> Outcome:
        """Send one message and wait up to `wait` seconds for its outcome; raises `SendingFailed`."""
        headers = {"Content-Type": "application/xml"} | ({"Prefer": f"wait={wait}"} if wait else {})
        return await self._call("POST", "/messages", content=body, headers=headers)

    async def finish(self, finished: Callable[[], None]) -> None:
        """Wait until every message has its final status."""

        async def one(message_id: str) -> None:
            path = f"/messages/{message_id}"
            outcome = await self._call("GET", path, headers={"Prefer": "wait=20"})
            while outcome.status == _RECEIVED:
                outcome = await self._call("GET", path, headers={"Prefer": "wait=20"})
            self._note(outcome)
            finished()

        waiting, self._waiting = self._waiting, []
        await _in_parallel(one, waiting)

    def _note(self, outcome: Outcome) -> None:
        if outcome.status == _RECEIVED:
            self._waiting.append(outcome.id)
            return
        self.outcomes[outcome.status] += 1
        self.problems.update(p.code for p in (*outcome.errors, *outcome.warnings))

    @property
    def waiting(self) -> int:
        """How many messages have no final status yet."""
        return len(self._waiting)

    async def _call(self, method: str, path: str, **request: Any) -> Outcome:
        """One request, repeated while the service is busy: the intake knows copies."""
        url = self._settings.results_url + path
        answer: httpx.Response | None = None
        for attempt in range(_TRIES):
            try:
                answer = await self._http.request(method, url, auth=await self._auth(), **request)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in _BUSY:
                break
            await asyncio.sleep(0.25 * 2**attempt)
        if answer is None:
            raise SendingFailed(f"The results service at {self._settings.results_url} does not answer.")
        if answer.status_code >= 400:
            raise SendingFailed(
                f"The results service refused a message with HTTP {answer.status_code}: {_detail(answer)}"
            )
        return msgspec.json.decode(answer.content, type=Outcome)

    async def _auth(self) -> DpopAuth:
        async with self._renewing:
            if self._token is None or not self._token.usable(margin=30):
                self._token = await persona_access(
                    "lab",
                    audiences.RESULTS,
                    (audiences.WRITE_REPORTS,),
                    settings=self._settings,
                    http=self._http,
                )
        return DpopAuth(self._token.key(), self._token.value, self._nonces)


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail", ""))
    except ValueError:
        return "no reason given"


async def _in_parallel(work: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """`work` on every item, `IN_FLIGHT` at a time; the first failure ends all and is raised."""
    source = iter(items)

    async def worker() -> None:
        for item in source:
            await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
