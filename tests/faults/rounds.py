"""The run: load, a kill at a random moment, recovery, and so on; now and then everything is counted."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from tests.faults.audit import Finding, audit, not_durable, oldest_waiting, waiting
from tests.faults.instance import Instance, running
from tests.faults.letters import Letter, Supply
from tests.faults.load import FINAL, Load
from tests.faults.victims import VICTIMS, Victim, is_running, kill, processes_of

_PATIENCE = 90.0  # for one recovery, and for the queue to empty: leases of killed workers run 20 s
_PERSONS_A_ROUND = 8
_TWO_AT_ONCE = 0.15
_ELEVEN = re.compile(r"(?<!\d)\d{11}(?!\d)")


class NotRecovered(Exception):
    """The product did not come back by itself; the message says what was waited for."""


@dataclass(frozen=True)
class Plan:
    """`pause`: a sender's mean seconds between two messages; `check_every`: rounds between two audits."""

    rounds: int
    seed: int
    senders: int
    pause: float
    check_every: int
    victims: tuple[Victim, ...] = VICTIMS
    logs: Path | None = None
    compared: int = 400  # messages sent once more at the end


@dataclass
class Result:
    """What happened: seconds to recover by victim, answers by status, and the last audit."""

    recovered: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    sent_again: int = 0
    receipts_compared: int = 0
    audits: int = 0
    finding: Finding = field(default_factory=Finding)
    seconds: float = 0.0


class Unsound(Exception):
    """An audit found a fault; `args[0]` is the result so far."""


def run(plan: Plan, say: Callable[[str], None]) -> Result:
    """Start a product, break it `plan.rounds` times, stop it. Raises `NotRecovered` and `Unsound`."""
    supply = Supply(plan.seed, 40 + _PERSONS_A_ROUND * plan.rounds)
    with running(supply.registers, plan.logs, say) as instance:
        return asyncio.run(_Run(plan, instance, supply, say).all())


