"""Four classes of release: at once, after a clinician's look or 14 days, only when released, never."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kit.identity.actor import Actor
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.builder import START, Report
from tests.integration.lookup.conftest import Api, Store

NOW = (datetime.now(UTC) - START).total_seconds() / 3600 - 1  # an hour ago, in the builder's hours
TOLD = "http://akson.no/fhir/CodeSystem/results-told"


async def seen(api: Api, citizen: Actor) -> tuple[list[str], list[tuple[str, str]]]:
    """The report ids shown to the citizen, and what is told beside them: (code, words)."""
    doctor, api.caller = api.caller, citizen
    answer = await api.search("DiagnosticReport")
    api.caller = doctor
    assert answer.status_code == 200, answer.text
    entries = [entry["resource"] for entry in answer.json().get("entry", [])]
    shown = [one["id"] for one in entries if one["resourceType"] == "DiagnosticReport"]
    issues = [issue for one in entries if one["resourceType"] == "OperationOutcome" for issue in one["issue"]]
    told = [issue for issue in issues if issue["details"]["coding"][0]["system"] == TOLD]
    return shown, [(one["details"]["coding"][0]["code"], _words(one)) for one in told]


def _words(issue: dict[str, Any]) -> str:
    found = [e["valueString"] for e in issue["extension"] if e["url"].endswith("results-told-comment")]
    return found[0] if found else ""


async def release(api: Api, report: UUID, caller: Actor, **said: Any) -> tuple[int, dict[str, Any]]:
    api.caller = caller
    names = {str: "valueString", bool: "valueBoolean"}
    parameters = [{"name": name, names[type(value)]: value} for name, value in said.items()]
    answer = await api.http.post(
        f"/fhir/DiagnosticReport/{report}/$release",
        json={"resourceType": "Parameters", "parameter": parameters},
        headers={"person-id": api.number.value, **api.headers},
    )
    return answer.status_code, answer.json()


def put(store: Store, api: Api, **report: Any) -> UUID:
    made = Report(**({"hours": NOW} | report))
    store.put(api.person_id, made)
    return made.key.report_id(api.person_id)


async def test_class_three_waits_until_released_and_carries_the_clinicians_words(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    report = put(store, api, release_class=3)
    assert await seen(api, citizen) == ([], [])
    status, state = await release(api, report, doctor, comment="  Dette er som ventet. ")
    assert status == 200
    assert {"name": "released", "valueBoolean": True} in state["parameter"]
    assert await release(api, report, doctor, comment="Dette er som ventet.") == (200, state)
    assert await seen(api, citizen) == ([str(report)], [("released", "Dette er som ventet.")])


async def test_a_new_version_waits_anew_and_the_person_is_told(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    report = put(store, api, release_class=3)
    await release(api, report, doctor)
    await seen(api, citizen)
    put(store, api, release_class=3, serv_type="M", hours=NOW + 0.5)
    assert await seen(api, citizen) == ([], [("changed-waits", "")])
    await release(api, report, doctor, agreed=True)
    shown, told = await seen(api, citizen)
    assert (shown, sorted(told)) == ([str(report)], [("agreed", ""), ("changed", "")])
    assert store.rows("SELECT kind, details ->> 'status' FROM core_record.notice") == [
        ("result-changed", "amended")
    ]


async def test_class_two_is_shown_when_a_doctor_has_opened_it(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    report = put(store, api, release_class=2)
    api.caller = doctor
    await api.search("DiagnosticReport")  # a list is no look at a report
    assert await seen(api, citizen) == ([], [])
    await api.search("DiagnosticReport", ("_id", str(report)))
    assert await seen(api, citizen) == ([str(report)], [])
    put(store, api, release_class=2, serv_type="M", hours=NOW + 0.5)
    assert (await seen(api, citizen))[0] == []


async def test_a_nurses_look_releases_nothing(
    api: Api, store: Store, doctor: Actor, citizen: Actor, actor: MakeActor
) -> None:
    report = put(store, api, release_class=2)
    nurse = {"access-basis": "SAMTYKKE", "requester-hpr-role": "SP", "access-reason": "home-care"}
    api.caller, api.headers = actor("sykepleier", scopes=doctor.scopes), nurse
    assert (await api.search("DiagnosticReport", ("_id", str(report)))).status_code == 200
    opened = store.rows("SELECT report_id, unit FROM core_record.result_opened")
    assert opened == [(report, "313900878")]  # whom to tell when it changes
    status, answer = await release(api, report, api.caller)
    assert (status, "release-role" in str(answer)) == (403, True)
    assert await seen(api, citizen) == ([], [])


@pytest.mark.parametrize(("release_class", "shown"), [(1, True), (2, False), (3, False), (4, False)])
async def test_without_anyones_doing_only_class_one_is_shown(
    api: Api, store: Store, doctor: Actor, citizen: Actor, release_class: int, shown: bool
) -> None:
    put(store, api, release_class=release_class)
    assert bool((await seen(api, citizen))[0]) is shown


async def test_class_two_is_shown_after_fourteen_days(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    put(store, api, release_class=2, hours=NOW - 14 * 24)
    assert len((await seen(api, citizen))[0]) == 1


async def test_class_four_is_never_shown_and_the_doctor_is_told(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    report = put(store, api, release_class=4)
    status, answer = await release(api, report, doctor)
    assert (status, "release-never" in str(answer)) == (409, True)
    assert await seen(api, citizen) == ([], [])


async def test_a_preliminary_report_is_shown_only_when_a_doctor_chooses_to(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    report = put(store, api, release_class=2, status="P", hours=NOW - 30 * 24)
    api.caller = doctor
    await api.search("DiagnosticReport", ("_id", str(report)))
    assert await seen(api, citizen) == ([], [])
    await release(api, report, doctor)
    assert (await seen(api, citizen))[0] == [str(report)]


async def test_every_attempt_leaves_its_row(api: Api, store: Store, doctor: Actor, citizen: Actor) -> None:
    report = put(store, api, release_class=3)
    assert (await release(api, uuid4(), doctor))[0] == 404
    assert (await release(api, report, replace(doctor, scopes=frozenset({"nhn:pps/provesvar-read"}))))[
        0
    ] == 403
    assert (await release(api, report, citizen))[0] == 403
    assert (await release(api, report, doctor))[0] == 200
    found = store.rows("SELECT actor_kind, action, items FROM core_record.access_log ORDER BY seq")
    assert found == [
        ("clinician", "write", {"DiagnosticReport": 0}),
        ("citizen", "write", {"DiagnosticReport": 0}),
        ("clinician", "write", {"DiagnosticReport": 1}),
    ]


@pytest.mark.parametrize("body", [b"{", b'{"resourceType":"Patient"}', b'{"resourceType":"Parameters","x":1'])
async def test_what_is_no_release_is_refused(api: Api, store: Store, doctor: Actor, body: bytes) -> None:
    report = put(store, api, release_class=3)
    api.caller = doctor
    answer = await api.http.post(
        f"/fhir/DiagnosticReport/{report}/$release",
        content=body,
        headers={"person-id": api.number.value, **api.headers},
    )
    assert (answer.status_code, "release-malformed" in answer.text) == (400, True)


async def test_the_state_says_class_and_when_it_shows_itself(api: Api, store: Store, doctor: Actor) -> None:
    report = put(store, api, release_class=2)
    api.caller = doctor
    answer = await api.http.post(
        f"/fhir/DiagnosticReport/{report}/$release-state",
        headers={"person-id": api.number.value, **api.headers},
    )
    names = {one["name"] for one in answer.json()["parameter"]}
    assert names == {"class", "preliminary", "released", "by-itself"}


async def test_a_fullmakt_shows_what_is_released_and_its_giver_is_told_once_a_day(
    api: Api, store: Store, doctor: Actor, citizen: Actor, actor: MakeActor
) -> None:
    put(store, api, release_class=1)
    put(store, api, release_class=3, number="R2")
    holder = actor("gry", scopes=citizen.scopes)
    api.caller = holder
    assert (await api.search("DiagnosticReport")).status_code == 403
    with psycopg.connect(store.superuser_dsn) as conn:
        conn.execute(
            "INSERT INTO core_record.fullmakt"
            " (person_id, fullmakt_id, holder_id, holder_name, powers, valid_from)"
            " SELECT %s, gen_random_uuid(), person_id, 'Gry Telokk', '{results}', current_date - 1"
            " FROM core_record.person WHERE given_name = 'Gry'",
            (api.person_id,),
        )
    api.caller = holder
    for _ in range(2):
        answer = await api.search("DiagnosticReport")
        assert (answer.status_code, answer.json()["total"]) == (200, 1)
    assert store.rows("SELECT person_id, kind FROM core_record.notice") == [
        (api.person_id, "representation-used")
    ]
