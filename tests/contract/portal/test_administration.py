"""The administrator's area on the service's own app: who lands there, what is saved, what is told."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from kit.identity.audiences import CORE_RECORD
from portal.administration.changes.state import Changes
from portal.administration.lists.state import GpLists
from portal.administration.organisations.state import Organisations
from portal.administration.personnel.state import Personnel
from portal.clinician.patients.state import PatientSearch
from portal.session.models import Kind
from tests.conftest import TestDatabase
from tests.contract.portal.conftest import Browser, Tab, paths

SOMEONE = "04859918838"
FORM = {
    "number": f"{SOMEONE[:6]} {SOMEONE[6:]}", "given_name": "Ida", "family_name": "Solheim",
    "org_number": "313900878", "role": "pleieassistent", "valid_from": "2026-11-01", "valid_to": "",
    "reason": "hired",
}  # fmt: skip


async def test_an_administrator_lands_with_a_token_for_the_registers(visitor: Browser) -> None:
    answer = await visitor.log_in("administrator")
    assert answer.headers["location"] == "/administration/personnel"
    session = (await visitor.current()).session
    assert (session.kind, session.name) == (Kind.ADMINISTRATOR, "Sigrid Aune")
    assert session.organisation_name == "Fjordvik kommune"
    assert list(session.tokens) == [CORE_RECORD]


@pytest.mark.parametrize("persona", ["lege-koman", "pleieassistent", "drift", "line"])
async def test_no_handler_serves_anyone_else(visitor: Browser, persona: str) -> None:
    answer = await visitor.log_in(persona)
    assert "/administration" not in answer.headers["location"]
    tab = visitor.tab()
    for kind in (Personnel, Organisations, GpLists, Changes):
        assert paths(await tab.do(kind, "load")) == ["/leave"]


async def test_an_administrator_is_served_by_no_other_area(visitor: Browser) -> None:
    await visitor.log_in("administrator")
    assert paths(await visitor.tab().do(PatientSearch, "load")) == ["/leave"]


async def send(tab: Tab, form: dict[str, str]) -> Any:
    """Submit the form; the state afterwards."""
    await tab.do(Personnel, "register", form)
    return await tab.get(Personnel)


async def test_someone_is_registered_and_the_number_stays_nowhere(
    visitor: Browser, postgres: TestDatabase
) -> None:
    await visitor.log_in("administrator")
    tab = visitor.tab()
    await tab.do(Personnel, "load")
    state = await send(tab, {**FORM, "role": ""})
    assert (state.fault, state.fault_field) == ("field-missing", "role")
    state = await send(tab, {**FORM, "number": SOMEONE[:10]})
    assert (state.fault, state.fault_field) == ("national-id-format", "number")
    state = await send(tab, FORM)
    assert (state.done, state.mode, state.worker.name) == ("registered", "worker", "Ida Solheim")
    assert len(state.history) == 2
    assert SOMEONE not in str(state.dict())
    again = await send(tab, FORM)
    assert again.done == "unchanged"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        found = conn.execute(
            "SELECT count(*) FROM core_record.register_change WHERE source = 'administrator'"
        )
        assert found.fetchone() == (2,)
