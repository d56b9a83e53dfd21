"""Seeding through the real intake: everything is taken in, and a second run changes nothing."""

from __future__ import annotations

import psycopg

from dev.seed import seed
from kit.settings import Settings
from tests.conftest import TestDatabase

_VERSIONS = "SELECT count(*) FROM results.report_version"
_ENTRIES = "SELECT count(*) FROM journal.entry"


def _count(postgres: TestDatabase, statement: str) -> int:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute(statement.encode()).fetchone()
        return int(row[0]) if row else 0


def test_given_an_empty_instance_when_seeded_twice_then_all_is_processed_once(
    running: Settings, postgres: TestDatabase
) -> None:
    first = seed(5, 3)
    assert set(first.outcomes) == {"processed"}
    assert first.problems == {}
    stored = _count(postgres, _VERSIONS)
    assert stored == sum(first.outcomes.values()) > 200
    entries = _count(postgres, _ENTRIES)
    assert entries > 200

    again = seed(5, 3)
    assert again.outcomes == first.outcomes
    assert _count(postgres, _VERSIONS) == stored
    assert _count(postgres, _ENTRIES) == entries
