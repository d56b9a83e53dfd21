"""Held messages judged and stored: the originals kept, all of it logged."""

from __future__ import annotations

from tests.integration.intake.messages import GRY, LINE, V13, sample
from tests.integration.operations.conftest import World
from tests.integration.operations.judging import NOTE, Reused, judged, later, reports


async def test_given_another_persons_number_when_judged_then_each_person_has_a_report(world: World) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(later(first, number=GRY))
    assert (world.status(held), reports(world)) == ("needs-attention", 1)
    world.acting_as("drift")

    status = await judged(world, held, "report-of-its-own-person")

    assert (status, reports(world)) == ("processed", 2)
    warnings = {row[0][0] for row in world.rows("SELECT warnings FROM results.report")}
    assert warnings == {"person-changed"}
    kept = world.rows("SELECT count(*) FROM results.original")
    assert kept == [(2,)]


async def test_given_a_change_for_the_second_person_when_it_comes_then_it_changes_only_that_report(
    world: World,
) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(later(first, number=GRY))
    world.acting_as("drift")
    await judged(world, held, "report-of-its-own-person")

    change = later(first, number=GRY, serv_type="M", value="5.0")
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

    status = await judged(world, held, "another-report")
    change = await world.send(other.change())
    unclear = await world.send(other.cancellation_of_nothing())

    assert (status, reports(world)) == ("processed", 2)
    assert world.status(change) == "processed"
    assert world.status(unclear) == "needs-attention"
    counts = world.rows(
        "SELECT count(*) FROM results.report_version WHERE held IS NULL GROUP BY report_id ORDER BY 1"
    )
    assert counts == [(1,), (2,)]


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

    await judged(world, held, "another-report")

    shown = [(await world.http.get(f"/messages/{one}")).json() for one in (held, copy)]
    assert [one["id"] for one in shown] == [held, copy]
    assert [(one["status"], one["errors"]) for one in shown] == [("processed", [])] * 2
    assert shown[0]["warnings"] == shown[1]["warnings"]
    receipt = await world.http.get(f"/messages/{copy}/apprec")
    assert "apprec/2004-11-21" in receipt.text
    assert first.serv_prov_id in receipt.text


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

    status = await judged(world, held, "for-the-report-it-names")

    shown = sorted(row[0] for row in world.rows("SELECT status FROM results.report"))
    assert (status, shown) == ("processed", ["cancelled", "final"])


async def test_given_a_held_message_when_judged_unfit_unread_or_without_words_then_nothing_is_done(
    world: World,
) -> None:
    first = sample(number=LINE)
    await world.send(first)
    held = await world.send(later(first, number=GRY))
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
    held = await world.send(later(first, number=GRY))
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
