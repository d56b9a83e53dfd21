"""Every result lands on one list, is opened, assessed by who may, and comes back with a newer version."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kit.db import Database
from kit.settings import get_settings
from results_service.intake.deletion import delete_person
from results_service.release.orders import carry_out_releases
from results_service.release.repository import note_opener
from tests.conftest import TestDatabase
from tests.integration.follow_up.conftest import (
    AWAITED,
    CRITICAL,
    HOSPITAL,
    HOSPITAL_HER,
    KOMAN,
    OFFICE,
    PLAIN,
    Net,
)


def assessed(version: str, **said: Any) -> dict[str, Any]:
    return {"version": version, **said}


class TestWhoseList:
    async def test_given_a_requester_who_works_there_then_it_is_on_that_doctors_list_unseen(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        (item,) = await net.listed(mine=True)
        assert (item["id"], item["state"], item["unit"]) == (str(report_id), "unseen", OFFICE)
        assert item["label"] == "none"
        assert await net.listed("lege-lin") == []

    async def test_given_a_requester_nobody_knows_then_it_is_in_the_units_inbox(self, net: Net) -> None:
        await net.arrive(requester="9999999")
        (item,) = await net.listed()
        assert "assignee" not in item
        assert await net.listed(mine=True) == []

    async def test_given_only_the_doctor_then_it_is_where_the_doctor_works(self, net: Net) -> None:
        await net.arrive(unit=None)
        assert [item["unit"] for item in await net.listed(mine=True)] == [OFFICE]

    async def test_given_a_doctor_of_two_places_then_the_persons_gp_office_decides_or_nobody(
        self, net: Net
    ) -> None:
        await net.arrive("roland", requester="9900756", unit=None)
        assert [item["unit"] for item in await net.listed("lege-lin")] == ["313900762"]
        await net.arrive("line", "R2", requester="9900756", unit=None)
        found = await net.journal.ok("lege-koman", None, "POST", "/follow-up/no-owner/_search")
        assert [one["item"]["unit"] for one in found["items"]] == ["no-owner:9901"]

    async def test_given_nobody_named_then_it_has_no_owner_in_the_persons_municipality(
        self, net: Net
    ) -> None:
        report_id = await net.arrive(requester=None, unit=None)
        found = await net.journal.ok("sykepleier", None, "POST", "/follow-up/no-owner/_search", reason="")
        assert [one["item"]["id"] for one in found["items"]] == [str(report_id)]
        elsewhere = await net.journal.ok("lege-lin", None, "POST", "/follow-up/no-owner/_search")
        assert elsewhere["items"] == []
        refused = await net.journal.call("pleieassistent", None, "POST", "/follow-up/no-owner/_search")
        assert refused.status_code == 403

    async def test_given_a_hospital_that_ordered_then_it_is_on_no_list_here(self, net: Net) -> None:
        report_id = await net.arrive(requester="9900233", unit=HOSPITAL_HER)
        assert await net.listed() == []
        assert (await net.open(report_id))["result"]["state"] == "elsewhere"

    async def test_given_an_answer_from_before_the_follow_up_began_then_only_its_change_is_listed(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(get_settings(), "follow_up_from", datetime(2021, 3, 17, tzinfo=UTC))
        await net.arrive()
        assert await net.listed() == []
        await net.arrive(serv_type="M", hours=48)
        assert [item["state"] for item in await net.listed()] == ["unseen"]

    async def test_given_marks_then_critical_comes_first_and_the_unseen_before_what_was_opened(
        self, net: Net
    ) -> None:
        high = replace(PLAIN, value="5.2", flag="1")
        for number, item in (("A", PLAIN), ("B", high), ("C", CRITICAL), ("D", high)):
            report_id = await net.arrive(number=number, items=[item])
        await net.open(report_id)
        assert [item["label"] for item in await net.listed()] == ["critical", "abnormal", "none", "abnormal"]

    async def test_given_a_stand_in_then_the_list_is_theirs_too(self, net: Net) -> None:
        await net.arrive()
        people = await net.journal.ok("lege-koman", None, "POST", "/personnel/_search")
        ids = {one["name"]: one["id"] for one in people["personnel"]}
        away = {"personnel": ids["Magnar Koman"], "stand_in": ids["Nora Lunde"]}
        today = datetime.now(UTC).date()
        days = {"first": str(today - timedelta(days=1)), "last": str(today + timedelta(days=9))}
        await net.journal.ok("lege-koman", None, "PUT", f"/absences/{uuid4()}", away | days)
        assert len(await net.listed("helsesekretaer", mine=True)) == 1


class TestAwaited:
    async def test_given_tests_that_are_only_ordered_then_they_stand_apart_until_answered(
        self, net: Net
    ) -> None:
        report_id = await net.arrive(status="S", items=[AWAITED])
        assert await net.listed() == []
        (item,) = await net.listed("lege-koman", "result-awaited")
        assert (item["about"], item["state"]) == (str(report_id), "unseen")
        await net.arrive(serv_type="M", hours=2, items=[CRITICAL])
        assert await net.listed("lege-koman", "result-awaited") == []
        assert [item["label"] for item in await net.listed(mine=True)] == ["critical"]

    async def test_given_one_test_answered_of_two_then_it_is_a_result(self, net: Net) -> None:
        await net.arrive(status="P", items=[PLAIN, replace(AWAITED, key="2")])
        assert len(await net.listed()) == 1
        assert await net.listed("lege-koman", "result-awaited") == []


class TestAssessing:
    async def test_given_an_opened_result_when_the_doctor_signs_then_it_leaves_the_list(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        seen = await net.open(report_id)
        assert (seen["result"]["state"], seen["may_assess"], seen["here"]) == ("opened", True, True)
        done = await net.act(report_id, "assess", assessed(seen["result"]["version"], words="Fin."))
        assert done["result"]["state"] == "assessed"
        assert [e["kind"] for e in done["events"]] == ["assessed", "opened", "came"]
        assert await net.listed() == []

    async def test_given_an_unopened_result_then_it_cannot_be_signed(self, net: Net) -> None:
        report_id = await net.arrive()
        (row,) = net.store.rows("SELECT version_id FROM journal.follow_up")
        body = assessed(str(row[0]))
        assert await net.refused(report_id, "assess", body) == "422 not-opened"
        assert await net.refused(report_id, "prepare", {**body, "words": "Fin"}) == "422 not-opened"
        assert len(await net.listed()) == 1

    @pytest.mark.parametrize(
        ("who", "expected"),
        [("lege-koman", "ok"), ("helsesekretaer", "403 assess-role"), ("lege-lin", "403 not-on-your-list")],
    )
    async def test_who_may_assess(self, net: Net, who: str, expected: str) -> None:
        report_id = await net.arrive()
        seen = await net.open(report_id, who)
        body = assessed(seen["result"]["version"])
        if expected == "ok":
            await net.act(report_id, "assess", body, who)
        else:
            assert await net.refused(report_id, "assess", body, who) == expected
        assert (await net.listed() == []) == (expected == "ok")

    async def test_given_a_helper_who_prepares_then_the_doctor_sees_it_and_it_is_unseen_until_then(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        seen = await net.open(report_id, "helsesekretaer")
        assert (seen["result"]["state"], seen["may_assess"]) == ("unseen", False)
        body = {"version": seen["result"]["version"], "words": "Ny prøve om tre måneder?"}
        await net.act(report_id, "prepare", body, "helsesekretaer")
        assert [item["state"] for item in await net.listed()] == ["prepared"]
        doctor = await net.open(report_id)
        assert doctor["result"]["state"] == "prepared"
        assert next(e["words"] for e in doctor["events"] if e["kind"] == "prepared") == body["words"]

    async def test_given_no_authorisation_then_results_are_not_followed_up(self, net: Net) -> None:
        report_id = await net.arrive()
        assert await net.refused(report_id, "open", None, "pleieassistent") == "403 journal-role-reads"
        assert await net.refused(report_id, "open", None, "line") == "403 journal-written-by-personnel"
        answer = await net.journal.call("line", "line", "POST", "/follow-up/_search")
        assert (answer.status_code, answer.json()["title"]) == (403, "follow-up-personnel")

    async def test_given_a_comment_then_the_person_is_shown_that_version_with_it(self, net: Net) -> None:
        report_id = await net.arrive(release_class=3)
        seen = await net.open(report_id)
        version, said = seen["result"]["version"], "Blodprøven er som den skal være."
        body = assessed(version, comment=said)
        await net.act(report_id, "assess", body)
        await net.act(report_id, "assess", body)
        assert carry_out_releases(net.store.database) == 1
        assert carry_out_releases(net.store.database) == 0
        rows = net.store.rows("SELECT kind, version_id::text, comment, by_name FROM results.release_event")
        assert rows == [("released", version, said, "Magnar Koman")]

    async def test_given_an_assessment_without_release_then_it_counts_as_a_look(self, net: Net) -> None:
        report_id = await net.arrive(release_class=3)
        seen = await net.open(report_id)
        await net.act(report_id, "assess", assessed(seen["result"]["version"], release=False))
        carry_out_releases(net.store.database)
        assert net.store.rows("SELECT kind FROM results.release_event") == [("reviewed",)]

    async def test_given_a_task_then_it_stands_on_its_list_and_the_result_still_waits(self, net: Net) -> None:
        report_id = await net.arrive()
        await net.open(report_id)
        body = {"id": str(uuid4()), "at": "2026-11-20T09:00:00Z", "task": {"text": "Ring og sett opp time"}}
        for _ in range(2):
            done = await net.act(report_id, "task", body)
        assert [e["kind"] for e in done["events"]].count("tasked") == 1
        assert len(await net.listed("lege-koman", "task")) == 1
        assert len(await net.listed()) == 1


class TestForwarding:
    async def test_given_another_unit_then_it_is_on_that_list_alone_and_may_be_opened_there(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        await net.act(report_id, "forward", {"unit": "313900878", "words": "Følg opp hjemme"})
        assert await net.listed() == []
        (item,) = await net.listed("sykepleier")
        assert item["state"] == "unseen"
        await net.act(report_id, "open", None, "sykepleier", reason="")

    async def test_given_one_without_owner_when_taken_on_then_it_is_ones_own(self, net: Net) -> None:
        report_id = await net.arrive(requester=None, unit=None)
        people = await net.journal.ok("lege-koman", None, "POST", "/personnel/_search")
        me = next(one["id"] for one in people["personnel"] if one["name"] == "Magnar Koman")
        await net.act(report_id, "forward", {"assignee": me})
        assert [item["id"] for item in await net.listed(mine=True)] == [str(report_id)]
        found = await net.journal.ok("lege-koman", None, "POST", "/follow-up/no-owner/_search")
        assert found["items"] == []

    async def test_given_somebody_who_does_not_work_there_then_it_stays(self, net: Net) -> None:
        report_id = await net.arrive()
        body = {"unit": "313900878", "assignee": str(uuid4())}
        assert await net.refused(report_id, "forward", body) == "422 personnel-not-there"
        assert await net.refused(report_id, "forward", {"unit": "999999999"}) == "422 unit-unknown"
        assert len(await net.listed(mine=True)) == 1


class TestNewVersions:
    async def test_given_an_assessed_result_when_it_changes_then_it_is_back_with_what_was_seen(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        first = (await net.open(report_id))["result"]["version"]
        await net.act(report_id, "assess", assessed(first))
        await net.arrive(serv_type="M", hours=2, items=[CRITICAL])
        (item,) = await net.listed(mine=True)
        assert (item["state"], item["label"], item["urgency"]) == ("changed", "critical", 4)
        assert await net.refused(report_id, "assess", assessed(first)) == "409 changed-meanwhile"
        seen = await net.open(report_id)
        assert seen["earlier"] == first
        assert seen["result"]["version"] != first

    async def test_given_others_who_opened_it_then_they_are_told_until_they_open_the_new_one(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        await net.open(report_id)
        await net.open(report_id, "lege-lin")
        assert await net.listed("lege-lin", "result-changed") == []
        await net.arrive(serv_type="M", hours=2)
        (told,) = await net.listed("lege-lin", "result-changed", mine=True)
        assert told["about"] == str(report_id)
        assert await net.listed("lege-koman", "result-changed") == []  # it is on that list itself
        await net.open(report_id, "lege-lin")
        assert await net.listed("lege-lin", "result-changed") == []

    async def test_given_one_who_only_looked_then_their_unit_has_no_relation_from_it(self, net: Net) -> None:
        report_id = await net.arrive()
        await net.open(report_id, "lege-lin")
        units = net.store.rows("SELECT org_number FROM core_record.care_relation")
        assert units == [(OFFICE,)]
        assert net.store.rows("SELECT 1 FROM journal.work_item WHERE kind = 'result-changed'") == []

    async def test_given_an_older_version_late_then_nothing_opens_anew(self, net: Net) -> None:
        report_id = await net.arrive(serv_type="M", hours=5)
        seen = await net.open(report_id)
        await net.act(report_id, "assess", assessed(seen["result"]["version"]))
        await net.arrive(hours=1)
        assert await net.listed() == []

    async def test_given_a_reservation_then_it_is_gone_from_the_list_and_openers_are_told(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        await net.open(report_id, "lege-lin")
        person = net.person_of("line")
        with net.store.database.transaction(person=person) as conn:
            delete_person(conn, person)
        await net.take()
        assert await net.listed() == []
        assert [item["state"] for item in await net.listed("lege-lin", "result-changed")] == ["gone"]
        assert await net.refused(report_id, "forward", {}) == "422 nothing-to-assess"


class TestLateCriticals:
    async def test_given_a_critical_result_nobody_opens_then_all_of_the_unit_and_then_the_clinic_see_it(
        self, net: Net
    ) -> None:
        report_id = await net.arrive(items=[CRITICAL])
        now = datetime.now(UTC)
        await net.late(now + timedelta(minutes=119))
        assert "assignee" in (await net.listed())[0]
        await net.late(now + timedelta(minutes=121))
        assert "assignee" not in (await net.listed())[0]
        assert await net.listed("legevakt", "result-late") == []
        await net.late(now + timedelta(minutes=241))
        (item,) = await net.listed("legevakt", "result-late")
        assert (item["about"], item["urgency"]) == (str(report_id), 4)
        await net.act(report_id, "open", None, "legevakt", reason="")
        assert await net.listed("legevakt", "result-late") == []

    async def test_given_one_opened_in_time_or_not_critical_then_nothing_escalates(self, net: Net) -> None:
        report_id = await net.arrive(items=[CRITICAL])
        await net.arrive(number="R2")
        await net.open(report_id)
        await net.late(datetime.now(UTC) + timedelta(days=9))
        assert all("assignee" in item for item in await net.listed())
        kinds = {str(kind) for (kind,) in net.store.rows("SELECT kind FROM journal.follow_up_event")}
        assert kinds == {"came", "opened"}

    async def test_given_a_helper_who_opened_it_then_it_escalates_all_the_same(self, net: Net) -> None:
        report_id = await net.arrive(items=[CRITICAL])
        await net.open(report_id, "helsesekretaer")
        await net.late(datetime.now(UTC) + timedelta(minutes=121))
        assert "assignee" not in (await net.listed())[0]


async def test_the_requesters_hpr_number_is_all_that_waits_of_a_person_besides_ids(net: Net) -> None:
    net.send()
    ((row,),) = net.store.rows("SELECT to_jsonb(n)::text FROM core_record.result_news n")
    text = str(row)
    assert KOMAN in text
    assert "4.1" not in text
    assert net.journal.number("line").value not in text


async def test_given_one_who_opened_it_among_the_results_then_they_are_told_of_a_newer_version(
    net: Net, postgres: TestDatabase
) -> None:
    report_id, person = await net.arrive(), net.person_of("line")
    db = Database(postgres.dsn("akson_results"))
    await db.open()
    try:
        async with db.transaction(person=person) as conn:
            for name, unit in (("Lin", "313900762"), ("Åsgård", HOSPITAL)):
                query = "SELECT personnel_id FROM core_record.personnel WHERE family_name = %s"
                ((doctor,),) = net.store.rows(query, name)
                await note_opener(conn, person, [report_id], doctor, unit)  # type: ignore[arg-type]
    finally:
        await db.close()
    assert await net.listed("lege-lin", "result-changed") == []
    await net.arrive(serv_type="M", hours=2)
    assert [item["state"] for item in await net.listed("lege-lin", "result-changed", mine=True)] == [
        "changed"
    ]
    assert net.store.rows("SELECT 1 FROM journal.work_item WHERE unit = %s", HOSPITAL) == []
