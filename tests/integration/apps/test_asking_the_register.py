"""Who is asked about: apps, not systems nor our own clients; and what holds while there is no answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import psycopg
import pytest

import citizen_panel.app
from core_record.apps import admission
from core_record.apps.admission import Apps
from kit.db import Database
from kit.errors import Unavailable
from kit.settings import Settings
from tests.integration.apps.conftest import APP, JOURNAL, RESULTS, Desk, code, read


async def test_given_systems_then_those_in_no_row_deliver_by_the_register_of_senders(desk: Desk) -> None:
    # an empty message is refused as such: the system itself was let in
    message = await desk.call(RESULTS, "lab", "POST", "/messages", None)
    assert message.status_code not in (401, 403)

    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        conn.execute(
            "INSERT INTO core_record.app (client_id, org_number, name, vendor, vendor_name, purpose, grants,"
            " roles, data_protection, state, valid_to) VALUES ('akson-dev-lab', '313902196', 'Samband',"
            " '313902196', 'Samband', 'Levere',"
            " '{nhn:pps system/DiagnosticReport.c}', '{}', 'x', 'suspended', current_date + 10)",
        )
    desk.a_second_passes()
    assert code(await desk.call(RESULTS, "lab", "POST", "/messages", None)) == "403 app-suspended"
    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.app SET state = 'approved'")
    desk.a_second_passes()
    assert (await desk.call(RESULTS, "lab", "POST", "/messages", None)).status_code not in (401, 403)


async def test_given_what_another_organisation_enters_about_a_system_then_it_still_delivers(
    desk: Desk,
) -> None:
    delivering = {"grants": ["nhn:pps system/DiagnosticReport.c"], "launch_url": None}
    assert (await desk.propose(client_id="akson-dev-lab", **delivering)).json() == {"changed": True}
    desk.a_second_passes()
    assert (await desk.call(RESULTS, "lab", "POST", "/messages", None)).status_code not in (401, 403)
    await desk.decide("proposed", "withdrawn", client_id="akson-dev-lab")
    assert (await desk.call(RESULTS, "lab", "POST", "/messages", None)).status_code not in (401, 403)


async def test_given_no_register_then_an_app_waits_and_our_own_clients_do_not_ask(desk: Desk) -> None:
    await desk.admit()
    unopened = Database(desk.postgres.dsn("akson_journal"))
    desk.apps[JOURNAL].state.verifier.admission = Apps(desk.settings, JOURNAL, unopened)

    assert code(await read(desk)) == "503 database-unavailable"
    assert (await read(desk, client=None)).status_code == 200


async def test_given_no_answer_from_the_register_then_those_who_wait_are_told_together() -> None:
    asked = 0

    class Away:
        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[None]:
            nonlocal asked
            asked += 1
            await asyncio.sleep(0.01)
            raise Unavailable("database-unavailable", "Try again.")
            yield

    register = admission.Register(cast(Database, Away()))
    told = await asyncio.gather(*[register.rows(APP) for _ in range(20)], return_exceptions=True)
    assert [type(one) for one in told] == [Unavailable] * 20
    assert asked == 1
    with pytest.raises(Unavailable):
        await register.rows(APP)
    assert asked == 2  # whoever comes afterwards asks anew


async def test_given_a_suspension_then_it_holds_after_a_second(desk: Desk) -> None:
    await desk.admit()
    register = desk.apps[JOURNAL].state.verifier.admission._register
    assert (await read(desk)).status_code == 200
    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.app SET state = 'suspended'")
    register._read_at = time.monotonic() - admission.MAX_AGE - 0.01

    assert code(await read(desk)) == "403 app-suspended"


@pytest.mark.parametrize("environment", ["production", "development"])
def test_our_own_clients_are_the_portals_and_what_the_operator_names(environment: str) -> None:
    settings = Settings(environment=environment, own_client_ids="batch  night")  # type: ignore[arg-type, call-arg]
    development = {"akson-cli"} if environment == "development" else set()
    assert settings.own_clients == {"akson-portal", "batch", "night"} | development


def test_every_service_asks_who_is_admitted(desk: Desk, settings: Settings) -> None:
    panel = citizen_panel.app.make_app(settings)
    for app in (*desk.apps.values(), panel):
        assert isinstance(app.state.verifier.admission, Apps)
