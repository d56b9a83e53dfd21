"""What is done to whom: processes killed, frozen, kept away, robbed of their memory or of their disk."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from redis import Redis

from dev.runner.supervisor import Child
from tests.faults.instance import Instance
from tests.faults.processes import is_running, processes_below, tree_of

Pick = Callable[[int, Random], int | None]
_FROZEN = (1.0, 8.0)  # seconds, chosen at random; look-ups wait three for a lock, Valkey's clients five
_AWAY = (8.0, 16.0)
_FULL = 4.0
DISK_FULL = "PostgreSQL: disk full"


@dataclass
class Struck:
    """What one fault did: sessions of children that lost a process, the processes killed, and whether what
    Valkey remembered (logins, nonces, signals) is gone."""

    sessions: set[int] = field(default_factory=set)
    killed: set[int] = field(default_factory=set)
    forgotten: bool = False


@dataclass(frozen=True)
class Victim:
    """`strike` does it to the child and returns when the fault is over; None: there was nothing to hit."""

    name: str
    child: str
    strike: Callable[[Instance, Child, Random], Awaitable[Struck | None]]


def _itself(pid: int, _random: Random) -> int | None:
    return pid


def _one_below(pid: int, random: Random) -> int | None:
    below = processes_below(pid)
    return random.choice(below) if below else None


def _main_pid(child: Child) -> int | None:
    """None when it is just being started."""
    if child.process is None or child.process.poll() is not None:
        return None
    return child.process.pid


def _kill(pick: Pick) -> Callable[[Instance, Child, Random], Awaitable[Struck | None]]:
    async def strike(_: Instance, child: Child, random: Random) -> Struck | None:
        return kill(pick, child, random)

    return strike


def kill(pick: Pick, child: Child, random: Random) -> Struck | None:
    """SIGKILL one process."""
    child.pause = 0.0  # it did not crash by its own fault: the first, short pause
    main = _main_pid(child)
    pid = pick(main, random) if main is not None else None
    if main is None or pid is None:
        return None
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return None
    return Struck({main}, {pid}, forgotten=child.name == "valkey")


async def _keep_away(instance: Instance, child: Child, random: Random) -> Struck | None:
    """Kill it, and start it again only after a while."""
    back = time.monotonic() + random.uniform(*_AWAY)
    struck = kill(_itself, child, random)
    if struck is None:
        return None
    child.restart_at = back
    await asyncio.sleep(back - time.monotonic())
    return struck


def _freeze(pick: Pick | None) -> Callable[[Instance, Child, Random], Awaitable[Struck | None]]:
    """SIGSTOP, and SIGCONT after some seconds: one process, or with None all that the child consists of."""

    async def strike(_: Instance, child: Child, random: Random) -> Struck | None:
        main = _main_pid(child)
        if main is None:
            return None
        chosen = tree_of(main) if pick is None else [pick(main, random)]
        frozen = [pid for pid in chosen if pid is not None]
        _signal(frozen, signal.SIGSTOP)
        try:
            await asyncio.sleep(random.uniform(*_FROZEN))
        finally:
            _signal(frozen, signal.SIGCONT)
        return Struck() if frozen else None

    return strike


async def _empty(instance: Instance, child: Child, _: Random) -> Struck | None:
    """What a Valkey that was replaced, or ran out of memory and was flushed, has left."""
    if _main_pid(child) is None:
        return None
    with Redis.from_url(instance.settings.redis_url) as valkey:
        await asyncio.to_thread(valkey.flushall)
    return Struck(forgotten=True)


async def _fill_disk(instance: Instance, child: Child, _: Random) -> Struck | None:
    """No byte is free where the database lies, for some seconds."""
    main = _main_pid(child)
    if instance.disk is None or main is None:
        return None
    child.pause = 0.0
    try:
        await asyncio.to_thread(instance.disk.fill)
        await asyncio.sleep(_FULL)
    finally:
        instance.disk.relieve()
    return Struck({main})  # the server may end itself when it cannot write what it must


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        if is_running(pid):
            os.kill(pid, number)


VICTIMS = (
    Victim("API: the process that serves, killed", "results_service", _kill(_one_below)),
    Victim("Celery: a child at work, killed", "worker", _kill(_one_below)),
    Victim("Valkey: killed", "valkey", _kill(_itself)),
    Victim("PostgreSQL: the postmaster, killed", "postgres", _kill(_itself)),
    Victim("Celery: the main process, killed", "worker", _kill(_itself)),
    Victim("API: the main process, killed", "results_service", _kill(_itself)),
    Victim("PostgreSQL: one backend, killed", "postgres", _kill(_one_below)),
    Victim("Celery: beat, killed", "beat", _kill(_itself)),
    Victim("Sealer: killed", "sealer", _kill(_itself)),
    Victim("Core record: killed", "core_record", _kill(_itself)),
    Victim("Portal: killed", "portal", _kill(_itself)),
    Victim("Valkey: emptied", "valkey", _empty),
    Victim("PostgreSQL: all of it, frozen", "postgres", _freeze(None)),
    Victim("PostgreSQL: one backend, frozen", "postgres", _freeze(_one_below)),
    Victim("Valkey: frozen", "valkey", _freeze(None)),
    Victim("API: frozen", "results_service", _freeze(None)),
    Victim("Celery: frozen", "worker", _freeze(None)),
    Victim("Portal: frozen", "portal", _freeze(None)),
    Victim("Sealer: frozen", "sealer", _freeze(None)),
    Victim("PostgreSQL: away", "postgres", _keep_away),
    Victim("Valkey: away", "valkey", _keep_away),
    Victim(DISK_FULL, "postgres", _fill_disk),
)
