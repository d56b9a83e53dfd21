"""The portal's clients against the services' own apps: tokens, look-ups, refusals, and the log they leave."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from core_record.registers.service import resolve_person_sync
from dev.personas import persona
from kit.identity.audiences import CORE_RECORD, RESULTS
from kit.ids import parse_national_id
from kit.keys import KeyRing
from portal.citizen.access_log.transform import looks
from portal.citizen.results.transform import own_reports
from portal.clients.core_record import CoreRecordClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.fhir import FhirClient
from portal.clients.results import ResultsClient
from portal.clinician.patients.transform import people
from portal.session.acting import shown_results_client
from portal.session.patient import core_record_fhir, results_client, set_open_patient
from portal.session.profile import with_profile
from portal.session.wiring import wiring
from tests.contract.portal.conftest import Browser
from tests.integration.lookup.builder import Report
from tests.integration.lookup.conftest import Store

Put = Callable[[str, Report], None]


def number_of(name: str) -> str:
    number = persona(name).national_id
    assert number is not None
    return number


@pytest.fixture
def put(store: Store, keys: KeyRing) -> Put:
    """Store a report for a persona, as the worker does."""

    def make(name: str, report: Report) -> None:
        with store.database.transaction() as conn:
            person: UUID | None = resolve_person_sync(conn, keys, parse_national_id(number_of(name)))
        assert person is not None
        store.put(person, report)

    return make


async def doctors_client(visitor: Browser, patient: str = "line") -> ResultsClient:
    """Log in as the GP, open the patient, and take the results client as a page does."""
    if visitor.sid is None:
        await visitor.log_in("lege-koman")
    now = await with_profile(await visitor.current())
    client = CoreRecordClient(core_record_fhir(now), now.session.role)
    (found,) = people(await client.person(number_of(patient), "UNNTAK", None))
    await set_open_patient(now, found.opened("UNNTAK", None))
    tab = visitor.tab()
    return await results_client(tab.root)


async def test_given_a_doctor_then_role_and_place_come_from_the_registers(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    now = await with_profile(await visitor.current())
    assert (now.session.role, now.session.organisation_name) == ("LE", "Fjordvik legesenter")


async def test_given_a_doctor_then_own_patients_are_listed_and_one_is_opened(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    now = await with_profile(await visitor.current())
    client = CoreRecordClient(core_record_fhir(now), now.session.role)
    listed = people(await client.own_patients())
    assert "Danser, Line" in [one.name for one in listed]
    line = next(one for one in listed if one.name == "Danser, Line")
    (banner,) = people(await client.person(line.number, "UNNTAK", None))
    assert (banner.name, banner.birth_date, banner.sex) == ("Danser, Line", "1969-11-13", "female")


async def test_given_an_open_patient_then_the_results_come_with_every_digit_kept(
    visitor: Browser, put: Put
) -> None:
    put("line", Report())
    client = await doctors_client(visitor)
    bundle = await client.search("DiagnosticReport", [("_include", "DiagnosticReport:result")])
    assert bundle["total"] == 1
    values = [e["resource"].get("valueQuantity", {}).get("value") for e in bundle["entry"]]
    assert [value for value in values if value is not None]
    assert all(isinstance(value, Decimal | int) for value in values if value is not None)
    history = await client.history(bundle["entry"][0]["resource"]["id"])
    assert history["type"] == "history"


async def test_given_a_look_up_then_the_citizen_sees_their_results_and_who_has_looked(
    visitor: Browser, put: Put
) -> None:
    put("line", Report())
    await (await doctors_client(visitor)).search("DiagnosticReport", [])
    await visitor.log_in("line")
    now = await visitor.current()
    (report,) = own_reports(await (await shown_results_client(now)).search("DiagnosticReport", []))
    assert report.status == "final"
    client = CoreRecordClient(core_record_fhir(now))
    rows = looks(await client.access_log(now.session.number))
    doctor = next(row for row in rows if not row.own and "DiagnosticReport" in row.kinds)
    assert (doctor.name, doctor.role, doctor.basis) == ("Magnar Koman", "LE", "UNNTAK")
    assert doctor.organisation.startswith("Fjordvik legesenter")
    assert doctor.relation == "listed-gp"
    assert not doctor.refused


async def test_given_no_care_relation_then_the_refusal_says_why(visitor: Browser) -> None:
    await visitor.log_in("lege-lin")
    now = await with_profile(await visitor.current())
    client = CoreRecordClient(core_record_fhir(now), now.session.role)
    with pytest.raises(ServiceProblem) as caught:
        await client.person(number_of("line"), "SAMTYKKE", None)
    assert (caught.value.problem, caught.value.code) == (Problem.REFUSED, "relation-missing")
    assert people(await client.person(number_of("line"), "SAMTYKKE", "treatment"))


async def test_given_personnel_without_authorisation_then_every_look_up_is_refused(visitor: Browser) -> None:
    await visitor.log_in("pleieassistent")
    now = await with_profile(await visitor.current())
    client = CoreRecordClient(core_record_fhir(now), now.session.role)
    with pytest.raises(ServiceProblem) as caught:
        await client.person(number_of("line"), "SAMTYKKE", "home-care")
    assert (caught.value.problem, caught.value.code) == (Problem.REFUSED, "authorisation-required")


async def test_given_a_number_that_nobody_has_then_nobody_is_found(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    now = await with_profile(await visitor.current())
    client = CoreRecordClient(core_record_fhir(now), now.session.role)
    assert people(await client.person("13116900135", "SAMTYKKE", "treatment")) == []


async def use_both(visitor: Browser, name: str) -> dict[str, str]:
    """Call both services with the browser's session; the token each was called with."""
    now = await visitor.current()
    if name == "line":
        await CoreRecordClient(core_record_fhir(now)).access_log(now.session.number)
        await (await shown_results_client(now)).search("DiagnosticReport", [])
    else:
        await (await doctors_client(visitor)).search("DiagnosticReport", [])
    tokens = (await visitor.current()).session.tokens
    return {audience: token.value for audience, token in tokens.items()}


