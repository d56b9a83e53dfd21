"""Real servers for integration tests: an embedded PostgreSQL (built by migrating) and an embedded Valkey."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql
from psycopg.conninfo import make_conninfo

from dev.embedded import Postgres, Valkey
from kit.keys import KeyRing
from kit.migrate import upgrade_all
from kit.roles import OWNER
from kit.settings import Settings, get_settings
from tests.shared import SHARED
from tests.tables import Tables

pytest_plugins = ["tests.parallel"]


@dataclass(frozen=True)
class TestDatabase:
    """A migrated database; `dsn(role)` logs in as one of the product's roles."""

    __test__ = False

    settings: Settings
    superuser_dsn: str  # on the akson database

    def dsn(self, role: str) -> str:
        return self.settings.dsn(role)


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="akson-test-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def servers(data_folder: Path) -> Iterator[tuple[Postgres, Valkey]]:
    postgres, valkey = Postgres(data_folder), Valkey(data_folder)
    try:
        postgres.start()
        _hurry(postgres)
        valkey.start()
        yield postgres, valkey
    finally:
        valkey.stop()
        postgres.stop()


def _hurry(postgres: Postgres) -> None:
    """Commits need not reach the disk: nothing here outlives the power, and `tests/faults` has its own."""
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            conn.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        conn.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def settings(data_folder: Path, servers: tuple[Postgres, Valkey]) -> Iterator[Settings]:
    """Settings bound to the test servers, in the environment too."""
    values = {
        "AKSON_ENVIRONMENT": "development",
        "AKSON_DATA": str(data_folder),
        "AKSON_DATABASE_URL": servers[0].url,
        "AKSON_REDIS_URL": servers[1].url,
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    get_settings.cache_clear()
    yield get_settings()
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def keys(settings: Settings) -> KeyRing:
    return KeyRing.load(settings.keys_folder, create=True)


@pytest.fixture(scope="session")
def postgres(settings: Settings, servers: tuple[Postgres, Valkey]) -> TestDatabase:
    upgrade_all(settings.dsn(OWNER))
    return TestDatabase(settings, make_conninfo(servers[0].superuser_dsn, dbname="akson"))


@pytest.fixture(scope="session")
def valkey(servers: tuple[Postgres, Valkey]) -> Valkey:
    return servers[1]


@pytest.fixture(scope="session")
def tables(postgres: TestDatabase) -> Tables:
    return Tables(postgres.superuser_dsn)


@pytest.fixture
def clean_db(tables: Tables, valkey: Valkey) -> None:
    """Empty every table of the product (reference rows made by migrations too) and Valkey."""
    tables.empty()
    redis.Redis.from_url(valkey.url).flushdb()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the real messages are and CI runs, everything must run: a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and SHARED and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though CI has all that the tests need: {report.longrepr}"
    return report
