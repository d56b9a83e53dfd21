"""Who reads and writes the journal: by role, organisation, relation and what the person has set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.privacy.conftest import ENH, HPR, citizen, core, core_app, make_setting, party

__all__ = ["citizen", "core", "core_app", "make_setting"]
Set = Callable[..., Awaitable[httpx.Response]]


async def test_given_no_authorisation_then_home_care_of_the_own_unit_is_open_and_diagnoses_are_not(
    journal: Journal,
) -> None:
    await journal.draft("lege-koman", "line")
    visit = await journal.draft(
        "pleieassistent", "line", template="home-care-visit", texts={"done": "Morgenstell"}
    )
    path = f"/journal/Composition/{visit['id']}/$sign"
    signed = await journal.ok("pleieassistent", "line", "POST", path, If_Match='"1"')

    seen = (await journal.entries("pleieassistent", "line", "Composition"))["Composition"]

    assert [note["id"] for note in seen] == [signed["id"]]
    assert "role" not in signed["signed"]
    refused = await journal.call(
        "pleieassistent", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]}, reason=""
    )
    assert code_of(refused) == "403 relation-missing"


async def test_given_a_hospital_then_notes_are_closed_and_it_writes_nothing(journal: Journal) -> None:
    basis = {"access_basis": "SAMTYKKE"}
    notes = await journal.call(
        "sykehuslege", "line", "POST", "/journal/_search", {"kinds": ["Composition"]}, **basis
    )
    assert code_of(notes) == "403 journal-of-other-services"


async def test_given_a_citizen_then_the_own_journal_is_read_and_nobody_elses(journal: Journal) -> None:
    await journal.contact()
    assert len((await journal.entries("line", "line", "Encounter"))["Encounter"]) == 1
    other = await journal.call("gry", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]})
    assert code_of(other) == "403 not-own-data"
    body = {"state": "planned", "at": "2026-11-20T09:00:00Z", "body": {"form": "phone"}}
    path = "/journal/Encounter/018f0000-0000-7000-8000-000000000001"
    assert (
        code_of(await journal.call("line", "line", "PUT", path, body)) == "403 journal-written-by-personnel"
    )


async def test_given_a_reservasjon_then_the_journal_is_open_since_the_law_requires_it(
    journal: Journal, make_setting: Set
) -> None:
    await make_setting("line", "reservasjon")
    await journal.contact("lege-koman", "line")


async def test_given_a_blokkering_then_nothing_opens_it(journal: Journal, make_setting: Set) -> None:
    await make_setting("line", "blokkering", actor=[party("IRCP", HPR, "9144889")])
    refused = await journal.call("lege-koman", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]})
    assert code_of(refused) == "403 blocked"
    emergency = await journal.call(
        "lege-koman",
        "line",
        "POST",
        "/journal/_search",
        {"kinds": ["Encounter"]},
        access_basis="FORHOYET_AKUTT",
    )
    assert code_of(emergency) == "403 blocked"


async def test_given_a_sperring_of_all_then_an_elevated_basis_opens_it_and_the_person_is_told(
    journal: Journal, make_setting: Set, postgres: TestDatabase
) -> None:
    await journal.contact("lege-koman", "line")
    await make_setting("line", "sperring")
    ask = ("legevakt", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]})
    assert code_of(await journal.call(*ask)) == "403 restricted"
    opened = await journal.ok(*ask, access_basis="FORHOYET_AKUTT")
    assert len(opened["entries"]["Encounter"]) == 1
    with psycopg.connect(postgres.superuser_dsn) as conn:
        kinds = {kind for (kind,) in conn.execute("SELECT kind FROM core_record.notice").fetchall()}
    assert "restriction-opened" in kinds


async def test_given_a_sperring_of_a_source_then_others_do_not_see_its_entries_and_it_does(
    journal: Journal, make_setting: Set
) -> None:
    await journal.contact("lege-koman", "line")
    await journal.contact("legevakt", "line", service="emergency", urgency="ordinary")
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313900541")])

    seen = {
        who: len((await journal.entries(who, "line", "Encounter"))["Encounter"])
        for who in ("lege-koman", "legevakt", "line")
    }
    opened = await journal.entries("legevakt", "line", "Encounter", access_basis="FORHOYET_SAMTYKKE")

    assert seen == {"lege-koman": 2, "legevakt": 1, "line": 2}
    assert len(opened["Encounter"]) == 2


async def test_given_nothing_restricted_then_an_elevated_basis_fails(
    journal: Journal, make_setting: Set
) -> None:
    ask: tuple[Any, ...] = ("legevakt", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]})
    assert code_of(await journal.call(*ask, access_basis="FORHOYET_AKUTT")) == "403 nothing-restricted"
    await make_setting("line", "sperring", **{"class": [{"system": "urn:akson:field", "code": "MGEN"}]})
    assert code_of(await journal.call(*ask, access_basis="FORHOYET_AKUTT")) == "403 nothing-restricted"


@pytest.mark.parametrize("level", [3])
async def test_given_a_low_level_then_it_is_refused(journal: Journal, level: int) -> None:
    made = journal.actor
    journal.actor = lambda name: made(name, security_level=level)
    refused = await journal.call("lege-koman", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]})
    assert code_of(refused) == "403 security-level-too-low"


@pytest.mark.parametrize(
    ("who", "writes", "does_not"),
    [
        ("lege-koman", {"AllergyIntolerance", "Composition"}, set()),
        ("helsesekretaer", {"NextOfKin", "Composition"}, {"AllergyIntolerance", "MedicationStatement"}),
        ("pleieassistent", {"Composition", "Task"}, {"AllergyIntolerance", "NextOfKin", "DocumentReference"}),
        ("line", set(), {"Composition"}),
    ],
)
async def test_given_a_role_then_the_summary_says_what_it_writes_as_the_rules_have_it(
    journal: Journal, who: str, writes: set[str], does_not: set[str]
) -> None:
    await journal.contact(who="pleieassistent")
    said = (await journal.ok(who, "line", "POST", "/journal/summary/_search", {"kinds": []}))["writes"]
    assert writes <= {*said}
    assert does_not.isdisjoint(said)
    if who == "pleieassistent":
        allergy = {"state": "active", "at": AT, "body": {}}
        path = f"/journal/AllergyIntolerance/{uuid4()}"
        assert code_of(await journal.call(who, "line", "PUT", path, allergy)) == "403 journal-role-writes"


async def test_given_a_hospital_then_the_summary_says_that_it_writes_nothing(journal: Journal) -> None:
    body, basis = {"kinds": ["AllergyIntolerance"]}, {"access_basis": "SAMTYKKE"}
    seen = await journal.ok("sykehuslege", "line", "POST", "/journal/summary/_search", body, **basis)
    assert seen["writes"] == []
