"""An order is answered by what laboratories send: by its number, or as a person says; never by a guess."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core_record.result_news.requisition_numbers import spaced
from tests.integration.follow_up.conftest import (
    AWAITED,
    HOSPITAL_HER,
    OFFICE,
    PLAIN,
    assessed,
)
from tests.integration.lookup.builder import Item
from tests.integration.requisitions.conftest import (
    POTASSIUM,
    SODIUM,
    Net,
    awaited,
    change,
    changed,
    order,
    shown,
    standings,
    waiting,
)

NA = Item("2", SODIUM, "140", unit="mmol/L", ucum="mmol/L", low=137, high=145)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


async def test_given_an_order_that_no_laboratory_has_heard_of_then_it_is_on_the_requesters_list(
    net: Net,
) -> None:
    made = await order(net)
    (item,) = await net.listed("lege-koman", "requisition", mine=True)
    assert (item["unit"], item["state"], item["label"]) == (OFFICE, "waiting", "laboratory")
    assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(made["at"]) + timedelta(days=7)
    assert made["body"]["number"].startswith("AK")
    assert made["body"]["requester_name"] == "Magnar Koman"


async def test_given_a_final_answer_to_each_then_the_order_leaves_the_list(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    report = await net.arrive(requisition=made["body"]["number"], items=[PLAIN, NA])
    assert await waiting(net) == []
    (one,) = await shown(net)
    assert one["progress"]["state"] == "answered"
    assert one["progress"]["reports"] == [str(report)]
    assert [item["id"] for item in await net.listed()] == [str(report)]


async def test_given_a_part_of_the_answer_then_what_is_missing_is_told(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    report = await net.arrive(requisition=made["body"]["number"], items=[PLAIN])
    assert await waiting(net) == [("partly", made["id"])]
    assert await standings(net) == ["final", "waiting"]
    seen = await net.open(report)
    await net.act(report, "assess", assessed(seen["result"]["version"]))
    assert await net.listed() == []
    assert await waiting(net) == [("partly", made["id"])]


async def test_given_preliminary_then_the_order_waits_until_it_is_final(net: Net) -> None:
    made = await order(net)
    number = made["body"]["number"]
    await net.arrive(requisition=number, items=[replace(PLAIN, status="preliminary")], status="P")
    assert await waiting(net) == [("partly", made["id"])]
    assert await standings(net) == ["preliminary"]
    await net.arrive(requisition=number, serv_type="M", hours=1)
    assert await waiting(net) == []


async def test_given_an_examination_given_up_by_the_laboratory_then_it_is_told_apart_from_answered(
    net: Net,
) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    items = [replace(PLAIN, status="cancelled"), NA]
    await net.arrive(requisition=made["body"]["number"], items=items)
    assert await standings(net) == ["cancelled", "final"]
    assert await waiting(net) == []
    assert len(await net.listed()) == 1  # somebody sees that it was given up


async def test_given_a_report_withdrawn_as_a_whole_then_what_it_named_will_not_come(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    number = made["body"]["number"]
    await net.arrive(requisition=number, items=[PLAIN])
    await net.arrive(requisition=number, serv_type="C", hours=1)
    assert await standings(net) == ["cancelled", "waiting"]


async def test_given_one_of_two_results_of_the_same_code_then_the_examination_is_not_answered(
    net: Net,
) -> None:
    made = await order(net)
    items = [PLAIN, replace(AWAITED, key="2")]
    await net.arrive(requisition=made["body"]["number"], items=items)
    assert await standings(net) == ["registered"]
    assert await waiting(net) == [("waiting", made["id"])]


async def test_given_what_the_laboratory_has_registered_then_it_stands_on_the_orders_line(net: Net) -> None:
    made = await order(net)
    await net.arrive(requisition=made["body"]["number"], items=[AWAITED])
    assert await waiting(net) == [("waiting", made["id"])]
    assert await awaited(net) == []
    assert await standings(net) == ["registered"]
    await changed(net, made, "cancelled", why="Feil pasient")
    assert await waiting(net) == []
    assert len(await awaited(net)) == 1  # it leaves no list with the order


async def test_given_a_number_misspelt_with_spaces_then_it_is_the_same(net: Net) -> None:
    made = await order(net)
    await net.arrive(requisition=f"SOL2 {spaced(made['body']['number']).lower()} 001")
    assert await waiting(net) == []


async def test_given_the_number_then_the_answer_is_the_requesters_whoever_it_names(net: Net) -> None:
    made = await order(net)
    report = await net.arrive(
        requisition=made["body"]["number"], requester=None, unit=HOSPITAL_HER, items=[PLAIN]
    )
    (item,) = await net.listed("lege-koman", "result", mine=True)
    assert item["id"] == str(report)


async def test_given_another_persons_number_then_nothing_is_answered(net: Net) -> None:
    made = await order(net, about="gry")
    await net.arrive("line", requisition=made["body"]["number"])
    assert await waiting(net) == [("waiting", made["id"])]


class TestProposals:
    async def report(self, net: Net, **said: Any) -> str:
        """A report without our number, sampled the day after the order."""
        known: dict[str, Any] = {"sampled": NOW, "items": [PLAIN]} | said
        return str(await net.arrive(**known))

    async def test_given_a_report_without_number_then_it_is_proposed_and_answers_nothing(
        self, net: Net
    ) -> None:
        made = await order(net)
        report = await self.report(net)
        assert await waiting(net) == [("proposed", made["id"])]
        (one,) = await shown(net)
        assert one["progress"]["proposals"] == [report]
        assert [found["standing"] for found in one["progress"]["examinations"]] == ["waiting"]

    async def test_given_it_is_confirmed_then_the_order_is_answered(self, net: Net) -> None:
        made = await order(net)
        report = await self.report(net)
        await changed(net, made, confirmed=[report])
        assert await waiting(net) == []
        (one,) = await shown(net)
        assert (one["progress"]["state"], one["progress"]["reports"]) == ("answered", [report])

    async def test_given_it_is_declined_then_it_is_proposed_no_more(self, net: Net) -> None:
        made = await order(net)
        report = await self.report(net)
        await changed(net, made, declined=[report])
        assert await waiting(net) == [("waiting", made["id"])]

    async def test_given_two_orders_of_the_same_then_a_report_given_to_one_is_not_proposed_for_the_other(
        self, net: Net
    ) -> None:
        first = await order(net)
        second = await order(net, at="2026-11-20T10:00:00+01:00")
        report = await self.report(net)
        assert sorted(await waiting(net)) == sorted([("proposed", first["id"]), ("proposed", second["id"])])
        await changed(net, first, confirmed=[report])
        assert await waiting(net) == [("waiting", second["id"])]

    @pytest.mark.parametrize(
        "said",
        [
            {"items": [NA]},
            {"sampled": NOW - timedelta(days=30)},
            {"sampled": NOW + timedelta(days=90)},
            {"requester": None, "unit": HOSPITAL_HER},
        ],
    )
    async def test_given_other_codes_times_or_requesters_then_nothing_is_proposed(
        self, net: Net, said: dict[str, Any]
    ) -> None:
        made = await order(net)
        await self.report(net, **said)
        assert await waiting(net) == [("waiting", made["id"])]

    async def test_given_another_persons_report_then_it_cannot_be_confirmed(self, net: Net) -> None:
        made = await order(net)
        other = await net.arrive("gry", "R2")
        answer = await change(net, made, confirmed=[str(other)])
        assert (answer.status_code, answer.json()["title"]) == (422, "report-unknown")


async def test_given_a_report_with_the_number_that_a_person_says_is_not_the_answer_then_the_order_waits(
    net: Net,
) -> None:
    made = await order(net)
    report = await net.arrive(requisition=made["body"]["number"])
    assert await waiting(net) == []
    await changed(net, made, declined=[str(report)])
    assert await waiting(net) == [("waiting", made["id"])]


async def test_given_no_order_then_what_is_registered_has_its_own_line(net: Net) -> None:
    await net.arrive(items=[AWAITED])
    assert len(await awaited(net)) == 1


async def test_given_two_orders_in_one_report_then_both_are_answered(net: Net) -> None:
    first, second = await order(net), await order(net, SODIUM)
    numbers = " ".join(one["body"]["number"] for one in (first, second))
    await net.arrive(requisition=numbers, items=[PLAIN, NA])
    assert await waiting(net) == []


@pytest.mark.parametrize("attempt", range(6))
async def test_given_an_answer_while_the_order_is_cancelled_then_no_line_is_left_or_lost(
    net: Net, attempt: int
) -> None:
    made = await order(net, POTASSIUM, SODIUM, information=f"Forsøk {attempt}")
    net.send(requisition=made["body"]["number"], items=[AWAITED])
    _, answer = await asyncio.gather(net.take(), change(net, made, "cancelled", why="Ikke nødvendig"))
    assert answer.is_success, answer.text
    await net.take()
    assert await waiting(net) == []
    assert len(await awaited(net)) == 1
