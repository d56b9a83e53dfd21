"""`akson status` while something stands still: it says so, and comes to an end."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.health import ask, checks
from dev.embedded import Valkey
from kit.settings import Settings
from tests.conftest import TestDatabase

ASKED = ("database", "valkey", "worker", "beat")


@pytest.fixture
def frozen() -> Iterator[str]:
    """The address of a Valkey that takes connections and says nothing."""
    with tempfile.TemporaryDirectory(prefix="akson-test-", dir="/tmp") as name:
        valkey = Valkey(Path(name))
        valkey.start()
        assert valkey.process is not None
        os.kill(valkey.process.pid, signal.SIGSTOP)
        try:
            yield valkey.url
        finally:
            os.kill(valkey.process.pid, signal.SIGCONT)
            valkey.stop()


def _answers(settings: Settings) -> dict[str, str]:
    return ask({name: check for name, check in checks(settings).items() if name in ASKED})


def test_given_a_valkey_that_says_nothing_then_that_is_told_and_of_the_worker_nothing_is_known(
    settings: Settings, postgres: TestDatabase, frozen: str
) -> None:
    answers = _answers(settings.model_copy(update={"redis_url": frozen}))

    assert answers["database"] == "ready"
    assert answers["valkey"] == "no answer (TimeoutError)"
    assert answers["worker"] == answers["beat"] == "not known: Valkey does not answer"


def test_given_valkey_and_nobody_at_work_then_it_is_the_worker_that_does_not_answer(
    settings: Settings, postgres: TestDatabase, clean_db: None
) -> None:
    answers = _answers(settings)

    assert answers["database"] == answers["valkey"] == "ready"
    assert answers["worker"].startswith("no answer")
    assert answers["beat"] == "no answer"


def test_given_no_database_then_that_is_told(settings: Settings) -> None:
    answers = _answers(settings.model_copy(update={"database_url": "host=/tmp/akson-no-such dbname=akson"}))

    assert answers["database"] == "no answer (OperationalError)"
    assert answers["valkey"] == "ready"
