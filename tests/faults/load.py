"""Senders: several systems that post without pause, and post again until they have their receipt."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import httpx

from dev.login import persona_access
from kit.errors import AksonError
from kit.identity import audiences
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.tokens import AccessToken
from kit.settings import Settings
from tests.faults.letters import Letter, Supply

FINAL = frozenset({"processed", "rejected", "needs-attention"})
_AGAIN = (401, 429, 500, 502, 503, 504)  # what a sender must expect while something is down
_PAUSE = 0.25
_SEND_AGAIN = 0.08
_WAIT = 0.05


class Load:
    """The senders and what they know: every letter they began to send, and every receipt."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, supply: Supply, seed: int) -> None:
        self.letters: list[Letter] = []
        self.answers: Counter[str] = Counter()  # by HTTP status or kind of failure
        self.surprises: list[str] = []  # answers that no sender should see
        self.sent_again = 0
        self._settings = settings
        self._http = http
        self._supply = supply
        self._seed = seed
        self._nonces = NonceJar()
        self._token: AccessToken | None = None
        self._renewing = asyncio.Lock()
        self._go = asyncio.Event()
        self._go.set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._under_way = 0

    async def run(self, sender: int, pause: float) -> None:
        """One sender, until cancelled. When there is nothing new any more, it sends old messages again."""
        random = Random(f"{self._seed}/sender/{sender}")  # noqa: S311 - predictable on purpose
        while True:
            nothing_new: list[Letter | None] = [None]
            for letter in self._supply.next() or nothing_new:
                await self._go.wait()
                self._under_way += 1
                self._quiet.clear()
                try:
                    await (self._one(letter, random) if letter else self._again(random.choice(self.letters)))
                finally:
                    self._under_way -= 1
                    if not self._under_way:
                        self._quiet.set()
                await asyncio.sleep(random.uniform(0, 2 * pause))

    async def rest(self) -> None:
        """Let every sender get the receipt it is waiting for, and send nothing more."""
        self._go.clear()
        await self._quiet.wait()

    def go_on(self) -> None:
        self._go.set()

    async def _one(self, letter: Letter, random: Random) -> None:
        self.letters.append(letter)
        await self.deliver(letter, wait=2 if random.random() < _WAIT else 0)
        if random.random() < _SEND_AGAIN:
            await self._again(random.choice([letter, *self.letters[-40:]]))

    async def _again(self, letter: Letter) -> None:
        self.sent_again += 1
        await self.deliver(letter)

    async def deliver(self, letter: Letter, wait: int = 0) -> None:
        """Post until acknowledged, as a laboratory's system does."""
        headers = {"Content-Type": "application/xml"} | ({"Prefer": f"wait={wait}"} if wait else {})
        while True:
            answer = await self.call("POST", "/messages", content=letter.body, headers=headers)
            if answer is not None and answer.status_code in (200, 202):
                break
            await asyncio.sleep(_PAUSE)
        told = answer.json()
        letter.ids.append(told["id"])
        if told["status"] in FINAL:
            letter.told.add(told["status"])

    async def receipt(self, letter: Letter) -> tuple[int, bytes]:
        """Status and body of the letter's AppRec; 404 where the message could not be read far enough."""
        while True:
            answer = await self.call("GET", f"/messages/{letter.ids[0]}/apprec")
            if answer is not None and answer.status_code in (200, 404):
                return answer.status_code, answer.content if answer.status_code == 200 else b""
            await asyncio.sleep(_PAUSE)

    async def call(self, method: str, path: str, **request: object) -> httpx.Response | None:
        """One signed request; None when nothing answered."""
        try:
            auth = await self._auth()
            answer = await self._http.request(
                method,
                self._settings.results_url + path,
                auth=auth,
                **request,  # type: ignore[arg-type]
            )
        except (httpx.TransportError, AksonError) as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[f"HTTP {answer.status_code}"] += 1
        surprising = answer.status_code >= 400 and answer.status_code not in _AGAIN
        if surprising and not path.endswith("/apprec"):
            self.surprises.append(f"{method} {path}: HTTP {answer.status_code} {answer.text[:200]}")
        return answer

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
