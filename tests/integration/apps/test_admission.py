"""Which programs are let in, and what each may: with tokens as HelseID gives them to any client."""

from __future__ import annotations

from uuid import uuid4

import httpx
import psycopg

from core_record.access_log import citizen_verifier
from core_record.access_log.service import verify_all
from kit.keys import KeyRing
from tests.integration.apps.conftest import APP, CORE, JOURNAL, RESULTS, SEARCH, Desk, code, read
from tests.integration.idor.world import seed


async def test_given_a_client_of_nobodys_then_it_is_refused_and_the_row_names_it(desk: Desk) -> None:
    assert code(await read(desk)) == "403 client-unknown"
    assert (await read(desk, client=None)).status_code == 200

    rows = desk.rows("SELECT action, outcome, outcome_code, app FROM core_record.actor_log")
    assert rows == [(f"stopped POST {SEARCH}", "refused", "client-unknown", APP)]
    # our own client leaves no app in the person's log
    assert desk.rows("SELECT outcome, app FROM core_record.access_log") == [("permitted", None)]


async def test_given_an_admitted_app_then_it_reads_what_it_is_for_and_the_log_names_it(desk: Desk) -> None:
    await desk.admit()

    assert (await read(desk)).status_code == 200
    assert code(await read(desk, "Observation", "Condition")) == "403 app-reads-beyond"

    rows = desk.rows(
        "SELECT outcome, outcome_code, app, app_name, format FROM core_record.access_log ORDER BY seq"
    )
    assert rows == [
        ("permitted", None, APP, "Trend", 3),
        ("refused", "app-reads-beyond", APP, "Trend", 3),
    ]
    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        assert verify_all(conn).rows == 2
        assert not [fault for fault in verify_all(conn).faults if "seal" not in fault.code]
    log = (await desk.call(CORE, "line", "GET", "/access-log/export", about="line")).json()
    assert [row["app"] for row in log["rows"]][:2] == [APP, APP]
    assert citizen_verifier.check(log)[0] == []
    log["rows"][0]["app_name"] = "Akson"
    assert any("was changed" in fault for fault in citizen_verifier.check(log)[0])


async def test_given_a_row_whose_app_is_taken_out_or_put_in_then_the_verifier_finds_it(desk: Desk) -> None:
    await desk.admit()
    await read(desk)
    await read(desk, client=None)
    for tampering in (
        "UPDATE core_record.access_log SET app_name = 'Akson' WHERE seq = 1",
        "UPDATE core_record.access_log SET app = NULL, app_name = NULL WHERE seq = 1",
        "UPDATE core_record.access_log SET app = 'trend-app' WHERE seq = 2",
    ):
        with psycopg.connect(desk.postgres.superuser_dsn) as conn:
            conn.execute("SET LOCAL session_replication_role = replica")
            conn.execute(tampering.encode())
            assert "row-changed" in {fault.code for fault in verify_all(conn).faults}
            conn.rollback()


async def test_given_what_a_person_may_not_then_no_app_may_it_either(desk: Desk) -> None:
    await desk.admit(
        grants=["akson:journal user/Observation.rs", "akson:journal user/Condition.rs"], launch_url=None
    )

    through_app = await read(desk, "Condition", who="pleieassistent")
    assert code(through_app) == "403 journal-role-reads"
    assert code(await read(desk, "Condition", who="pleieassistent", client=None)) == "403 journal-role-reads"
    assert (await read(desk, "Observation", who="pleieassistent")).status_code == 200


async def test_given_each_state_then_the_app_is_let_in_while_it_is_approved(desk: Desk) -> None:
    await desk.propose()
    assert code(await read(desk)) == "403 app-not-approved"
    await desk.decide("proposed", "approved")
    assert (await read(desk)).status_code == 200
    await desk.decide("approved", "suspended", "incident")
    assert code(await read(desk)) == "403 app-suspended"
    await desk.decide("suspended", "approved")
    assert (await read(desk)).status_code == 200
    await desk.decide("approved", "withdrawn", "not-needed")
    assert code(await read(desk)) == "403 app-withdrawn"
    assert {
        row[0] for row in desk.rows("SELECT outcome_code FROM core_record.actor_log WHERE app = %s", APP)
    } == {
        "app-not-approved",
        "app-suspended",
        "app-withdrawn",
    }


async def test_given_a_last_day_that_is_past_then_the_app_is_refused(desk: Desk) -> None:
    await desk.admit()
    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.app SET valid_to = current_date - 2")
    desk.a_second_passes()
    assert code(await read(desk)) == "403 app-expired"


