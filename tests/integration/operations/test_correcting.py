"""Corrected messages in the place of held ones: the first stays as it came."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg

from tests.integration.intake.messages import GRY, LINE, V13, Sample, sample, together
from tests.integration.operations.conftest import World


async def _correct(world: World, message_id: str, data: bytes) -> tuple[int, dict[str, object]]:
    await world.post(f"/messages/{message_id}/open", original=True)
    answer = await world.post(
        f"/messages/{message_id}/correct",
        reason="sender-told-in-writing",
        note="Laboratoriet har skrevet hva som er riktig.",
        message=base64.b64encode(data).decode(),
    )
    return answer.status_code, answer.json()


async def test_given_a_message_without_report_number_when_corrected_then_it_is_taken_in_beside_the_first(
    world: World,
) -> None:
    faulty = sample(serv_prov_id="")
    held = await world.send(faulty)
    world.acting_as("drift")

    status, answer = await _correct(world, held, faulty.but(serv_prov_id="RIKTIG-1").xml())
    world.work()
    again, same = await _correct(world, held, faulty.but(serv_prov_id="RIKTIG-1").xml())

    message = answer["message"]
    assert (status, again) == (200, 200)
    assert isinstance(message, dict)
    assert isinstance(same["message"], dict)
    assert (message["corrects"], same["message"]["id"]) == (held, message["id"])
    assert (world.status(message["id"]), world.status(held)) == ("processed", "needs-attention")
    assert held not in await world.ids()
    assert world.rows("SELECT count(*) FROM results.original") == [(2,)]


async def test_given_a_correction_for_someone_else_when_sent_then_refused(world: World) -> None:
    faulty = sample(serv_prov_id="", number=LINE)
    held = await world.send(faulty)
    world.acting_as("drift")

    other_person = await _correct(world, held, faulty.but(serv_prov_id="R1", number=GRY).xml())
    other_sender = await _correct(world, held, faulty.but(serv_prov_id="R1", sender_her="8100090").xml())
    unreadable = await _correct(world, held, b"<Message/>")

    found = [answer["title"] for _, answer in (other_person, other_sender, unreadable)]
    assert found == ["correction-other-person", "correction-other-sender", "correction-unreadable"]
    assert world.rows("SELECT count(*) FROM results.intake_message") == [(1,)]


async def _held_and_corrected(world: World, **first: str) -> tuple[Sample, str, str]:
    """A message without report number, its id, and the id of what was sent in instead."""
    faulty = sample(serv_prov_id="")
    held = await world.send(faulty)
    world.acting_as("drift")
    _, answer = await _correct(world, held, faulty.but(**first).xml())
    world.work()
    message = answer["message"]
    assert isinstance(message, dict)
    return faulty, held, str(message["id"])


async def _detail(world: World, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.get(f"/messages/{message_id}")).json()
    return found


async def test_given_a_correction_that_is_rejected_then_the_first_is_on_the_list_again_until_one_stands(
    world: World,
) -> None:
    with psycopg.connect(world.database.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.sender SET strict = true")
    faulty, held, rejected = await _held_and_corrected(world, serv_prov_id="R1", msg_id="no-uuid")
    assert world.status(rejected) == "rejected"
    assert held in await world.ids()
    assert (await _detail(world, held))["message"]["resolved"] is None

    status, answer = await _correct(world, held, faulty.but(serv_prov_id="R1").xml())
    world.work()

    second = answer["message"]
    assert isinstance(second, dict)
    assert (status, second["corrects"], world.status(second["id"])) == (200, held, "processed")
    assert held not in await world.ids()
    detail = await _detail(world, held)
    assert detail["message"]["resolved"] == "corrected"
    found = [(one["id"], one["status"]) for one in detail["corrections"]]
    assert found == [(second["id"], "processed"), (rejected, "rejected")]


async def test_given_a_second_different_correction_then_it_is_tied_too(world: World) -> None:
    faulty, held, first = await _held_and_corrected(world, serv_prov_id="R1")
    _, answer = await _correct(world, held, faulty.but(serv_prov_id="R2").xml())
    second = answer["message"]
    assert isinstance(second, dict)
    assert second["corrects"] == held
    assert [one["id"] for one in (await _detail(world, held))["corrections"]] == [second["id"], first]
    actions = [one["action"] for one in (await _detail(world, held))["history"]]
    assert actions.count("corrected") == 2


async def test_given_a_correction_that_waits_itself_then_the_first_comes_back_only_if_it_was_an_error(
    world: World,
) -> None:
    _, held, waits = await _held_and_corrected(world, serv_prov_id="", gen_date="2026-10-03T12:00:00")
    assert await world.ids() == [waits]

    await world.post(f"/messages/{waits}/resolve", reason="handled-with-sender")
    assert await world.ids() == []
    await world.post(f"/messages/{waits}/resolve", reason="sent-in-error")
    assert await world.ids() == [held]


async def test_given_a_correction_of_another_message_then_it_is_not_tied_to_a_second(world: World) -> None:
    faulty, held, _ = await _held_and_corrected(world, serv_prov_id="R1")
    other = await world.send(faulty.but(gen_date="2026-10-03T12:00:00"))
    world.acting_as("drift")
    status, answer = await _correct(world, other, faulty.but(serv_prov_id="R1").xml())
    assert (status, answer["title"]) == (409, "correction-elsewhere")
    assert await world.ids() == [other]
    assert len((await _detail(world, held))["corrections"]) == 1


@dataclass(frozen=True)
class Several:
    """A v1.3 message of several reports."""

    reports: tuple[Sample, ...]

    def xml(self) -> bytes:
        return together(*self.reports)


async def test_given_two_held_parts_of_one_message_when_both_are_corrected_then_both_land(
    world: World,
) -> None:
    first = sample(namespace=V13), sample(namespace=V13)
    await world.send(Several(first))
    later = {"serv_type": "M", "msg_id": str(uuid4()), "gen_date": "2026-10-02T12:00:00"}
    faulty = [one.but(**later, number="13116900217") for one in first]
    whole = await world.send(Several(tuple(faulty)))
    world.acting_as("drift")
    held = await world.ids()
    assert len(held) == 2

    landed = []
    for part, message in zip(held, faulty, strict=True):
        status, answer = await _correct(world, part, message.but(number=LINE).xml())
        assert status == 200, answer
        world.work()
        landed.append(answer["message"]["id"])  # type: ignore[index]
    assert [world.status(one) for one in landed] == ["processed"] * 2
    assert world.rows("SELECT count(*) FROM results.report") == [(2,)]
    assert world.rows("SELECT count(*) FROM results.report_version") == [(4,)]

    own = await world.send(Several(tuple(one.but(number=LINE) for one in faulty)))
    assert own != whole
    copies = "SELECT copy_of::text FROM results.intake_message WHERE part_of = %s ORDER BY id"
    assert world.rows(copies, own) == [(one,) for one in landed]


async def test_given_corrected_parts_that_wait_themselves_when_corrected_then_both_land(world: World) -> None:
    first = sample(namespace=V13, value="4.4"), sample(namespace=V13, value="5.1")
    await world.send(Several(first))
    later = {"serv_type": "M", "msg_id": str(uuid4()), "gen_date": "2026-10-02T12:00:00"}
    nameless = [one.but(**later, serv_prov_id="") for one in first]
    await world.send(Several(tuple(one.but(number="13116900217") for one in nameless)))
    world.acting_as("drift")

    landed = []
    for part, still_faulty, message in zip(await world.ids(), nameless, first, strict=True):
        _, waits = await _correct(world, part, still_faulty.xml())
        world.work()
        _, answer = await _correct(world, waits["message"]["id"], message.but(**later).xml())  # type: ignore[index]
        world.work()
        landed.append(world.status(answer["message"]["id"]))  # type: ignore[index]
    assert landed == ["processed"] * 2
