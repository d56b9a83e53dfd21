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
            for table in ("panel", "member", "consultation", "decision")
        ]
        shown = conn.execute("SELECT shown IS NOT NULL, final FROM panel.result").fetchall()
    assert counts == [(2,), (MEMBERS + 1,), (2,), (1,)]
    assert shown == [(True, True)]
