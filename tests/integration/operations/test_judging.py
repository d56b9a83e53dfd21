"""Held messages judged and stored, corrected messages in their place: originals kept, all of it logged."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from results_service.intake import guard, work
from results_service.intake.pipeline import Pipeline
from tests.integration.intake.messages import GRY, LINE, V13, Sample, sample
from tests.integration.operations.conftest import World

NOTE = "Ringt laboratoriet, de har brukt nummeret to ganger."


async def _judged(world: World, message_id: str, judgement: str) -> str:
    await world.post(f"/messages/{message_id}/open", original=True)
    answer = await world.post(f"/messages/{message_id}/release", judgement=judgement, note=NOTE)
    assert answer.status_code == 200, answer.text
    world.work()
    return world.status(message_id)


def _later(first: Sample, **changes: str) -> Sample:
    """Another report under the same number: other requisition, other sampling date."""
    return first.but(msg_id=str(uuid4()), gen_date="2026-10-03T12:00:00", **changes)


def _reports(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM results.report")[0][0])


async def test_given_another_persons_number_when_judged_then_each_person_has_a_report(world: World) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(_later(first, number=GRY))
    assert (world.status(held), _reports(world)) == ("needs-attention", 1)
    world.acting_as("drift")

    status = await _judged(world, held, "report-of-its-own-person")

    assert (status, _reports(world)) == ("processed", 2)
    warnings = {row[0][0] for row in world.rows("SELECT warnings FROM results.report")}
    assert warnings == {"person-changed"}
    kept = world.rows("SELECT count(*) FROM results.original")
    assert kept == [(2,)]


async def test_given_a_change_for_the_second_person_when_it_comes_then_it_changes_only_that_report(
    world: World,
) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(_later(first, number=GRY))
    world.acting_as("drift")
    await _judged(world, held, "report-of-its-own-person")

    change = _later(first, number=GRY, serv_type="M", value="5.0")
    changed = await world.send(change.but(gen_date="2026-10-04T12:00:00"))

    versions = world.rows("SELECT person_id, count(*) FROM results.report_version GROUP BY 1 ORDER BY 2")
    assert (world.status(changed), [count for _, count in versions]) == ("processed", [1, 2])


async def test_given_a_number_used_again_when_judged_then_it_is_a_report_of_its_own(world: World) -> None:
    first = sample()
    await world.send(first)
    other = Reused(first)
    held = await world.send(other.new())
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")

    status = await _judged(world, held, "another-report")
    change = await world.send(other.change())
    unclear = await world.send(other.cancellation_of_nothing())

    assert (status, _reports(world)) == ("processed", 2)
    assert world.status(change) == "processed"
    assert world.status(unclear) == "needs-attention"
    counts = world.rows(
        "SELECT count(*) FROM results.report_version WHERE held IS NULL GROUP BY report_id ORDER BY 1"
    )
    assert counts == [(1,), (2,)]


async def test_given_a_held_message_accepted_under_an_earlier_rule_when_released_then_it_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample()
    await world.send(first)
    dashed = first.but(encoding="ISO-8859-1", extra="<!-- 3,5 \x96 5,0 -->")
    with monkeypatch.context() as earlier:
        earlier.setattr(guard, "_CONTROLS", b"")
        held = await world.send(Reused(dashed).new())
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")

    status = await _judged(world, held, "another-report")

    receipt = await world.http.get(f"/messages/{held}/apprec")
    assert (status, _reports(world)) == ("processed", 2)
    assert (receipt.status_code, '<Status V="1"' in receipt.text) == (200, True)


@pytest.mark.parametrize("processed", [True, False])
async def test_given_a_waiting_message_accepted_under_an_earlier_rule_when_replayed_then_it_still_waits(
    world: World, monkeypatch: pytest.MonkeyPatch, processed: bool
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(guard, "_CONTROLS", b"")
        if not processed:
            earlier.setattr(Pipeline, "_read", _broken)
            earlier.setattr(work, "MAX_ATTEMPTS", 1)
        held = await world.send(
            sample(number="13116900217", encoding="ISO-8859-1", extra="<!-- 3,5 \x96 5,0 -->")
        )
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")
    answer = await world.post(f"/messages/{held}/replay", reason="fault-fixed")
    assert answer.status_code == 200, answer.text
    world.work()
    assert world.status(held) == "needs-attention"
    assert await world.ids() == [held]


async def test_given_a_copy_in_the_other_format_when_the_first_is_released_then_the_copy_shows_it(
    world: World,
) -> None:
    first = sample()
    await world.send(first)
    again = Reused(first).new()
    held = await world.send(again)
    again.sample = again.sample.but(namespace=V13)
    copy = await world.send(again)
    waits = (await world.http.get(f"/messages/{copy}")).json()
    assert (waits["id"], waits["status"]) == (copy, "needs-attention")
    world.acting_as("drift")

    await _judged(world, held, "another-report")

    shown = [(await world.http.get(f"/messages/{one}")).json() for one in (held, copy)]
    assert [one["id"] for one in shown] == [held, copy]
    assert [(one["status"], one["errors"]) for one in shown] == [("processed", [])] * 2
    assert shown[0]["warnings"] == shown[1]["warnings"]
    receipt = await world.http.get(f"/messages/{copy}/apprec")
    assert "apprec/2004-11-21" in receipt.text
    assert first.serv_prov_id in receipt.text


def _broken(*_: object) -> None:
    raise ValueError


class Reused:
    """Messages about another examination under a number that is taken."""

    def __init__(self, first: Sample) -> None:
        self._first = first

    def new(self) -> Examination:
        return self._of("N", "2026-10-05T12:00:00")

    def change(self) -> Examination:
        return self._of("M", "2026-10-06T12:00:00")

    def cancellation_of_nothing(self) -> Examination:
        return Examination(self._of("C", "2026-10-07T12:00:00").sample, "R-UKJENT", "2026-09-01")

    def _of(self, serv_type: str, at: str) -> Examination:
        message = self._first.but(msg_id=str(uuid4()), serv_type=serv_type, gen_date=at)
        return Examination(message, "R-ANNEN", "2026-10-05")


class Examination:
    """A sample's message with a requisition and a sampling date of its own."""

    def __init__(self, message: Sample, requisition: str, sampled: str) -> None:
        self.sample, self._requisition, self._sampled = message, requisition, sampled

    def xml(self) -> bytes:
        own = f"<Id>R-{self.sample.serv_prov_id}</Id>".encode()
        data = self.sample.xml().replace(own, f"<Id>{self._requisition}</Id>".encode())
        return data.replace(b"2026-10-01T08:00:00", f"{self._sampled}T08:00:00".encode())


