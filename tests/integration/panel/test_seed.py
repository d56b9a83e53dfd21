"""The fictitious panel loads through the service, twice to the same end."""

from __future__ import annotations

import psycopg
from psycopg import sql

from dev.panel import MEMBERS, seed_panel
from kit.keys import KeyRing
from kit.settings import Settings
from tests.conftest import TestDatabase


async def test_given_it_is_loaded_twice_then_it_is_there_once(
    settings: Settings, keys: KeyRing, postgres: TestDatabase, clean_db: None
) -> None:
    for _ in range(2):
        assert await seed_panel(settings, keys) == MEMBERS
    with psycopg.connect(postgres.superuser_dsn) as conn:
        counts = [
            conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("panel", table))).fetchone()
            for table in (
                "panel",
                "member",
                "consultation",
                "decision",
                "topic",
                "contribution",
                "meeting",
                "control_point",
                "feedback",
                "draw",
            )
        ]
        shown = conn.execute("SELECT shown IS NOT NULL, final FROM panel.result").fetchall()
        numbers = conn.execute("SELECT shown FROM panel.stance_result WHERE shown IS NOT NULL").fetchall()
    assert [number for (number,) in counts] == [3, MEMBERS + 1 + 40, 3, 1, 4, 11, 2, 2, 7, 1]  # type: ignore[misc]
    assert shown == [(True, True)]
    assert len(numbers) == 3  # two proposals, and who comes to the meeting
