"""Two who bring the same person's lines up to date wait for each other, in one order."""

from __future__ import annotations

import asyncio

from journal_api.care.follow_up import repository
from journal_api.care.requisitions.lines import hold_orders
from kit.db import set_person
from tests.integration.follow_up.conftest import AWAITED
from tests.integration.requisitions.conftest import Net, order


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