async def test_given_a_cancellation_under_a_used_message_id_when_judged_then_it_cancels_the_report_it_names(
    world: World,
) -> None:
    first = sample()
    await world.send(first)
    other = sample()
    await world.send(other)
    held = await world.send(first.but(msg_id=other.msg_id, serv_type="C", gen_date="2026-10-02T12:00:00"))
    assert world.status(held) == "needs-attention"
    world.acting_as("drift")

    status = await _judged(world, held, "for-the-report-it-names")

    shown = sorted(row[0] for row in world.rows("SELECT status FROM results.report"))
    assert (status, shown) == ("processed", ["cancelled", "final"])


async def test_given_a_held_message_when_judged_unfit_unread_or_without_words_then_nothing_is_done(
    world: World,
) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(_later(first, number=GRY))
    world.acting_as("drift")
    path, fit = f"/messages/{held}/release", "report-of-its-own-person"

    unread = await world.post(path, judgement=fit, note=NOTE)
    await world.post(f"/messages/{held}/open", original=True)
    unfit = await world.post(path, judgement="another-report", note=NOTE)
    wordless = await world.post(path, judgement=fit, note="ok")
    numbered = await world.post(path, judgement=fit, note=f"Gjelder {GRY} sier de")

    codes = [answer.json()["title"] for answer in (unread, unfit, wordless, numbered)]
    assert codes == ["not-opened", "judgement-unfit", "note-length", "note-number"]
    assert world.status(held) == "needs-attention"


async def test_given_a_judged_message_when_judged_again_then_nothing_more_and_the_log_tells_the_person(
    world: World,
) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(_later(first, number=GRY))
    world.acting_as("drift")
    await world.post(f"/messages/{held}/open", original=True)
    for _ in range(2):
        await world.post(f"/messages/{held}/release", judgement="report-of-its-own-person", note=NOTE)

    done = world.rows("SELECT count(*) FROM results.operator_action WHERE action = 'released'")
    logged = world.rows(
        "SELECT count(*) FROM core_record.access_log WHERE person_id = %s AND items ? 'IntakeRelease'",
        world.person(held),
    )
    stored = world.rows("SELECT note FROM results.operator_action WHERE action = 'released'")
    assert (done, logged) == ([(1,)], [(2,)])
    assert NOTE.encode() not in bytes(stored[0][0])


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
