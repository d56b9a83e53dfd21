"""A report whose bytes cannot be unpacked was neither opened nor shown."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.lookup.builder import Item, Report
from tests.integration.lookup.conftest import Api, Store

GP = {"access_basis": "UNNTAK", "requester_hpr_role": "LE"}


@pytest.mark.parametrize("whole", [True, False])
async def test_given_it_is_asked_for_by_its_id_then_it_counts_as_opened_when_it_could_be_read(
    api: Api, store: Store, postgres: TestDatabase, whole: bool
) -> None:
    report_id = store.put(api.person_id, Report("R1", items=[Item("1", "NPU03230", "4.1")])).report_id
    if not whole:
        with psycopg.connect(postgres.superuser_dsn) as conn:
            conn.execute("UPDATE results.report SET body = substr(body, 1, length(body) - 9)")
    answer = await api.search("DiagnosticReport", ("_id", str(report_id)), **GP)
    assert answer.status_code == (200 if whole else 500)
    events = store.rows("SELECT kind FROM results.release_event")
    assert events == ([("reviewed",)] if whole else [])