@pytest.mark.parametrize("name", ["lege-koman", "line"])
async def test_given_two_services_then_each_has_a_token_of_its_own_which_is_renewed_when_it_ends(
    visitor: Browser, name: str
) -> None:
    await visitor.log_in(name)
    first = await use_both(visitor, name)
    assert first.keys() >= {RESULTS, CORE_RECORD}
    assert first[RESULTS] != first[CORE_RECORD]
    now = await visitor.current()
    for token in now.session.tokens.values():
        token.expires_at = time.time() - 1
    await wiring().store.save(now.sid, now.session)
    second = await use_both(visitor, name)
    assert second[RESULTS] != first[RESULTS]


async def test_given_a_login_that_has_ended_at_the_provider_then_the_page_is_told_to_log_in(
    visitor: Browser,
) -> None:
    await visitor.log_in("lege-koman")
    now = await visitor.current()
    now.session.tokens = {}
    now.session.login.refresh_token = "no such token"
    await wiring().store.save(now.sid, now.session)
    with pytest.raises(ServiceProblem) as caught:
        await CoreRecordClient(core_record_fhir(now), "LE").own_patients()
    assert caught.value.problem is Problem.SIGNED_OUT


async def test_given_a_service_that_does_not_answer_then_the_page_is_told_so(visitor: Browser) -> None:
    await visitor.log_in("line")
    now = await visitor.current()

    async def authorize() -> httpx.Auth:
        return httpx.Auth()

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    client = FhirClient(httpx.AsyncClient(transport=httpx.MockTransport(fail)), "http://results", authorize)
    with pytest.raises(ServiceProblem) as caught:
        await ResultsClient(client, {"person-id": now.session.number}).search("DiagnosticReport", [])
    assert caught.value.problem is Problem.DOWN
    assert now.session.number not in str(caught.value)
