"""Senders: several systems that post without pause, and post again until they have their receipt."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from random import Random

import httpx

from kit.errors import AksonError
from kit.identity import audiences
from kit.settings import Settings
from tests.faults.caller import Caller
from tests.faults.gate import Gate
from tests.faults.letters import Letter, Supply

FINAL = frozenset({"processed", "rejected", "needs-attention"})
_AGAIN = (401, 429, 500, 502, 503, 504)  # what a sender must expect while something is down
_PAUSE = 0.25
_SEND_AGAIN = 0.08
_WAIT = 0.05
_LATEST = 10


class Load:
    """The senders and what they know: every letter they began to send, and every receipt."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, supply: Supply, seed: int) -> None:
        self.letters: list[Letter] = []
        self.by_person: dict[str, list[Letter]] = defaultdict(list)  # those sent since the faults began
        self.latest: deque[str] = deque(maxlen=_LATEST)  # persons whose messages are being sent
        self.answers: Counter[str] = Counter()  # by HTTP status or kind of failure
        self.surprises: list[str] = []  # answers that no sender should see
        self.sent_again = 0
        self._base = settings.results_url
        self._lab = Caller(settings, http, "lab", audiences.RESULTS, (audiences.WRITE_REPORTS,))
        self._supply = supply
        self._seed = seed
        self._gate = Gate()

    async def run(self, sender: int, pause: float) -> None:
        """One sender, until cancelled. When there is nothing new any more, it sends old messages again."""
        random = Random(f"{self._seed}/sender/{sender}")  # noqa: S311 - predictable on purpose
        while True:
            nothing_new: list[Letter | None] = [None]
            for letter in self._supply.next() or nothing_new:
                async with self._gate.through():
                    await (self._one(letter, random) if letter else self._again(random.choice(self.letters)))
                await asyncio.sleep(random.uniform(0, 2 * pause))

    async def rest(self) -> None:
        """Let every sender get the receipt it is waiting for, and send nothing more."""
        await self._gate.close()

    def go_on(self) -> None:
        """Send again."""
        self._gate.open()

    async def first(self, bundles: int) -> None:
        """Send the first bundles whole, one letter after the other in each, before there is any fault."""
        chosen = [bundle for _ in range(bundles) if (bundle := self._supply.next()) is not None]
        await asyncio.gather(*(self._whole(bundle) for bundle in chosen))

    def begin(self, letter: Letter) -> None:
        """Note a letter before it is sent for the first time."""
        self.letters.append(letter)
        if letter.person not in self.by_person:
            self.latest.append(letter.person)
        self.by_person[letter.person].append(letter)

    async def _whole(self, bundle: list[Letter]) -> None:
        for letter in bundle:
            self.letters.append(letter)
            await self.deliver(letter)

    async def _one(self, letter: Letter, random: Random) -> None:
        self.begin(letter)
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
            answer = await self._lab.call(method, self._base + path, **request)
        except (httpx.TransportError, AksonError) as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[f"HTTP {answer.status_code}"] += 1
        surprising = answer.status_code >= 400 and answer.status_code not in _AGAIN
        if surprising and not path.endswith("/apprec"):
            self.surprises.append(f"{method} {path}: HTTP {answer.status_code} {answer.text[:200]}")
        return answer
