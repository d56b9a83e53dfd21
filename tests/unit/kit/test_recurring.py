"""A task that breaks is told and done again, whatever broke it."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from kit.errors import Unavailable
from kit.recurring import Recurring, running


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (Unavailable("database-unavailable", "Try again."), "a recurring task failed"),
        (RuntimeError("21099012345"), "a recurring task broke"),
    ],
)
async def test_given_a_round_that_fails_then_it_is_told_without_its_text_and_the_next_is_done(
    error: Exception, event: str
) -> None:
    rounds, again = iter([error, None]), asyncio.Event()

    async def step() -> bool:
        if found := next(rounds, None):
            raise found
        again.set()
        return False

    with capture_logs() as logs:
        async with running([Recurring("a task", 0.001, step)]):
            await asyncio.wait_for(again.wait(), 5)
    (told,) = logs
    assert (told["event"], told["task"]) == (event, "a task")
    assert "21099012345" not in str(told)
