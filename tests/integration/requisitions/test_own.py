"""What a person reads of their own orders: that it is ordered, and whether it is answered; never by what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.integration.follow_up.conftest import PLAIN
from tests.integration.journal.conftest import code_of
from tests.integration.requisitions.conftest import (
    POTASSIUM,
    SODIUM,
    Net,
    changed,
    order,
    shown,
)

OWN = "/requisitions/own/_search"


async def read(net: Net) -> tuple[str, list[str]]:
    """What the person reads of their only order: its state, and its examinations'."""
    (one,) = (await net.journal.ok("line", "line", "POST", OWN))["orders"]
    return one["state"], [each["state"] for each in one["examinations"]]


async def test_given_an_order_then_the_person_reads_what_is_ordered_by_whom_and_whether_it_is_answered(
    net: Net,
) -> None:
    made = await order(net, POTASSIUM, SODIUM, information="Mistanke om nyresvikt.")
    await order(net, SODIUM, state="draft")
    (one,) = (await net.journal.ok("line", "line", "POST", OWN))["orders"]
    assert (one["id"], one["state"], one["by"]) == (made["id"], "waiting", "Magnar Koman")
    assert [each["state"] for each in one["examinations"]] == ["ordered", "ordered"]
    assert "nyresvikt" not in str(one)
    await changed(net, made, settled=[{"examination": 0, "words": "Kalium 9,9 ringt inn"}], why="Ringt")
    (one,) = (await net.journal.ok("line", "line", "POST", OWN))["orders"]
    assert (one["state"], [e["state"] for e in one["examinations"]]) == ("partly", ["closed", "ordered"])
    assert "9,9" not in str(one)
    assert set(one) == {"id", "at", "field", "by", "state", "examinations", "sampled"}


async def test_given_a_word_that_it_is_answered_then_the_laboratory_is_not_said_to_have_answered(
    net: Net,
) -> None:
    made = await order(net)
    made = await changed(net, made, settled=[{"examination": 0, "words": "Ringt inn"}])
    assert await read(net) == ("ended", ["closed"])
    report = await net.arrive(items=[PLAIN])
    said: dict[str, Any] = {"examination": 0, "report": str(report)}
    await changed(net, made, settled=[said])
    assert await read(net) == ("answered", ["answered"])


async def test_given_all_given_up_by_the_laboratory_then_no_answer_is_promised(net: Net) -> None:
    made = await order(net, POTASSIUM)
    number = made["body"]["number"]
    await net.arrive(requisition=number, items=[replace(PLAIN, status="cancelled")])
    assert await read(net) == ("ended", ["not-done"])


async def test_given_one_answered_and_one_given_up_or_closed_then_there_is_an_answer(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    await net.arrive(requisition=made["body"]["number"], items=[PLAIN])
    assert await read(net) == ("partly", ["answered", "ordered"])
    await changed(net, made, settled=[{"examination": 1, "words": "Ringt inn"}])
    assert await read(net) == ("answered", ["answered", "closed"])


async def test_given_an_order_that_is_cancelled_then_the_person_no_longer_waits_for_it(net: Net) -> None:
    made = await order(net)
    await changed(net, made, "cancelled", why="Tatt på sykehuset")
    assert (await net.journal.ok("line", "line", "POST", OWN))["orders"] == []


async def test_given_another_citizen_or_a_health_worker_then_it_is_refused_and_theirs_is_as_before(
    net: Net,
) -> None:
    await order(net)
    assert code_of(await net.journal.call("gry", "line", "POST", OWN)) == "403 not-own-data"
    assert code_of(await net.journal.call("lege-koman", "line", "POST", OWN)) == "403 requisitions-own"
    assert len(await shown(net)) == 1
