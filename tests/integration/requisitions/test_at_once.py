"""Two who bring the same person's lines up to date wait for each other, in one order; a line that was left
behind is brought along."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from journal_api.care.follow_up import repository
from journal_api.care.requisitions.lines import hold_orders
from kit.db import set_person
from tests.integration.follow_up.conftest import AWAITED, HOSPITAL_HER, PLAIN
from tests.integration.requisitions.conftest import Net, order, shown, waiting


async def test_given_news_of_a_report_while_it_is_opened_then_neither_fails(net: Net) -> None:
    made = await order(net)
    report = await net.arrive(requisition=made["body"]["number"], items=[AWAITED])
    person = net.person_of("line")
    async with net.db.transaction() as conn:
        await set_person(conn, person)
        await hold_orders(conn, person)  # as who applies the news, who then takes the report's row
        opening = asyncio.create_task(net.open(report))
        await asyncio.sleep(0.5)
        assert await repository.find(conn, person, report, lock="wait") is not None
    assert (await opening)["result"]["state"] == "opened"


async def test_given_an_answer_that_a_merging_brought_then_the_line_goes_when_it_is_read(
    net: Net,
) -> None:
    made = await order(net)
    report = await net.arrive(items=[PLAIN], requester=None, unit=HOSPITAL_HER)
    assert await waiting(net) == [("waiting", made["id"])]
    async with net.db.transaction() as conn:  # as a merging leaves it
        await set_person(conn, net.person_of("line"))
        row = await repository.find(conn, net.person_of("line"), report, lock="wait")
        assert row is not None
        numbered = replace(row, requisitions=[made["body"]["number"]])
        await repository.put(conn, net.person_of("line"), numbered)
    assert await waiting(net) == [("waiting", made["id"])]
    assert [one["progress"]["state"] for one in await shown(net, who="sykepleier")] == ["answered"]
    assert await waiting(net) == []
