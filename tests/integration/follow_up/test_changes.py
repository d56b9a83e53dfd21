"""A newer version comes back to who has opened an earlier one; a critical one that nobody opens escalates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import psycopg
import pytest

from journal_api.care.follow_up import escalating, repository
from kit.db import Database, set_person
from results_service.intake.deletion import delete_person
from results_service.release.repository import note_opener
from tests.conftest import TestDatabase
from tests.integration.follow_up.conftest import (
    CRITICAL,
    HOSPITAL,
    OFFICE,
    Net,
    assessed,
)
from tests.integration.lookup.builder import START


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


class TestWarnings:
    """A report may get a warning and no new version: whoever assessed it is to look at it again."""

    ANOTHER_PERSON: ClassVar = {"about": "gry", "serv_type": "M", "hours": 2}
    NUMBER_USED_ANEW: ClassVar = {"sampled": START + timedelta(days=2), "requisition": "Q2", "hours": 48}

    @pytest.mark.parametrize("held", [ANOTHER_PERSON, NUMBER_USED_ANEW])
    async def test_given_an_assessed_result_when_a_warning_comes_to_it_then_it_is_back_to_be_looked_at(
        self, net: Net, held: dict[str, Any]
    ) -> None:
        report_id = await net.arrive()
        version = (await net.open(report_id))["result"]["version"]
        await net.act(report_id, "assess", assessed(version))
        await net.arrive(**held)
        (item,) = await net.listed(mine=True)
        assert (item["id"], item["state"]) == (str(report_id), "changed")
        assert await net.refused(report_id, "assess", assessed(version)) == "422 not-opened"
        seen = await net.open(report_id)
        assert (seen["result"]["state"], seen["result"]["version"]) == ("opened", version)
        done = await net.act(report_id, "assess", assessed(version))
        assert [e["kind"] for e in done["events"]] == ["assessed", "opened", "came"] * 2
        assert await net.listed() == []

    async def test_given_the_same_warning_once_more_then_it_stays_assessed(self, net: Net) -> None:
        report_id = await net.arrive()
        await net.arrive(**self.ANOTHER_PERSON)
        version = (await net.open(report_id))["result"]["version"]
        await net.act(report_id, "assess", assessed(version))
        await net.arrive(**self.ANOTHER_PERSON)
        await net.arrive(**self.ANOTHER_PERSON | {"hours": 3})
        assert await net.listed() == []

    async def test_given_news_after_the_warning_before_any_is_taken_then_the_warning_counts(
        self, net: Net
    ) -> None:
        report_id = await net.arrive(hours=5)
        version = (await net.open(report_id))["result"]["version"]
        await net.act(report_id, "assess", assessed(version))
        net.send(**self.ANOTHER_PERSON)
        net.send(hours=1)  # an older version, late: the same is shown
        await net.take()
        assert [item["state"] for item in await net.listed()] == ["changed"]

    async def test_given_others_who_opened_it_then_they_are_told_until_they_open_it_again(
        self, net: Net
    ) -> None:
        report_id = await net.arrive()
        await net.open(report_id, "lege-lin")
        await net.arrive(**self.ANOTHER_PERSON)
        (told,) = await net.listed("lege-lin", "result-changed", mine=True)
        assert told["about"] == str(report_id)
        await net.open(report_id, "lege-lin")
        assert await net.listed("lege-lin", "result-changed") == []


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

    async def test_given_new_versions_that_are_critical_too_then_it_escalates_when_the_first_would_have(
        self, net: Net
    ) -> None:
        report_id, now = await net.arrive(items=[CRITICAL]), datetime.now(UTC)
        with psycopg.connect(net.store.superuser_dsn) as conn:
            conn.execute("UPDATE journal.follow_up SET since = since - interval '90 minutes'")
        await net.arrive(serv_type="M", hours=2, items=[CRITICAL])
        await net.late(now + timedelta(minutes=31))
        assert "assignee" not in (await net.listed())[0]
        await net.arrive(serv_type="M", hours=3, items=[CRITICAL])
        await net.late(now + timedelta(minutes=151))
        assert len(await net.listed("legevakt", "result-late")) == 1
        await net.arrive(serv_type="M", hours=4, items=[CRITICAL])
        assert len(await net.listed("legevakt", "result-late")) == 1
        await net.arrive(serv_type="M", hours=5)
        assert await net.listed("legevakt", "result-late") == []
        assert (await net.open(report_id))["result"].get("escalated", 0) == 0

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

    async def test_given_one_that_cannot_be_escalated_then_the_others_are_and_it_comes_again(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = await net.arrive(items=[CRITICAL])
        await net.arrive(number="R2", items=[CRITICAL])
        now, step = datetime.now(UTC) + timedelta(minutes=121), escalating._step

        async def fail(conn: Any, person_id: Any, row: Any, at: Any) -> None:
            await step(conn, person_id, row, at)
            if row.report == broken:
                raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(escalating, "_step", fail)
            await net.late(now)
        assert [item["id"] for item in await net.listed() if "assignee" in item] == [str(broken)]
        await net.late(now + timedelta(minutes=2))
        assert all("assignee" not in item for item in await net.listed())

    async def test_given_somebody_at_it_just_now_then_escalation_does_not_wait_for_them(
        self, net: Net
    ) -> None:
        report_id, person = await net.arrive(items=[CRITICAL]), net.person_of("line")
        now = datetime.now(UTC) + timedelta(minutes=121)
        async with net.db.transaction() as conn:
            await set_person(conn, person)
            assert await repository.find(conn, person, report_id, lock="wait")
            await net.late(now)
            assert "assignee" in (await net.listed())[0]
        await net.late(now + timedelta(minutes=2))
        assert "assignee" not in (await net.listed())[0]


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