class _Run:
    def __init__(self, plan: Plan, instance: Instance, supply: Supply, say: Callable[[str], None]) -> None:
        self.plan, self.instance, self.supply, self.say = plan, instance, supply, say
        self.random = Random(plan.seed)  # noqa: S311 - predictable is what is wanted
        self.result = Result()
        self.sessions: set[int] = set()  # of children that lost a process
        self.killed: set[int] = set()

    async def all(self) -> Result:
        started = time.monotonic()
        limits = httpx.Limits(max_keepalive_connections=self.plan.senders + 2)
        async with httpx.AsyncClient(timeout=40.0, limits=limits) as http, self._background(http) as load:
            for number in range(1, self.plan.rounds + 1):
                await self._round(number, load)
                if number % self.plan.check_every == 0 and number < self.plan.rounds:
                    await self._count(load)
                    load.go_on()
            await self._count(load)
            await self._all_again(load)
        self.result.seconds = time.monotonic() - started
        return self.result

    @contextlib.asynccontextmanager
    async def _background(self, http: httpx.AsyncClient) -> AsyncIterator[Load]:
        """The senders, and the supervisor's watch as `akson up` keeps it."""
        load = Load(self.instance.settings, http, self.supply, self.plan.seed)
        tasks = [asyncio.create_task(load.run(n, self.plan.pause)) for n in range(self.plan.senders)]
        tasks.append(asyncio.create_task(self._watch()))
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended

    async def _watch(self) -> None:
        while True:
            await asyncio.to_thread(self.instance.supervisor.watch)
            await asyncio.sleep(0.1)

    async def _round(self, number: int, load: Load) -> None:
        await asyncio.sleep(self.random.uniform(0.1, 1.5))
        victims = [self.plan.victims[(number - 1) % len(self.plan.victims)]]
        if self.random.random() < _TWO_AT_ONCE:
            victims.append(self.random.choice(self.plan.victims))
        killed = [victim for victim in victims if self._kill(victim)]
        begun = time.monotonic()
        await self._until("every process running", self._all_running)
        if (bundle := self.supply.next()) is not None:
            await self._processed(bundle[0], load)
        for victim in killed:
            self.result.recovered.setdefault(victim.name, []).append(time.monotonic() - begun)
        names = " and ".join(victim.name for victim in killed) or "nobody"
        self.say(f"Round {number}: killed {names}; recovered in {time.monotonic() - begun:.1f} s.")

    def _kill(self, victim: Victim) -> bool:
        child = self.instance.child(victim.child)
        child.pause = 0.0  # it did not crash by its own fault: the first, short pause
        main = child.process.pid if child.process else 0
        pid = kill(victim, child, self.random)
        if pid is None:
            return False
        self.sessions.add(main)
        self.killed.add(pid)
        return True

    async def _processed(self, letter: Letter, load: Load) -> None:
        """A message sent now is acknowledged and gets its final status."""
        load.letters.append(letter)
        try:
            async with asyncio.timeout(_PATIENCE):
                while not letter.told & FINAL:
                    await load.deliver(letter, wait=10)
        except TimeoutError:
            state = await asyncio.to_thread(oldest_waiting, self.instance.superuser_dsn)
            raise NotRecovered(f"a new message was not processed ({state})") from None

    async def _count(self, load: Load) -> None:
        """Rest, let the queue empty, and hold the database against what the senders know."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await load.rest()
        except TimeoutError:
            raise NotRecovered("a sender did not get its receipt") from None
        await self._until("an empty queue", self._queue_empty)
        dsn = self.instance.superuser_dsn
        found = await asyncio.to_thread(audit, dsn, load.letters)
        lax = await asyncio.to_thread(not_durable, self.instance.settings.dsn("akson_results"))
        found.blame("settings that may lose a commit with the power", lax)
        found.blame("answers no sender should see", load.surprises)
        now = {child.process.pid for child in self.instance.supervisor.children if child.process}
        found.blame(
            "processes that outlived their restarted parent",
            [pid for session in self.sessions - now for pid in processes_of(session)],
        )
        found.blame("log lines with a person's number", self._named_in_logs())
        self.result.finding = found
        self.result.audits += 1
        self.result.answers, self.result.sent_again = dict(load.answers), load.sent_again
        self.say(f"Counted: {found.letters} messages, {found.records} intake records, sound: {found.sound}.")
        if not found.sound:
            raise Unsound(self.result)

    async def _all_again(self, load: Load) -> None:
        """Send everything once more in calm: the same receipts, and nothing new in the database."""
        chosen = self.random.sample(load.letters, min(self.plan.compared, len(load.letters)))
        before = [await load.receipt(letter) for letter in chosen]
        for letter in chosen:
            await load.deliver(letter)
        after = [await load.receipt(letter) for letter in chosen]
        earlier = self.result.finding
        await self._count(load)
        found = self.result.finding
        found.blame(
            "receipts that changed when sent again",
            [x.ids[0] for x, b, a in zip(chosen, before, after, strict=True) if b != a],
        )
        for name in ("records", "versions", "reports", "statuses"):
            same = getattr(found, name) == getattr(earlier, name)
            found.blame("counts changed by sending again", [] if same else [name])
        self.result.receipts_compared = len(chosen)
        if not found.sound:
            raise Unsound(self.result)

    def _named_in_logs(self) -> list[str]:
        numbers = {person.national_id for person in self.supply.registers.persons}
        logs = (self.instance.settings.data / "log").glob("*.log")
        return [
            log.name
            for log in logs
            if numbers.intersection(_ELEVEN.findall(log.read_text("utf-8", "replace")))
        ]

    async def _queue_empty(self) -> bool:
        return await asyncio.to_thread(waiting, self.instance.superuser_dsn) == 0

    async def _all_running(self) -> bool:
        if any(is_running(pid) for pid in self.killed):
            return False
        self.killed.clear()
        return all(
            child.restart_at is None and child.process is not None and child.process.poll() is None
            for child in self.instance.supervisor.children
        )

    async def _until(self, what: str, true: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not await true():
            if time.monotonic() > deadline:
                state = await asyncio.to_thread(oldest_waiting, self.instance.superuser_dsn)
                raise NotRecovered(f"waited for {what} ({state})")
            await asyncio.sleep(0.1)
