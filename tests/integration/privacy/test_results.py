"""Settings held against results: what is kept out, what opens it, what a reader and the person are told."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from kit.identity.actor import Actor
from kit.ids import NationalId
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import (
    ENH,
    GP,
    HPR,
    AsActor,
    MakeActor,
    Results,
    Set,
    codes,
    kinds,
    log,
    notices,
    party,
)

HOSPITAL = {"access_basis": "SAMTYKKE", "requester_hpr_role": "LE", "access_reason": "treatment"}


async def test_sperring_of_all_closes_for_the_listed_gp_too_and_is_opened_by_elevated_bases(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    assert len(kinds(await results.search(gp, line, **GP))) == 4
    await make_setting("line", "sperring")
    refused = await results.search(gp, line, **GP)
    assert (refused.status_code, codes(refused)) == (403, ["General", "restricted", "NORS"])
    for basis in ("FORHOYET_SAMTYKKE", "FORHOYET_AKUTT"):
        opened = await results.search(gp, line, **GP | {"access_basis": basis})
        assert len(kinds(opened)) == 4
    assert log(postgres)[1:] == [
        ("UNNTAK", "refused", "restricted", None),
        ("FORHOYET_SAMTYKKE", "permitted", None, None),
        ("FORHOYET_AKUTT", "permitted", None, None),
    ]
    assert notices(postgres) == ["restriction-opened", "emergency-access"]


async def test_elevated_basis_fails_where_it_opens_nothing_more(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    elevated = GP | {"access_basis": "FORHOYET_SAMTYKKE"}
    assert codes(await results.search(gp, line, **elevated)) == ["nothing-restricted"]
    # a restriction without data behind it: nothing more would be seen either
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "NUK"}]})
    answer = await results.search(gp, line, **elevated)
    assert (answer.status_code, codes(answer)) == (403, ["nothing-restricted"])
    plain = await results.search(gp, line, **GP)
    assert (len(kinds(plain)), codes(plain)) == (4, [])
    assert log(postgres)[1] == ("FORHOYET_SAMTYKKE", "refused", "nothing-restricted", None)
    assert notices(postgres) == []


async def test_sperring_of_a_reader_closes_for_that_organisation_alone(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set
) -> None:
    await make_setting("line", "sperring", actor=[party("IRCP", ENH, "313901319")])
    there = await results.search(actor("sykehuslege"), line, **HOSPITAL)
    assert (there.status_code, codes(there)) == (403, ["General", "restricted", "NORS"])
    assert len(kinds(await results.search(actor("lege-koman"), line, **GP))) == 4


async def test_blokkering_is_opened_by_nothing_and_concerns_one_person(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, core: AsActor
) -> None:
    await make_setting("line", "blokkering", actor=[party("IRCP", HPR, "9900233")])
    blocked = actor("sykehuslege")
    for basis in ("SAMTYKKE", "AKUTT", "FORHOYET_SAMTYKKE", "FORHOYET_AKUTT"):
        answer = await results.search(blocked, line, **HOSPITAL | {"access_basis": basis})
        assert (answer.status_code, codes(answer)) == (403, ["Specific", "blocked", "NORS"])
    headers = {k.replace("_", "-"): v for k, v in HOSPITAL.items()} | {"person-id": line.value}
    banner = await core(blocked).post("/fhir/Person/_search", headers=headers)
    assert (banner.status_code, codes(banner)[0]) == (403, "Specific")
    assert len(kinds(await results.search(actor("lege-koman"), line, **GP))) == 4


async def test_the_banner_is_register_data_and_is_not_closed_by_sperring(
    line: NationalId, actor: MakeActor, make_setting: Set, core: AsActor, postgres: TestDatabase
) -> None:
    await make_setting("line", "sperring")
    for basis in ("SAMTYKKE", "FORHOYET_SAMTYKKE"):
        headers = {k.replace("_", "-"): v for k, v in HOSPITAL.items()}
        sent = headers | {"person-id": line.value, "access-basis": basis}
        assert (
            await core(actor("sykehuslege")).post("/fhir/Person/_search", headers=sent)
        ).status_code == 200
    assert notices(postgres) == []


async def test_the_first_look_up_by_consent_records_it_and_a_withdrawn_one_closes(
    results: Results,
    line: NationalId,
    actor: MakeActor,
    citizen: Callable[[str], Actor],
    core: AsActor,
) -> None:
    doctor = actor("sykehuslege")
    for _ in range(2):
        assert len(kinds(await results.search(doctor, line, **HOSPITAL))) == 4
    client = core(citizen("line"))
    (entry,) = (await client.post("/fhir/Consent/_search")).json()["entry"]
    recorded = entry["resource"]
    assert recorded["performer"] == [{"display": "Henrik Åsgård"}]
    assert (
        recorded["provision"]["actor"][0]["reference"]["display"] == "Storfjella sykehus, medisinsk avdeling"
    )
    done = await client.put(
        f"/fhir/Consent/{recorded['id']}",
        json=recorded | {"status": "inactive"},
        headers={"If-Match": 'W/"1"'},
    )
    assert done.status_code == 200
    refused = await results.search(doctor, line, **HOSPITAL)
    assert (refused.status_code, codes(refused)) == (403, ["consent-withdrawn"])
    emergency = HOSPITAL | {"access_basis": "AKUTT", "access_reason": "emergency"}
    fresh = actor("sykehuslege")
    assert len(kinds(await results.search(fresh, line, **emergency))) == 4


def test_every_table_with_reports_keeps_withheld_ones_out(postgres: TestDatabase) -> None:
    """A table of results that a sperring does not reach would be a way round it."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        policies: dict[str, str | None] = dict(
            conn.execute(
                "SELECT c.relname, string_agg(pg_get_expr(p.polqual, p.polrelid), ' ') FROM pg_class c"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'report_id'"
                " JOIN pg_attribute b ON b.attrelid = c.oid AND b.attname = 'person_id'"
                " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
                " WHERE c.relnamespace = 'results'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY 1"
            ).fetchall()
        )
    without = {table for table, text in policies.items() if "akson.withheld" not in (text or "")}
    assert without <= {"intake_message", "release_event"}  # ids, and what clinicians did: no results
    assert len(policies) > 30
