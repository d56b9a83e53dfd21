"""Sends message files through the intake API: several at once, in order where order matters.

Messages that share a MsgId or a report number are sent one after the other, as their laboratory would; the
others overtake each other freely.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import httpx
import msgspec
from msgspec import Struct

from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.tokens import AccessToken
from results_service.intake.chains import names_in
from results_service.intake.guard import MAX_BYTES

IN_FLIGHT = 24
_WAIT = 30
_ATTEMPTS = 6
_PAUSE_SECONDS = 0.5

GetToken = Callable[[], Awaitable[AccessToken]]


class Fault(Struct, omit_defaults=True):
    """An error or warning, as the results service gives it."""

    code: str
    message: str
    line: int | None = None
    path: str | None = None


class Sent(Struct):
    """What became of one file. `id` is None where no receipt was given."""

    file: str
    id: str | None
    status: str
    errors: list[Fault] = []
    warnings: list[Fault] = []


class _Answer(Struct):
    id: str
    status: str
    errors: list[Fault] = []
    warnings: list[Fault] = []


class _Problem(Struct):
    title: str = "refused"
    detail: str = "The message was refused."


class NotAnswering(RuntimeError):
    """The results service does not answer; nothing more can be sent."""


class Message(Struct):
    """A message to send and the name it is reported under."""

    name: str
    read: Callable[[], bytes]


class MessageSender:
    """Sends as one machine client; the token is renewed when it runs out."""

    def __init__(self, http: httpx.AsyncClient, get_token: GetToken, base_url: str) -> None:
        self._http = http
        self._get_token = get_token
        self._url = f"{base_url}/messages"
        self._nonces = NonceJar()
        self._token: AccessToken | None = None
        self._renewing = asyncio.Lock()
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._last: dict[bytes, asyncio.Task[Sent]] = {}
        self._gone = False

    async def send_all(self, messages: Iterable[Message]) -> AsyncIterator[Sent]:
        """Send every message and wait for its final status; results in the order in which they come."""
        running: set[asyncio.Task[Sent]] = set()
        for message in messages:
            await self._room.acquire()
            running.add(self._start(message))
            done = {task for task in running if task.done()}
            running -= done
            for task in done:
                yield task.result()
        for finished in asyncio.as_completed(running):
            yield await finished

    def _start(self, message: Message) -> asyncio.Task[Sent]:
        try:
            data = message.read()
        except OSError as error:
            text = f"The file cannot be read ({type(error).__name__})."
            return asyncio.create_task(self._unreadable(message.name, Fault("file-unreadable", text)))
        names = [b"%d:%s" % (place, name) for place, name in enumerate(names_in(data)) if name]
        before = [self._last[name] for name in names if name in self._last]
        task = asyncio.create_task(self._send(message.name, data, before))
        for name in names:
            self._last[name] = task
        task.add_done_callback(lambda ended: self._forget(names, ended))
        return task

    def _forget(self, names: list[bytes], ended: asyncio.Task[Sent]) -> None:
        for name in names:
            if self._last.get(name) is ended:
                del self._last[name]

    async def _unreadable(self, name: str, fault: Fault) -> Sent:
        self._room.release()
        return Sent(name, None, "rejected", [fault])

    async def _send(self, name: str, data: bytes, before: list[asyncio.Task[Sent]]) -> Sent:
        try:
            if before:
                await asyncio.wait(before)
            answer = await self._deliver(data)
            if answer.status_code not in (200, 202):
                return _refused(name, answer)
            state = msgspec.json.decode(answer.content, type=_Answer)
            while state.status == "received":
                again = await self._call("GET", f"{self._url}/{state.id}")
                if again.status_code != 200:
                    return _refused(name, again)
                state = msgspec.json.decode(again.content, type=_Answer)
            return Sent(name, state.id, state.status, state.errors, state.warnings)
        except NotAnswering as problem:
            self._gone = True  # what is left is not worth the waiting
            return Sent(name, None, "rejected", [Fault("not-answering", str(problem))])
        finally:
            self._room.release()

    async def _deliver(self, data: bytes) -> httpx.Response:
        if len(data) <= MAX_BYTES:
            return await self._call("POST", self._url, data)
        # A server may close the connection on a body that is too large, before it can be sent whole.
        try:
            return await self._call("POST", self._url, data, attempts=1)
        except NotAnswering:
            text = f"A message may be at most {MAX_BYTES} bytes."
            problem = {"title": "message-too-large", "detail": text}
            return httpx.Response(413, content=msgspec.json.encode(problem))

    async def _call(
        self, method: str, url: str, data: bytes | None = None, attempts: int = _ATTEMPTS
    ) -> httpx.Response:
        """One request; tried again where trying again is safe and may help."""
        headers = {"Prefer": f"wait={_WAIT}"}
        if data is not None:
            headers["Content-Type"] = "application/xml"
        if self._gone:
            attempts = 1
        for attempt in range(1, attempts + 1):
            auth = await self._auth(renew=False)
            try:
                answer = await self._http.request(method, url, content=data, headers=headers, auth=auth)
            except httpx.TransportError as error:
                if attempt == attempts:
                    raise NotAnswering(f"{self._url} does not answer ({type(error).__name__}).") from error
                await asyncio.sleep(_PAUSE_SECONDS * attempt)
                continue
            if answer.status_code not in (401, 429, 500, 502, 503) or attempt == attempts:
                return answer
            await self._prepare_again(answer, attempt)
        raise NotAnswering(f"{self._url} does not answer.")

    async def _prepare_again(self, answer: httpx.Response, attempt: int) -> None:
        if answer.status_code == 401:
            await self._auth(renew=True)
            return
        asked = answer.headers.get("retry-after", "")
        await asyncio.sleep(float(asked) if asked.isdecimal() else _PAUSE_SECONDS * attempt)

    async def _auth(self, *, renew: bool) -> DpopAuth:
        async with self._renewing:
            if renew or self._token is None or not self._token.usable():
                self._token = await self._get_token()
        return DpopAuth(self._token.key(), self._token.value, self._nonces)


def _refused(name: str, answer: httpx.Response) -> Sent:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.MsgspecError:
        problem = _Problem(f"http-{answer.status_code}", "The message was refused.")
    return Sent(name, None, "rejected", [Fault(problem.title, problem.detail)])


@asynccontextmanager
async def message_sender(get_token: GetToken, base_url: str) -> AsyncIterator[MessageSender]:
    """A sender with connections of its own."""
    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(timeout=_WAIT + 15, limits=limits) as http:
        yield MessageSender(http, get_token, base_url)
