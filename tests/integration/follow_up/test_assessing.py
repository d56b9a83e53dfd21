"""A result is opened and assessed by who may; until then it waits on its list."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from results_service.release import repository
from results_service.release.orders import carry_out_releases
from tests.integration.follow_up.conftest import (
    Net,
    assessed,
)


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

    async def test_given_an_order_that_cannot_be_carried_out_then_the_others_are_and_it_stays_ordered(
        self, net: Net, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in "AB":
            report_id = await net.arrive(number=number)
            seen = await net.open(report_id)
            await net.act(report_id, "assess", assessed(seen["result"]["version"]))
        put = repository.put_ordered_sync

        def fail(conn: Any, order: Any) -> None:
            put(conn, order)
            if order.report_id == report_id:
                raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(repository, "put_ordered_sync", fail)
            assert carry_out_releases(net.store.database) == 1
        assert net.store.rows("SELECT count(*) FROM results.release_event") == [(1,)]
        assert carry_out_releases(net.store.database) == 1
        assert net.store.rows("SELECT count(*) FROM results.release_event") == [(2,)]

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
