"""A short run: kills of every kind under load; nothing is lost, doubled or left, every answer has its row.

`make faults` is the long one.
"""

from __future__ import annotations

import pytest

from tests.faults.plan import Plan
from tests.faults.rounds import run
from tests.faults.victims import VICTIMS


@pytest.mark.timeout(600)  # a whole product, started, broken and stopped, beside other tests
def test_given_load_when_processes_are_killed_then_messages_and_rows_are_there_once() -> None:
    the_four = tuple(
        victim
        for victim in VICTIMS
        if victim.name
        in (
            "API: the process that serves, killed",
            "Celery: the main process, killed",
            "Valkey: killed",
            "PostgreSQL: the postmaster, killed",
        )
    )
    plan = Plan(rounds=4, seed=2, senders=3, pause=0.2, check_every=4, victims=the_four, compared=20)

    result = run(plan, print)

    assert set(result.recovered) >= {victim.name for victim in the_four}
    found = result.finding
    assert found.sound, dict(found.wrong)
    assert found.letters == found.acknowledged == found.records > 20
    assert found.statuses == found.expected
    assert found.versions == found.expected_versions
    assert result.receipts_compared == 20
    logged = result.logged
    assert logged.answered > 50
    assert logged.refused > 0
    assert logged.rows == logged.answered + logged.refused + logged.rows_of_unanswered
    assert logged.missing == logged.doubled == 0
