"""Messages for the tests of the operations area, as if they had just been received."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from dev.embedded import Valkey
from kit.db import SyncDatabase
from kit.ids import new_id
from kit.keys import KeyRing
from results_service.codes import CodeBook
from results_service.intake import originals
from results_service.intake.pipeline import Pipeline
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.messages import Sample

WRONG = "13116900217"
Deliver = Callable[[Sample], str]


@pytest.fixture
def deliver(wired: None, postgres: TestDatabase, keys: KeyRing, valkey: Valkey) -> Iterator[Deliver]:
    """Put a message in the queue and process it; its id."""
    database = SyncDatabase(postgres.dsn("akson_results"))
    database.open()
    worker = Worker(database, Pipeline(keys, CodeBook.builtin(), production=False))

    def one(message: Sample) -> str:
        message_id, data = new_id(), message.xml()
        with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
            conn.execute(
                "INSERT INTO results.intake_message (id, organisation, client_id, received_at, due_at,"
                " digest, size, keep_until, body) VALUES (%s, '313902196', 'lab', now(), now(), %s, 1,"
                " now() + interval '1 year', %s)",
                (message_id, message_id.bytes, originals.seal(keys, message_id, data)),
            )
        while worker.take_turn() is not None:
            pass
        return str(message_id)

    yield one
    database.close()
