"""A standing agreement on earlier viewing: class 2 at once, nothing else; told, seen, ended by the person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core_record.notices.models import NoticeKind
from kit.db import Database
from kit.identity.actor import Actor
from results_service.reports.reading import ReportFilter
from results_service.reports.times import arrivals
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.conftest import Api, Store
from tests.integration.release.test_release import NOW, put, seen

NURSE = {"access-basis": "SAMTYKKE", "requester-hpr-role": "SP", "access-reason": "home-care"}
OTHER_DOCTOR = {"access-basis": "SAMTYKKE", "requester-hpr-role": "LE", "access-reason": "treatment"}


async def call(api: Api, caller: Actor, path: str = "", headers: dict[str, str] | None = None) -> Any:
    own = {} if caller.hpr_number is None and caller.kind == "citizen" else headers or api.headers
    api.caller, before = caller, api.caller
    answer = await api.http.post(f"/release-agreements{path}", headers={"person-id": api.number.value, **own})
    api.caller = before
    return answer


async def test_while_it_holds_class_two_is_seen_at_once_and_the_person_is_told(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    waiting = put(store, api, release_class=2)
    assert await seen(api, citizen) == ([], [])
    made = await call(api, doctor)
    assert (made.status_code, made.json()["organisation"]) == (200, "Fjordvik legesenter")
    assert await seen(api, citizen) == ([str(waiting)], [("agreed", "")])
    later = put(store, api, release_class=2, number="R2", hours=NOW + 0.5)
    assert sorted((await seen(api, citizen))[0]) == sorted([str(waiting), str(later)])
    assert store.rows("SELECT kind FROM core_record.notice") == [(NoticeKind.RELEASE_AGREED.value,)]
    await api.search("DiagnosticReport", ("_id", str(waiting)))  # the doctor looks: it is assessed
    assert (await seen(api, citizen))[1] == [("agreed", "")]


@pytest.mark.parametrize(
    "report", [{"release_class": 3}, {"release_class": 4}, {"release_class": 2, "status": "P"}]
)
async def test_it_opens_nothing_else(
    api: Api, store: Store, doctor: Actor, citizen: Actor, report: dict[str, Any]
) -> None:
    put(store, api, **report)
    assert (await call(api, doctor)).status_code == 200
    assert await seen(api, citizen) == ([], [])


async def test_the_person_ends_it_and_keeps_what_came_while_it_held(
    api: Api, store: Store, doctor: Actor, citizen: Actor
) -> None:
    made = (await call(api, doctor)).json()
    report = put(store, api, release_class=2)
    (listed,) = (await call(api, citizen, "/_search")).json()["agreements"]
    assert (listed["id"], listed["by_name"], listed["ended_at"]) == (made["id"], "Magnar Koman", None)
    ended = await call(api, citizen, f"/{made['id']}/end")
    assert (ended.status_code, ended.json()["ended_by"]) == (200, "citizen")
    assert (await call(api, citizen, f"/{made['id']}/end")).json() == ended.json()
    put(store, api, release_class=2, number="R2", hours=NOW + 2)  # issued after it ended
    assert (await seen(api, citizen))[0] == [str(report)]
    anew = (await call(api, doctor)).json()
    assert anew["id"] != made["id"]
    assert len((await seen(api, citizen))[0]) == 2


async def test_recording_it_again_or_twice_at_once_records_it_once(
    api: Api, store: Store, doctor: Actor
) -> None:
    api.caller = doctor
    answers = await asyncio.gather(*(call(api, doctor) for _ in range(4)))
    assert len({one.json()["id"] for one in answers}) == 1
    assert store.rows("SELECT count(*) FROM results.release_agreement") == [(1,)]


async def test_only_those_who_release_record_it_and_only_their_place_or_the_person_ends_it(
    api: Api, store: Store, doctor: Actor, citizen: Actor, actor: MakeActor
) -> None:
    nurse, other = actor("sykepleier", scopes=doctor.scopes), actor("lege-lin", scopes=doctor.scopes)
    assert "release-role" in (await call(api, nurse, "", NURSE)).text
    assert "release-role" in (await call(api, citizen)).text
    made = (await call(api, doctor)).json()
    path = f"/{made['id']}/end"
    assert "release-role" in (await call(api, nurse, path, NURSE)).text
    assert "agreement-of-others" in (await call(api, other, path, OTHER_DOCTOR)).text
    stranger = actor("roland", scopes=doctor.scopes)
    assert (await call(api, stranger, path)).status_code == 403
    assert (await call(api, citizen, f"/{uuid4()}/end")).status_code == 404
    assert (await call(api, doctor, path)).json()["ended_by"] == "clinician"


async def test_every_call_leaves_its_row(api: Api, store: Store, doctor: Actor, citizen: Actor) -> None:
    made = (await call(api, doctor)).json()
    await call(api, citizen, "/_search")
    await call(api, citizen, f"/{made['id']}/end")
    await call(api, citizen, f"/{uuid4()}/end")
    found = store.rows("SELECT actor_kind, action, items FROM core_record.access_log ORDER BY seq")
    assert found == [
        ("clinician", "write", {"ReleaseAgreement": 1}),
        ("citizen", "read", {"ReleaseAgreement": 1}),
        ("citizen", "write", {"ReleaseAgreement": 1}),
        ("citizen", "write", {"ReleaseAgreement": 0}),
    ]


async def test_the_release_panel_is_told(api: Api, store: Store, doctor: Actor) -> None:
    report = put(store, api, release_class=2)
    await call(api, doctor)
    api.caller = doctor
    answer = await api.http.post(
        f"/fhir/DiagnosticReport/{report}/$release-state",
        headers={"person-id": api.number.value, **api.headers},
    )
    (agreement,) = [one for one in answer.json()["parameter"] if one["name"] == "agreement"]
    said = {part["name"]: part for part in agreement["part"]}
    assert said["by"]["valueString"] == "Magnar Koman"


async def test_what_is_new_counts_from_the_agreement(
    api: Api, store: Store, doctor: Actor, database: Database
) -> None:
    put(store, api, release_class=2)
    now = datetime.now(UTC)

    async def visible() -> datetime:
        async with database.transaction(person=api.person_id) as conn:
            (one,) = await arrivals(conn, api.person_id, ReportFilter())
        return one.visible

    assert await visible() > now + timedelta(days=13)
    await call(api, doctor)
    assert now <= await visible() <= datetime.now(UTC)
