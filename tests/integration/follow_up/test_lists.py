"""Every result lands on one list: whose, what is awaited apart, and whereto it is forwarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kit.settings import get_settings
from tests.integration.follow_up.conftest import (
    AWAITED,
    CRITICAL,
    HOSPITAL_HER,
    KOMAN,
    OFFICE,
    PLAIN,
    Net,
)


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


async def test_the_requesters_hpr_number_is_all_that_waits_of_a_person_besides_ids(net: Net) -> None:
    net.send()
    ((row,),) = net.store.rows("SELECT to_jsonb(n)::text FROM core_record.result_news n")
    text = str(row)
    assert KOMAN in text
    assert "4.1" not in text
    assert net.journal.number("line").value not in text