async def test_given_an_organisation_that_did_not_admit_it_then_the_app_is_refused_there(desk: Desk) -> None:
    await desk.admit()
    assert code(await read(desk, who="lege-koman")) == "403 app-not-for-organisation"
    assert (await read(desk, who="legevakt")).status_code == 200


async def test_given_roles_then_the_app_is_for_these_alone(desk: Desk) -> None:
    await desk.admit(roles=["SP"])
    assert (await read(desk)).status_code == 200
    assert code(await read(desk, who="legevakt")) == "403 app-for-other-roles"


async def test_given_an_audience_it_is_not_admitted_for_then_the_app_is_refused(desk: Desk) -> None:
    await desk.admit()
    assert code(
        await desk.call(RESULTS, "legevakt", "GET", f"/fhir/DiagnosticReport/{uuid4()}/_history", client=APP)
    ) == ("403 app-without-audience")
    assert code(await desk.call(CORE, "sykepleier", "GET", "/fhir/CodeSystem/access-reason", client=APP)) == (
        "403 app-without-audience"
    )


async def test_given_a_token_with_a_wider_scope_then_it_is_narrowed(desk: Desk) -> None:
    await desk.admit()
    body = {"state": "in-progress", "at": "2026-11-20T09:00:00+01:00", "body": {"form": "consultation"}}
    wrote = await desk.call(
        JOURNAL, "sykepleier", "PUT", f"/journal/Encounter/{uuid4()}", body, client=APP, about="line"
    )
    assert code(wrote) == "403 scope-not-admitted"
    assert 'error="insufficient_scope"' in wrote.headers["www-authenticate"]

    await desk.admit(grants=["akson:journal user/Patient.rs", "akson:journal user/Encounter.crus"])
    wrote = await desk.call(
        JOURNAL, "sykepleier", "PUT", f"/journal/Encounter/{uuid4()}", body, client=APP, about="line"
    )
    assert wrote.status_code == 200, wrote.text
    note = {"state": "draft", "at": "2026-11-20T09:00:00+01:00", "body": {"template": "x", "texts": {}}}
    other = await desk.call(
        JOURNAL, "sykepleier", "PUT", f"/journal/Composition/{uuid4()}", note, client=APP, about="line"
    )
    assert code(other) == "403 app-writes-beyond"


async def test_given_a_token_without_the_scope_then_the_app_is_told(desk: Desk) -> None:
    await desk.admit()
    answer = await desk.call(
        JOURNAL, "sykepleier", "POST", SEARCH, {"kinds": ["Observation"]}, client=APP, about="line", scopes=[]
    )
    assert code(answer) == "403 scope-not-admitted"


async def test_given_a_unit_list_then_no_app_opens_it(desk: Desk) -> None:
    await desk.admit()
    body = {"kinds": ["contact"]}
    assert code(await desk.call(JOURNAL, "sykepleier", "POST", "/work/_search", body, client=APP)) == (
        "403 app-opens-no-lists"
    )
    assert (await desk.call(JOURNAL, "sykepleier", "POST", "/work/_search", body)).status_code == 200


async def test_given_results_then_kinds_that_come_along_are_narrowed_too(desk: Desk, keys: KeyRing) -> None:
    await seed(desk.postgres, keys)
    await desk.admit(grants=["nhn:pps user/DiagnosticReport.rs"], launch_url=None, org_number="313900983")

    async def search(kind: str, form: dict[str, str], client: str | None = APP) -> httpx.Response:
        path = f"/fhir/{kind}/_search"
        return await desk.call(
            RESULTS, "legevakt", "POST", path, client=client, about="line", form=form, access_basis="AKUTT"
        )

    alone = await search("DiagnosticReport", {})
    assert (alone.status_code, alone.json()["total"]) == (200, 1)
    along = {"_include": "DiagnosticReport:result"}
    assert len((await search("DiagnosticReport", along, client=None)).json()["entry"]) == 2
    assert code(await search("DiagnosticReport", along)) == "403 app-reads-beyond"
    assert code(await search("Observation", {})) == "403 app-reads-beyond"
    # asked for, and come along: the one is in the person's log, the other in the log by actor
    assert desk.rows("SELECT outcome_code FROM core_record.access_log WHERE outcome = 'refused'") == [
        ("app-reads-beyond",)
    ]
    assert desk.rows("SELECT outcome_code FROM core_record.actor_log WHERE app = %s", APP) == [
        ("app-reads-beyond",)
    ]


async def test_given_an_administrators_work_then_no_app_does_it(desk: Desk) -> None:
    await desk.admit()
    answer = await desk.call(CORE, "administrator", "POST", "/administration/apps/_search", {}, client=APP)
    assert code(answer) == "403 app-without-audience"
