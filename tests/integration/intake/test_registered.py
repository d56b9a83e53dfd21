"""What a sender is registered for: whom it delivers for, which kinds of report, and by which keys."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from core_record.registers.service import import_registers, register_file
from kit.keys import KeyRing
from results_service.intake.work import Worker
from tests.conftest import TestDatabase
from tests.integration.intake.conftest import LAB, REGISTERS, Api
from tests.integration.intake.messages import sample


def _register(postgres: TestDatabase, ring: KeyRing, **narrower: list[str]) -> None:
    senders = [{"org_number": LAB, "her_ids": ["8100080"], **narrower}]
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        import_registers(conn, ring, register_file({**REGISTERS, "senders": senders}))


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([], "processed"),
        (["CLIN"], "processed"),
        (["SVAR_LAB"], "processed"),
        (["MBIO", "MGEN"], "needs-attention"),
    ],
)
async def test_given_registered_kinds_when_another_kind_comes_then_it_waits(
    api: Api, worker: Worker, postgres: TestDatabase, keys: KeyRing, kinds: list[str], status: str
) -> None:
    _register(postgres, keys, kinds=kinds)

    sent = await api.send(sample().xml())
    worker.take_turn()
    found = (await api.http.get(f"/messages/{sent.json()['id']}")).json()

    assert found["status"] == status
    assert [e["code"] for e in found["errors"]] == ([] if status == "processed" else ["kind-not-registered"])


async def test_given_the_kind_is_registered_afterwards_when_sent_again_then_it_is_processed(
    api: Api, worker: Worker, postgres: TestDatabase, keys: KeyRing
) -> None:
    _register(postgres, keys, kinds=["MBIO"])
    message = sample(msg_id=str(uuid4()))
    first = await api.send(message.xml())
    worker.take_turn()
    _register(postgres, keys, kinds=["MBIO", "CLIN"])

    again = await api.send(message.but(receiver="Annet legesenter").xml())
    worker.take_turn()
    found = (await api.http.get(f"/messages/{again.json()['id']}")).json()

    assert first.json()["id"] != again.json()["id"]
    assert found["status"] == "processed"


async def test_given_registered_keys_when_another_key_signs_then_it_is_refused(
    api: Api, postgres: TestDatabase, keys: KeyRing
) -> None:
    _register(postgres, keys, keys=["known-thumbprint"])

    refused = await api.acting_as(organisation=LAB, key="another").send(sample().xml())
    taken = await api.acting_as(key="known-thumbprint").send(sample().xml())

    assert (refused.status_code, refused.json()["title"]) == (403, "sender-key-unknown")
    assert taken.status_code == 202
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.intake_message").fetchone() == (1,)
