"""The run: load, a kill at a random moment, recovery, and so on; now and then everything is counted."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random

import httpx

from tests.faults.audit import audit, not_durable, oldest_waiting, waiting
from tests.faults.instance import Instance, running
from tests.faults.letters import Letter, Supply
from tests.faults.load import FINAL, Load
from tests.faults.logbook import audit_log
from tests.faults.lookups import LookUps
from tests.faults.plan import NotRecovered, Plan, Result, Unsound
from tests.faults.processes import is_running, processes_of
from tests.faults.questions import OWN, WITH_ALL_STORED
from tests.faults.victims import DISK_FULL, Struck, Victim
from tests.faults.visitor import Visitor

_PATIENCE = 90.0  # for one recovery, and for the queue to empty: leases of killed workers run 20 s
_PERSONS_A_ROUND = 8
_PERSONS_ASKED = 20  # in calm, at each audit
_TWO_AT_ONCE = 0.15
_ELEVEN = re.compile(r"(?<!\d)\d{11}(?!\d)")


def run(plan: Plan, say: Callable[[str], None]) -> Result:
    """Start a product, break it `plan.rounds` times, stop it. Raises `NotRecovered` and `Unsound`."""
    supply = Supply(plan.seed, 40 + _PERSONS_A_ROUND * plan.rounds)
    fills = any(victim.name == DISK_FULL for victim in plan.victims)
    with running(supply.registers, plan.logs, say, small_disk=fills) as instance:
        return asyncio.run(_Run(plan, instance, supply, say).all())


class _Run:
    def __init__(self, plan: Plan, instance: Instance, supply: Supply, say: Callable[[str], None]) -> None:
        self.plan, self.instance, self.supply, self.say = plan, instance, supply, say
        self.random = Random(plan.seed)  # noqa: S311 - predictable is what is wanted
        self.result = Result()
        self.sessions: set[int] = set()  # of children that lost a process
        self.killed: set[int] = set()
        self.forgotten = False  # by the last fault: what Valkey knew
        self.processed = self.answered = self.logged_in = 0.0  # seconds after the last fault
        self.logins_lost: list[str] = []

    async def all(self) -> Result:
        started = time.monotonic()
        limits = httpx.Limits(max_keepalive_connections=self.plan.senders + self.plan.askers + 2)
        async with httpx.AsyncClient(timeout=40.0, limits=limits) as http:
            plan, settings = self.plan, self.instance.settings
            load = Load(settings, http, self.supply, plan.seed)
            look_ups = LookUps(settings, http, self.supply.registers, load, plan.seed)
            self.visitor = Visitor(settings, http, OWN)
            await load.first(WITH_ALL_STORED)
            await self._until("an empty queue", self._queue_empty)
            await look_ups.prepare()
            await self.visitor.log_in()
            try:
                async with self._background(load, look_ups):
                    await self._rounds(load, look_ups)
            finally:
                self.result.seconds = time.monotonic() - started
        return self.result

    async def _rounds(self, load: Load, look_ups: LookUps) -> None:
        started = time.monotonic()
        for number in range(1, self.plan.rounds + 1):
            if time.monotonic() - started > self.plan.seconds:
                break
            await self._round(number, load, look_ups)
            self.result.rounds = number
            if number % self.plan.check_every == 0 and number < self.plan.rounds:
                await self._count(load, look_ups)
                load.go_on()
                look_ups.go_on()
        await self._count(load, look_ups)
        await self._all_again(load, look_ups)

    @contextlib.asynccontextmanager
    async def _background(self, load: Load, look_ups: LookUps) -> AsyncIterator[None]:
        """Senders, askers, and the supervisor's watch as `akson up` keeps it."""
        pause = self.plan.pause
        work = [load.run(n, pause) for n in range(self.plan.senders)]
        work += [look_ups.run(n, pause) for n in range(self.plan.askers)]
        tasks = [asyncio.create_task(one) for one in (*work, self._watch())]
        try:
            yield
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

    async def _round(self, number: int, load: Load, look_ups: LookUps) -> None:
        await asyncio.sleep(self.random.uniform(0.1, 1.5))
        victims = [self.plan.victims[(number - 1) % len(self.plan.victims)]]
        if self.random.random() < _TWO_AT_ONCE:
            victims.append(self.random.choice(self.plan.victims))
        hits = await self._strike(victims)
        struck = [victim for victim, hit in zip(victims, hits, strict=True) if hit]
        begun = time.monotonic()
        await self._until("every process running", self._all_running)
        running = time.monotonic() - begun
        self.forgotten = any(hit.forgotten for hit in hits if hit)
        await self._served(load, look_ups, begun)
        seconds = time.monotonic() - begun
        for victim in struck:
            self.result.recovered.setdefault(victim.name, []).append(seconds)
        names = " and ".join(victim.name for victim in struck) or "nobody"
        self.say(
            f"Round {number}: {names}; running after {running:.1f} s, messages processed after"
            f" {self.processed:.1f} s, look-ups answered after {self.answered:.1f} s, logged in after"
            f" {self.logged_in:.1f} s."
        )

    async def _strike(self, victims: list[Victim]) -> list[Struck | None]:
        """Do it to all of them at once."""
        instance = self.instance
        done = await asyncio.gather(
            *(victim.strike(instance, instance.child(victim.child), self.random) for victim in victims)
        )
        for struck in done:
            if struck is not None:
                self.sessions |= struck.sessions
                self.killed |= struck.killed
        return done

    async def _served(self, load: Load, look_ups: LookUps, begun: float) -> None:
        """A message sent now is processed, every kind of look-up answered; notes when, after the fault."""
        bundle = self.supply.next()
        asking = asyncio.create_task(self._asked(look_ups, begun))
        visiting = asyncio.create_task(self._visited(begun))
        if bundle is not None:
            await self._processed(bundle[0], load)
            self.processed = time.monotonic() - begun
        await asking
        await visiting

    async def _visited(self, begun: float) -> None:
        """A login at the portal lives on unless Valkey has forgotten it; then a new one works."""
        try:
            async with asyncio.timeout(_PATIENCE):
                if not await self.visitor.alive():
                    if not self.forgotten:
                        self.logins_lost.append(f"login {self.visitor.logins}")
                    await self.visitor.log_in()
        except TimeoutError:
            raise NotRecovered("the portal let nobody in") from None
        self.logged_in = time.monotonic() - begun

    async def _asked(self, look_ups: LookUps, begun: float) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await look_ups.replay()
                await look_ups.everyone()
                await look_ups.replay()
        except TimeoutError:
            raise NotRecovered("look-ups were not answered") from None
        self.answered = time.monotonic() - begun

    async def _processed(self, letter: Letter, load: Load) -> None:
        """A message sent now is acknowledged and gets its final status."""
        load.begin(letter)
        try:
            async with asyncio.timeout(_PATIENCE):
                while not letter.told & FINAL:
                    await load.deliver(letter, wait=10)
        except TimeoutError:
            state = await asyncio.to_thread(oldest_waiting, self.instance.superuser_dsn)
            raise NotRecovered(f"a new message was not processed ({state})") from None

    async def _count(self, load: Load, look_ups: LookUps) -> None:
        """Rest, let the queue empty, and hold the database against what the senders know."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await load.rest()
                await look_ups.rest()
        except TimeoutError:
            raise NotRecovered("a sender did not get its receipt, or a look-up no end") from None
        await self._until("an empty queue", self._queue_empty)
        dsn = self.instance.superuser_dsn
        totals = await look_ups.totals(self.random, _PERSONS_ASKED)
        found = await asyncio.to_thread(audit, dsn, load.letters)
        settings, asked = self.instance.settings, look_ups.asked
        self.result.logged = await asyncio.to_thread(audit_log, dsn, settings, asked, totals, found)
        found.blame("answers to look-ups that nobody should see", look_ups.surprises)
        found.blame("logins that the portal lost", self.logins_lost)
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
        self.result.looked_up = dict(look_ups.outcomes)
        self.result.visits, self.result.logins = self.visitor.asked, self.visitor.logins
        logged = self.result.logged
        self.say(
            f"Counted: {found.letters} messages, {found.records} intake records; {logged.answered} look-ups"
            f" answered, {logged.refused} refused, {logged.rows} rows; sound: {found.sound}."
        )
        if not found.sound:
            raise Unsound(self.result)

    async def _all_again(self, load: Load, look_ups: LookUps) -> None:
        """Send everything once more in calm: the same receipts, and nothing new in the database."""
        chosen = self.random.sample(load.letters, min(self.plan.compared, len(load.letters)))
        before = [await load.receipt(letter) for letter in chosen]
        for letter in chosen:
            await load.deliver(letter)
        after = [await load.receipt(letter) for letter in chosen]
        earlier = self.result.finding
        await self._count(load, look_ups)
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
