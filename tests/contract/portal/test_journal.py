"""The portal's journal client against the journal's own app: reading, writing, signing, refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from dev.personas import persona
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient, JournalProblem, Written
from portal.session.journal import citizen_journal, journal_client, patient_handle, unit_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from portal.session.profile import with_profile
from tests.contract.portal.conftest import Browser, Tab


def number_of(name: str) -> str:
    number = persona(name).national_id
    assert number is not None
    return number


async def opened(visitor: Browser, patient: str = "line") -> Tab:
    """The GP logged in, with a patient open in a tab."""
    if visitor.sid is None:
        await visitor.log_in("lege-koman")
    now = await with_profile(await visitor.current())
    await set_open_patient(now, OpenPatient(number=number_of(patient), basis="UNNTAK"))
    return visitor.tab()


async def a_draft(client: JournalClient, text: str = "Frisk.") -> str:
    note = str(uuid4())
    body = {"template": "gp-note", "texts": {"text": text}}
    await client.write("Composition", note, Written("draft", datetime.now(UTC), body))
    return note


async def test_given_a_draft_when_signed_and_corrected_then_both_versions_are_read(visitor: Browser) -> None:
    client = await journal_client((await opened(visitor)).root)
    note = await a_draft(client)
    signed = await client.act("Composition", note, "$sign", 1)
    assert signed is not None
    assert signed.signed is not None
    body = {"template": "gp-note", "texts": {"text": "Ikke frisk."}}
    await client.write("Composition", note, Written("signed", signed.at, body, why="Feil"), signed.version)
    versions = await client.history("Composition", note)
    assert [v.body["texts"]["text"] for v in versions if v.signed] == ["Ikke frisk.", "Frisk."]
    summary = await client.summary(["Composition"])
    assert [(e.id, e.state, e.why) for e in summary["Composition"]] == [(note, "signed", "Feil")]


async def test_given_a_draft_when_discarded_then_nothing_is_left(visitor: Browser) -> None:
    client = await journal_client((await opened(visitor)).root)
    note = await a_draft(client)
    assert await client.act("Composition", note, "$discard", 1) is None
    assert (await client.search(["Composition"]))["Composition"] == []


async def test_given_a_colleague_was_faster_then_the_problem_names_the_draft_that_is_kept(
    visitor: Browser,
) -> None:
    client = await journal_client((await opened(visitor)).root)
    note = await a_draft(client)

    async def change(text: str) -> None:
        body = {"template": "gp-note", "texts": {"text": text}}
        await client.write("Composition", note, Written("draft", datetime.now(UTC), body), 1)

    await change("Først")
    with pytest.raises(JournalProblem) as told:
        await change("Sist")
    assert told.value.code == "changed-meanwhile-kept"
    kept = {e.id: e.body for e in (await client.search(["Composition"]))["Composition"]}
    other = next(id_ for id_ in kept if id_ != note)
    assert other in told.value.detail
    assert kept[other]["texts"] == {"text": "Sist"}


async def test_given_a_contact_when_it_is_planned_then_it_stands_on_the_units_list(visitor: Browser) -> None:
    tab = await opened(visitor)
    client = await journal_client(tab.root)
    body = {"form": "consultation", "reason": "Hoste"}
    await client.write("Encounter", str(uuid4()), Written("planned", datetime.now(UTC), body))
    unit = await unit_client(tab.root)
    (listed,) = await unit.work(["contact"])
    assert listed.item.label == "consultation"
    assert await unit.number_of(listed.item.id) == number_of("line")
    assert "line" not in repr(listed).lower()


async def test_given_no_open_patient_or_no_session_then_no_client_is_made(visitor: Browser) -> None:
    with pytest.raises(ServiceProblem) as nobody:
        await journal_client(visitor.tab().root)
    assert nobody.value.problem is Problem.SIGNED_OUT
    await visitor.log_in("lege-koman")
    with pytest.raises(ServiceProblem) as none_open:
        await journal_client(visitor.tab().root)
    assert none_open.value.code == "no-open-patient"


async def test_given_a_citizen_then_the_own_journal_is_read_and_never_a_draft(visitor: Browser) -> None:
    doctor = await journal_client((await opened(visitor)).root)
    await a_draft(doctor)
    signed = await a_draft(doctor, "Til deg")
    await doctor.act("Composition", signed, "$sign", 1)
    visitor.portal.cookies.clear()
    await visitor.log_in("line")
    found = await (await citizen_journal(visitor.tab().root)).search(["Composition"])
    assert [e.id for e in found["Composition"]] == [signed]


async def test_given_a_patient_who_is_not_ones_own_then_the_services_code_is_told(visitor: Browser) -> None:
    client = await journal_client((await opened(visitor, "roland")).root)
    with pytest.raises(JournalProblem) as refused:
        await client.summary()
    assert refused.value.problem is Problem.REFUSED


async def test_given_another_patient_or_session_then_the_handle_differs(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    now = await visitor.current()
    line, gry = (OpenPatient(number=number_of(name), basis="UNNTAK") for name in ("line", "gry"))
    assert patient_handle(now, line) == patient_handle(now, line)
    assert patient_handle(now, line) != patient_handle(now, gry)
    assert number_of("line") not in patient_handle(now, line)
