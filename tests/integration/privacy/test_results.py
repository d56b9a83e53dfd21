"""Settings held against results: what is kept out, what opens it, what a reader and the person are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from core_record.registers.service import resolve_person_sync
from kit.db import SyncDatabase
from kit.identity.actor import Actor
from kit.ids import NationalId
from kit.keys import KeyRing
from results_service.intake.deletion import DELETED, KEPT, delete_reserved
from results_service.reports.filling import fill_all
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import ENH, HPR, AsActor, Results, Set, party

GP = {"access_basis": "UNNTAK", "requester_hpr_role": "LE"}
HOSPITAL = {"access_basis": "SAMTYKKE", "requester_hpr_role": "LE", "access_reason": "treatment"}
MakeActor = Callable[..., Actor]
Number = Callable[[str], NationalId]


def kinds(answer: httpx.Response) -> list[str]:
    """The kinds of message (8202) of the reports in an answer."""
    assert answer.status_code == 200, answer.text
    reports = [e["resource"] for e in answer.json().get("entry", [])]
    return sorted(r["code"]["coding"][0]["code"] for r in reports if r["resourceType"] == "DiagnosticReport")


def codes(answer: httpx.Response) -> list[str]:
    """The codes of a refusal, or of the OperationOutcome entries of an answer."""
    body = answer.json()
    outcomes = [body] if "issue" in body else [e["resource"] for e in body.get("entry", [])]
    issues = [i for o in outcomes if o["resourceType"] == "OperationOutcome" for i in o["issue"]]
    return [c["code"] for i in issues for c in i.get("details", {}).get("coding", [])]


def log(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(
            "SELECT basis, outcome, outcome_code, withheld FROM core_record.access_log"
            " WHERE items ? 'DiagnosticReport' ORDER BY seq"
        ).fetchall()


def notices(postgres: TestDatabase) -> list[str]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return [k for (k,) in conn.execute("SELECT kind FROM core_record.notice ORDER BY at, kind")]


@pytest.fixture
async def line(results: Results, number: Number) -> NationalId:
    """Line with results of biochemistry, genetics and microbiology, from two laboratories."""
    line = number("line")
    sent = await results.send(
        "biokjemi-1-ny.xml",
        "genetikk.xml",
        "serologi-gruppert-1-ny.xml",
        "annet-laboratorium.xml",
        number=line.value,
    )
    assert [record["status"] for record in sent] == ["processed"] * 4
    return line


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


async def test_sperring_of_a_field_keeps_its_reports_out_of_every_answer(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    before = {
        kind: (await results.search(gp, line, kind, **GP)).json()["total"]
        for kind in ("DiagnosticReport", "Observation", "Specimen", "ServiceRequest")
    }
    shown = await results.search(gp, line, **GP)
    genetic = next(
        e["resource"]["id"]
        for e in shown.json()["entry"]
        if e["resource"]["code"]["coding"][0]["code"] == "MGEN"
    )
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "MGEN"}]})
    for kind, total in before.items():
        answer = await results.search(gp, line, kind, **GP)
        assert answer.status_code == 200
        assert 0 < answer.json()["total"] < total, kind
        assert codes(answer) == ["General"]
        assert genetic not in answer.text
        assert "NPU19276" not in answer.text
    included = await results.search(
        gp, line, path="/fhir/DiagnosticReport/_search?_include=DiagnosticReport:result", **GP
    )
    assert "NPU19276" not in included.text
    history = await results.search(gp, line, path=f"/fhir/DiagnosticReport/{genetic}/_history", **GP)
    assert (history.status_code, "report-not-found" in history.text) == (404, True)
    for screen in ("/screens/cumulative/_search", "/screens/new/_search"):
        answer = await results.search(gp, line, path=screen, **GP)
        assert answer.status_code == 200, screen
        assert genetic not in answer.text
        assert "NPU19276" not in answer.text
        assert answer.json()["withheld"] is True
    assert log(postgres)[-1][3] == {"restricted": 1}
    opened = await results.search(gp, line, **GP | {"access_basis": "FORHOYET_SAMTYKKE"})
    assert (len(kinds(opened)), codes(opened)) == (4, [])
    assert notices(postgres) == ["restriction-opened"]


async def test_sperring_of_a_source_covers_what_it_and_what_is_below_it_sent(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set
) -> None:
    gp = actor("lege-koman")
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert len(kinds(await results.search(gp, line, **GP))) == 3
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901319")])  # owns the laboratory
    answer = await results.search(gp, line, **GP)
    assert (kinds(answer), codes(answer)) == ([], ["General"])


async def test_versions_stored_before_the_columns_are_opened_and_covered_alike(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = NULL, source = NULL")
    gp = actor("lege-koman")
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "MGEN"}]})
    assert kinds(await results.search(gp, line, **GP)) == ["CLIN", "CLIN", "MBIO"]
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert len(kinds(await results.search(gp, line, **GP))) == 2


def columns(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        query = "SELECT version_id, fields, source FROM results.report_version ORDER BY version_id"
        return conn.execute(query).fetchall()


@pytest.fixture
def results_sync(postgres: TestDatabase) -> Iterator[SyncDatabase]:
    database = SyncDatabase(postgres.dsn("akson_results"), max_size=1)
    database.open()
    yield database
    database.close()


def emptied(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = NULL, source = NULL")


@pytest.mark.parametrize(
    "covered",
    [
        {"class": [{"system": "x", "code": "MGEN"}]},
        {"class": [{"system": "x", "code": "CLIN"}]},
        {"actor": [party("CST", ENH, "313901866")]},
        {"actor": [party("CST", ENH, "313901319")]},
    ],
)
async def test_filled_columns_are_those_of_today_and_withhold_as_what_is_opened_does(
    results: Results,
    line: NationalId,
    actor: MakeActor,
    make_setting: Set,
    postgres: TestDatabase,
    results_sync: SyncDatabase,
    covered: dict[str, Any],
) -> None:
    gp = actor("lege-koman")
    stored = columns(postgres)
    await make_setting("line", "sperring", **covered)
    at_once = kinds(await results.search(gp, line, **GP))
    emptied(postgres)
    opened = kinds(await results.search(gp, line, **GP))
    *_, done = fill_all(results_sync)
    assert (done.filled, done.failed, done.ended) == (len(stored), 0, True)
    assert columns(postgres) == stored
    assert kinds(await results.search(gp, line, **GP)) == opened == at_once
    assert len(at_once) < 4
    *_, again = fill_all(results_sync)
    assert (again.filled, again.done) == (0, done.done)


async def test_a_run_that_was_stopped_goes_on_where_it_was(
    results: Results,
    line: NationalId,
    postgres: TestDatabase,
    results_sync: SyncDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("gry", "roland"):
        await results.send("immunologi.xml", number={"gry": "12057900499", "roland": "15076500565"}[name])
    stored = columns(postgres)
    emptied(postgres)
    monkeypatch.setattr("results_service.reports.filling.MESSAGES", 1)
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute("ANALYZE results.intake_message")
    for step in fill_all(results_sync):
        assert step.total == 6  # estimated: a count of ten million is not waited for
        if step.done == 4:  # all of Line's
            break
    emptied(postgres)  # so that what was gone through is seen not to be gone through again
    *_, rest = fill_all(results_sync)
    assert (step.filled, rest.filled - step.filled, rest.done) == (4, 2, 6)
    assert [fields for _, fields, _ in columns(postgres)].count(None) == 4
    *_, anew = fill_all(results_sync)
    assert (anew.filled, columns(postgres)) == (4, stored)


async def test_a_sender_that_nobody_knows_stays_unknown_and_a_damaged_version_is_told(
    results: Results, line: NationalId, postgres: TestDatabase, results_sync: SyncDatabase
) -> None:
    emptied(postgres)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.intake_message SET sender = NULL")
        conn.execute(
            "UPDATE results.report_version SET resources = 'x' WHERE version_id ="
            " (SELECT min(version_id::text)::uuid FROM results.report_version)"
        )
    *_, done = fill_all(results_sync)
    assert (done.failed, done.filled) == (1, len(columns(postgres)) - 1)
    assert {source for _, _, source in columns(postgres)} == {None}
    assert [fields is None for _, fields, _ in columns(postgres)].count(True) == 1


async def test_what_no_sender_or_field_is_known_of_counts_as_covered(
    results: Results, line: NationalId, actor: MakeActor, make_setting: Set, postgres: TestDatabase
) -> None:
    gp = actor("lege-koman")
    await make_setting("line", "sperring", **{"class": [{"system": "x", "code": "NUK"}]})
    assert len(kinds(await results.search(gp, line, **GP))) == 4
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = '*', source = NULL")
        conn.execute("UPDATE results.intake_message SET sender = NULL")
    answer = await results.search(gp, line, **GP)
    assert (kinds(answer), codes(answer)) == ([], ["General"])
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE results.report_version SET fields = 'CLIN'")
    assert len(kinds(await results.search(gp, line, **GP))) == 4
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313901866")])
    assert kinds(await results.search(gp, line, **GP)) == []


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


async def test_reservasjon_closes_at_once_deletes_and_keeps_no_later_message(
    results: Results,
    line: NationalId,
    actor: MakeActor,
    make_setting: Set,
    citizen: Callable[[str], Actor],
    core: AsActor,
    postgres: TestDatabase,
) -> None:
    made = (await make_setting("line", "reservasjon")).json()
    assert made["extension"] == [{"url": "urn:akson:deletion", "valueCode": "pending"}]
    fresh = actor("lege-koman")
    for basis in ("UNNTAK", "AKUTT", "FORHOYET_AKUTT"):
        answer = await results.search(fresh, line, **GP | {"access_basis": basis})
        assert (answer.status_code, codes(answer)) == (403, ["Reservation", "reserved", "NORN_EPO"])
    own = await results.search(citizen("line"), line)
    assert codes(own)[0] == "Reservation"
    client = core(citizen("line"))
    url, inactive = f"/fhir/Consent/{made['id']}", made | {"status": "inactive"}
    while_deleting = await client.put(url, json=inactive, headers={"If-Match": 'W/"1"'})
    assert (while_deleting.status_code, "deletion-running" in while_deleting.text) == (409, True)

    empty = {"release_event", "release_agreement"}
    assert rows_of_persons(postgres) == {table: table not in empty for table in DELETED}
    assert delete_reserved(results.database) == 1
    assert rows_of_persons(postgres) == dict.fromkeys(DELETED, False)
    assert delete_reserved(results.database) == 0
    assert notices(postgres) == ["reservation-done"]

    (later,) = await results.send("blodtype.xml", number=line.value)
    assert (later["status"], later["errors"]) == ("processed", [])
    assert rows_of_persons(postgres) == dict.fromkeys(DELETED, False)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        kept = conn.execute(
            "SELECT body, digest IS NOT NULL, msg_id IS NOT NULL FROM results.intake_message"
            " ORDER BY received_at DESC LIMIT 1"
        ).fetchone()
        rows = conn.execute("SELECT count(*) FROM core_record.access_log").fetchone()
    assert kept == (None, True, True)
    assert rows is not None
    assert rows[0] >= 4  # the log stays

    assert (await client.put(url, json=inactive, headers={"If-Match": 'W/"1"'})).status_code == 200
    assert kinds(await results.search(fresh, line, **GP)) == []
    await results.send("biokjemi-2-endring.xml", number=line.value)
    assert kinds(await results.search(fresh, line, **GP)) == ["CLIN"]


def rows_of_persons(postgres: TestDatabase) -> dict[str, bool]:
    """Which tables of the results service that bear persons hold a row; all of them but the ids."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        tables = {
            str(name)
            for (name,) in conn.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
                " AND a.attname = 'person_id' WHERE c.relnamespace = 'results'::regnamespace"
                " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            )
        } - KEPT
        return {
            table: conn.execute(
                sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier("results", table))
            ).fetchone()
            is not None
            for table in tables
        }


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


async def test_a_reservation_waits_for_messages_under_way_and_later_ones_see_it(
    line: NationalId, results: Results, keys: KeyRing, postgres: TestDatabase, make_setting: Set
) -> None:
    """Else a message stored beside the reservation would outlive the deletion."""
    with results.database.transaction() as under_way:
        person_id = resolve_person_sync(under_way, keys, line)
        assert under_way.execute("SELECT core_record.is_reserved(%s)", (person_id,)).fetchone() == (False,)
        with (
            psycopg.connect(postgres.dsn("akson_core"), options="-c lock_timeout=50ms") as reserves,
            pytest.raises(psycopg.errors.LockNotAvailable),
        ):
            reserves.execute(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(person_id))))
            reserves.execute("SELECT 1 FROM core_record.person WHERE person_id = %s FOR UPDATE", (person_id,))
    await make_setting("line", "reservasjon")
    with results.database.transaction() as later:
        assert later.execute("SELECT core_record.is_reserved(%s)", (person_id,)).fetchone() == (True,)
