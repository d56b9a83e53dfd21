"""The sealer's loop: it goes on after a fault, says what stops it, tells how long rows can have waited."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import generate_latest

from core_record import sealer as process
from core_record.access_log.sealing import Sealed
from core_record.access_log.witness import WitnessProblem
from kit.errors import Unavailable
from kit.web import REGISTRY


class Rounds:
    """Rounds as they are told to go, then none more."""

    unwitnessed = 0

    def __init__(self, *outcomes: Sealed | Exception) -> None:
        self.left = list(outcomes)
        self.over = asyncio.Event()

    async def round(self) -> Sealed:
        if not self.left:
            self.over.set()
            await asyncio.Event().wait()
        outcome = self.left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def run(monkeypatch: pytest.MonkeyPatch, *outcomes: Sealed | Exception) -> process.Sealing:
    monkeypatch.setattr(process, "EVERY", 0)
    rounds = Rounds(*outcomes)
    sealing = process.Sealing(rounds)  # type: ignore[arg-type]
    loop = asyncio.create_task(sealing.run())
    await rounds.over.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    return sealing


def metric(name: str) -> float:
    lines = generate_latest(REGISTRY).decode().splitlines()
    return float(next(line.split()[-1] for line in lines if line.startswith(f"{name} ")))


async def test_ready_while_sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = metric("akson_log_sealed_rows_total")
    sealing = await run(monkeypatch, Sealed(4096, whole=False), Sealed(10, whole=True), Sealed(0, whole=True))
    await sealing.ready()
    assert metric("akson_log_sealed_rows_total") - before == 4106


async def test_a_database_behind_the_witness_is_told_at_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    sealing = await run(monkeypatch, Sealed(1, whole=True), WitnessProblem("the witness knows head 7"))
    with pytest.raises(Unavailable, match="head 7"):
        await sealing.ready()


@pytest.mark.parametrize("fault", [Unavailable("database-unavailable", "no"), OSError("disk full")])
async def test_it_goes_on_after_a_fault(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    sealing = await run(monkeypatch, fault, fault, Sealed(1, whole=True))
    await sealing.ready()


async def test_rows_count_as_waiting_until_all_that_can_be_seen_is_sealed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr(process.time, "monotonic", lambda: clock[0])
    sealing = process.Sealing(Rounds())  # type: ignore[arg-type]
    clock[0] = 107.5
    assert metric("akson_log_unsealed_seconds") == 7.5
    assert sealing.problem is None


async def test_a_database_that_says_nothing_is_told_at_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(process.time, "monotonic", lambda: clock[0])
    sealing = process.Sealing(Rounds())  # type: ignore[arg-type]
    clock[0] = 114.0
    await sealing.ready()
    clock[0] = 116.0
    with pytest.raises(Unavailable) as caught:
        await sealing.ready()
    assert caught.value.code == "sealing-stands-still"
