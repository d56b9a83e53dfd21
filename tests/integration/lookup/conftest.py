"""A store with persons, and the two ways into it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from kit.db import SyncDatabase
from kit.ids import new_id
from results_service.reports.models import StoreOutcome
from results_service.reports.service import store_report_sync
from tests.conftest import TestDatabase
from tests.integration.lookup.builder import Report


class Store:
    """Stores reports as the worker does, and looks at the tables as nobody in the product can."""

    def __init__(self, database: SyncDatabase, superuser_dsn: str) -> None:
        self.database = database
        self.superuser_dsn = superuser_dsn

    def put(self, person: UUID, report: Report, message_id: UUID | None = None) -> StoreOutcome:
        with self.database.transaction() as conn:
            return store_report_sync(
                conn,
                person_id=person,
                key=report.key,
                message=report.message(),
                mapped=report.mapped(report.key.report_id(person)),
                message_id=message_id or new_id(),
                fingerprint=report.fingerprint,
            )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.superuser_dsn) as conn:
            return conn.execute(query.encode(), values).fetchall()


@pytest.fixture
def store(postgres: TestDatabase, clean_db: None) -> Iterator[Store]:
    database = SyncDatabase(postgres.dsn("akson_results"), max_size=4)
    database.open()
    yield Store(database, postgres.superuser_dsn)
    database.close()
