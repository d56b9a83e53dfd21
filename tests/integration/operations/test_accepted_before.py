"""What was accepted under an earlier rule is never refused by a later one, whatever operators do with it."""

from __future__ import annotations

import pytest

from results_service.intake import guard, work
from results_service.intake.pipeline import Pipeline
from tests.integration.intake.messages import sample
from tests.integration.operations.conftest import World
from tests.integration.operations.judging import Reused, judged, reports


def _broken(*_: object) -> None:
    raise ValueError


async def test_given_a_held_message_accepted_under_an_earlier_rule_when_released_then_it_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample()
    await world.send(first)
    dashed = first.but(encoding="ISO-8859-1", extra="<!-- 3,5 \x96 5,0 -->")
    with monkeypatch.context() as earlier:
        earlier.setattr(guard, "_CONTROLS", b"")
        held = await world.send(Reused(dashed).new())
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")

    status = await judged(world, held, "another-report")

    receipt = await world.http.get(f"/messages/{held}/apprec")
    assert (status, reports(world)) == ("processed", 2)
    assert (receipt.status_code, '<Status V="1"' in receipt.text) == (200, True)


@pytest.mark.parametrize("processed", [True, False])
async def test_given_a_waiting_message_accepted_under_an_earlier_rule_when_replayed_then_it_still_waits(
    world: World, monkeypatch: pytest.MonkeyPatch, processed: bool
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(guard, "_CONTROLS", b"")
        if not processed:
            earlier.setattr(Pipeline, "_read", _broken)
            earlier.setattr(work, "MAX_ATTEMPTS", 1)
        held = await world.send(
            sample(number="13116900217", encoding="ISO-8859-1", extra="<!-- 3,5 \x96 5,0 -->")
        )
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")
    answer = await world.post(f"/messages/{held}/replay", reason="fault-fixed")
    assert answer.status_code == 200, answer.text
    world.work()
    assert world.status(held) == "needs-attention"
    assert await world.ids() == [held]
