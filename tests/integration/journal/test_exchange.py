"""Admissions, referrals, messages, tasks between units: on both lists, with a relation, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from kit.norway import today_in_norway
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, let_relations_end
from tests.integration.journal.sending import GP, HOME_CARE, items, message, put

ASK = ("POST", "/journal/_search", {"kinds": ["Encounter"]})


async def test_given_an_admission_then_home_care_needs_no_reason_while_it_lasts(
    journal: Journal, postgres: TestDatabase
) -> None:
    assert code_of(await journal.call("pleieassistent", "line", *ASK, reason="")) == "403 relation-missing"
    body = {"service": "home-care", "decision": "2026/114", "unit": HOME_CARE}
    made = await put(journal, "lege-koman", "EpisodeOfCare", "active", body)
    assert made["body"]["unit_name"] == "Fjordvik hjemmetjeneste"
    await journal.ok("pleieassistent", "line", *ASK, reason="")

    ends = str(today_in_norway() + timedelta(days=20))
    await put(
        journal,
        "sykepleier",
        "EpisodeOfCare",
        "active",
        {**body, "ends": ends},
        id=made["id"],
        version=1,
        reason="",
    )
    await journal.ok("pleieassistent", "line", *ASK, reason="")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        ((closed,),) = conn.execute("SELECT closed_at FROM core_record.care_relation").fetchall()
    assert timedelta(days=19) < closed - datetime.now(UTC) < timedelta(days=21, hours=1)

    await put(journal, "sykepleier", "EpisodeOfCare", "finished", body, id=made["id"], version=2, reason="")
    let_relations_end(postgres)
    assert code_of(await journal.call("pleieassistent", "line", *ASK, reason="")) == "403 relation-missing"
    await put(journal, "sykepleier", "EpisodeOfCare", "active", body, id=made["id"], version=3)
    await journal.ok("pleieassistent", "line", *ASK, reason="")


async def test_given_a_message_then_it_is_unread_read_answered_and_the_thread_holds_together(
    journal: Journal, postgres: TestDatabase
) -> None:
    sent = await message(journal)
    assert sent["body"]["to_name"] == "Fjordvik hjemmetjeneste"
    (unread,) = await items(journal, "sykepleier", "message")
    assert (unread["item"]["id"], unread["item"]["state"]) == (sent["id"], "sent")
    (out,) = await items(journal, "lege-koman", "sent")
    assert (out["item"]["about"], out["item"]["label"], out.get("overdue")) == (sent["id"], "message", None)

    path = f"/journal/Communication/{sent['id']}/$read"
    assert code_of(await journal.call("lege-koman", "line", "POST", path)) == "403 not-addressed"
    opened = await journal.ok("sykepleier", "line", "POST", path, reason="")
    assert opened == await journal.ok("sykepleier", "line", "POST", path, reason="")
    assert opened["state"] == "read"

    reply = await message(
        journal, "sykepleier", to_unit=GP, text="138/84 og 142/86", subject="Svar", reply_to=sent["id"]
    )
    assert reply["body"]["thread"] == sent["id"]
    assert await items(journal, "sykepleier", "message") == []
    assert await items(journal, "lege-koman", "sent") == []
    (answer,) = await items(journal, "lege-koman", "message")
    assert (answer["item"]["id"], answer["item"]["label"]) == (reply["id"], "reply")
    await journal.ok("lege-koman", "line", "POST", f"/journal/Communication/{reply['id']}/$read")
    assert await items(journal, "lege-koman", "message") == []

    found = (await journal.entries("lege-koman", "line", "Communication"))["Communication"]
    assert {entry["id"]: entry["state"] for entry in found} == {sent["id"]: "answered", reply["id"]: "read"}
    let_relations_end(postgres)
    assert code_of(await journal.call("sykepleier", "line", *ASK, reason="")) == "403 relation-missing"


async def test_given_nobody_answers_then_the_sender_sees_it_as_overdue(
    journal: Journal, postgres: TestDatabase
) -> None:
    await message(journal)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE journal.work_item SET due = due - interval '6 days' WHERE kind = 'sent'")
    (out,) = await items(journal, "lege-koman", "sent", before=datetime.now(UTC).isoformat())
    assert out["overdue"]


async def test_given_a_message_is_sent_then_nobody_changes_what_it_says(journal: Journal) -> None:
    sent = await message(journal)
    changed = {"state": "sent", "at": AT, "body": {**sent["body"], "text": "Noe annet"}}
    path = f"/journal/Communication/{sent['id']}"
    answer = await journal.call("lege-koman", "line", "PUT", path, changed, If_Match='"1"')
    assert code_of(answer) == "422 sent-unchangeable"


async def test_given_a_person_elsewhere_then_a_message_names_only_who_works_there(journal: Journal) -> None:
    me = await message(journal)
    body = {"to_unit": HOME_CARE, "subject": "x", "text": "y", "to_person": me["made"]["by"]}
    sent = {"state": "sent", "at": AT, "body": body}
    answer = await journal.call("lege-koman", "line", "PUT", f"/journal/Communication/{uuid4()}", sent)
    assert code_of(answer) == "422 personnel-not-there"
    (nurse, *_) = (await journal.ok("sykepleier", None, "POST", "/personnel/_search"))["personnel"]
    named = await message(journal, to_person=nurse["id"])
    assert named["body"]["to_person_name"] == nurse["name"]


@pytest.mark.parametrize("how", ["an owner of places", "closed", "open"])
async def test_one_writes_to_a_place_where_somebody_reads_and_to_no_other(
    journal: Journal, postgres: TestDatabase, how: str
) -> None:
    owner = "SELECT parent FROM core_record.organisation WHERE org_number = %s"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        ((parent,),) = conn.execute(owner, (GP,)).fetchall()
        if how == "closed":
            conn.execute(
                "UPDATE core_record.organisation SET valid_to = current_date - 2 WHERE org_number = %s", (GP,)
            )
    body = {"to_unit": parent if how == "an owner of places" else GP, "subject": "x", "text": "y"}
    sent = {"state": "sent", "at": AT, "body": body}
    answer = await journal.call("sykepleier", "line", "PUT", f"/journal/Communication/{uuid4()}", sent)
    if how == "open":
        assert answer.is_success, answer.text
    else:
        assert code_of(answer) == "422 unit-unknown"


@pytest.mark.parametrize(
    ("kind", "state", "body", "code"),
    [
        ("Task", "requested", {"due": "9999-12-31T23:59:59-05:00"}, "422 time-impossible"),
        ("Task", "requested", {"due": "2030-01-01T10:00:00"}, "422 time-without-zone"),
        ("Encounter", "planned", {"planned": "0001-01-01T00:00:00+05:00"}, "422 time-impossible"),
        ("EpisodeOfCare", "active", {"ends": "9999-12-31"}, "422 date-impossible"),
    ],
)
async def test_a_time_that_no_list_can_hold_is_refused(
    journal: Journal, kind: str, state: str, body: dict[str, str], code: str
) -> None:
    more = {"Task": {"text": "x"}, "Encounter": {"form": "phone"}, "EpisodeOfCare": {"service": "home-care"}}
    sent = {"state": state, "at": AT, "body": more[kind] | body}
    answer = await journal.call("sykepleier", "line", "PUT", f"/journal/{kind}/{uuid4()}", sent)
    assert code_of(answer) == code


async def test_given_a_task_is_returned_then_the_sender_has_it_with_the_reason(journal: Journal) -> None:
    body = {"text": "Ta blodprøve", "unit": HOME_CARE, "due": "2026-11-01T10:00:00+01:00"}
    made = await put(journal, "lege-koman", "Task", "requested", body)
    (late,) = await items(journal, "sykepleier", "task")
    assert late["overdue"]
    path, back = f"/journal/Task/{made['id']}", {"state": "rejected", "at": AT, "body": made["body"]}
    silent = await journal.call("sykepleier", "line", "PUT", path, back, If_Match='"1"')
    assert code_of(silent) == "422 reason-missing"
    await put(
        journal, "sykepleier", "Task", "rejected", made["body"], id=made["id"], version=1, why="Ikke hjemme"
    )
    assert await items(journal, "sykepleier", "task") == []
    (out,) = await items(journal, "lege-koman", "sent")
    assert (out["item"]["state"], out["item"]["about"]) == ("rejected", made["id"])


async def test_given_an_assistant_then_lines_that_tell_of_what_one_does_not_read_are_not_given(
    journal: Journal,
) -> None:
    """A message, a referral, a result: that a person has one is more than an assistant's work needs."""
    await message(journal)
    await put(journal, "lege-koman", "Task", "requested", {"text": "Hent medisiner", "unit": HOME_CARE})
    wanted = {"kinds": ["message", "referral", "result", "requisition-draft", "task", "visit"]}
    nurse = await journal.ok("sykepleier", None, "POST", "/work/_search", wanted)
    assert nurse["closed"] == []
    assert sorted(one["item"]["kind"] for one in nurse["items"]) == ["message", "task"]
    assistant = await journal.ok("pleieassistent", None, "POST", "/work/_search", wanted)
    assert assistant["closed"] == ["message", "referral", "result", "requisition-draft"]
    assert [one["item"]["kind"] for one in assistant["items"]] == ["task"]

    ids = {one["item"]["kind"]: one["item"]["id"] for one in nurse["items"]}
    for who, kind, there in (
        ("sykepleier", "message", True),
        ("pleieassistent", "task", True),
        ("pleieassistent", "message", False),
    ):
        path = f"/work/{ids[kind]}/_person"
        if there:
            assert (await journal.ok(who, None, "POST", path))["number"]
        else:
            assert code_of(await journal.call(who, None, "POST", path)) == "404 item-unknown"


async def test_given_an_assistant_then_what_was_sent_is_given_as_far_as_one_reads_what_it_was(
    journal: Journal,
) -> None:
    """A line of what is out tells of a message as the receiver's does; of a task it tells whom one helps."""
    await message(journal, "sykepleier", to_unit=GP)
    referral = {"to_unit": GP, "service": "gp", "reason": "Vurdering av medisiner"}
    await put(journal, "sykepleier", "ServiceRequest", "sent", referral)
    await put(journal, "sykepleier", "Task", "requested", {"text": "Ring pårørende", "unit": GP})
    nurse = {one["item"]["label"]: one["item"]["id"] for one in await items(journal, "sykepleier", "sent")}
    assert sorted(nurse) == ["message", "referral", "task"]
    assistant = await items(journal, "pleieassistent", "sent")
    assert [one["item"]["label"] for one in assistant] == ["task"]
    for label, item_id in nurse.items():
        path = f"/work/{item_id}/_person"
        assert (await journal.ok("sykepleier", None, "POST", path))["number"]
        answer = await journal.call("pleieassistent", None, "POST", path)
        assert answer.is_success if label == "task" else code_of(answer) == "404 item-unknown"
        away = await journal.call("pleieassistent", None, "POST", f"/work/{item_id}/$seen")
        assert code_of(away) == ("422 item-waits" if label == "task" else "404 item-unknown")


async def test_given_a_unit_then_its_lists_name_persons_without_their_numbers(journal: Journal) -> None:
    await put(journal, "lege-koman", "Task", "requested", {"text": "x", "unit": HOME_CARE})
    (line,) = await items(journal, "pleieassistent", "task")
    assert (line["name"], line["birth_date"]) == ("Line Danser", "1969-11-13")
    assert "13116900216" not in str(line)


async def test_given_a_stand_in_then_lists_of_mine_hold_what_the_absent_one_has(journal: Journal) -> None:
    people = (await journal.ok("sykepleier", None, "POST", "/personnel/_search"))["personnel"]
    ids = {one["name"]: one["id"] for one in people}
    nurse, assistant = ids["Ingunn Solvang"], ids["Tobias Myrland"]
    await put(journal, "lege-koman", "Task", "requested", {"text": "x", "unit": HOME_CARE, "assignee": nurse})
    assert len(await items(journal, "sykepleier", "task", mine=True)) == 1
    assert await items(journal, "pleieassistent", "task", mine=True) == []

    today = today_in_norway()
    away = {
        "personnel": nurse,
        "stand_in": assistant,
        "first": str(today),
        "last": str(today + timedelta(days=7)),
    }
    path = f"/absences/{uuid4()}"
    for _ in range(2):
        await journal.ok("pleieassistent", None, "PUT", path, away)
    assert len(await items(journal, "pleieassistent", "task", mine=True)) == 1
    (listed,) = (await journal.ok("sykepleier", None, "POST", "/absences/_search", {}))["absences"]
    assert (listed["name"], listed["stand_in_name"]) == ("Ingunn Solvang", "Tobias Myrland")
    other = await journal.call("pleieassistent", None, "PUT", path, {**away, "last": str(today)})
    assert code_of(other) == "409 id-used"
    assert (
        code_of(await journal.call("lege-koman", None, "POST", f"{path}/$withdraw")) == "404 absence-unknown"
    )

    await journal.ok("sykepleier", None, "POST", f"{path}/$withdraw")
    assert await items(journal, "pleieassistent", "task", mine=True) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last": "2020-01-01"}, "422 absence-days"),
        ({"first": "9999-12-01", "last": "9999-12-31"}, "422 absence-days"),
        ({"stand_in": "same"}, "422 stand-in-self"),
        ({"stand_in": str(uuid4())}, "422 personnel-not-there"),
    ],
)
async def test_an_absence_that_cannot_be_is_refused(
    journal: Journal, change: dict[str, str], code: str
) -> None:
    nurse, other, *_ = (
        one["id"] for one in (await journal.ok("sykepleier", None, "POST", "/personnel/_search"))["personnel"]
    )
    today = str(today_in_norway())
    away = {"personnel": nurse, "stand_in": other, "first": today, "last": today} | change
    away = {name: nurse if value == "same" else value for name, value in away.items()}
    assert code_of(await journal.call("sykepleier", None, "PUT", f"/absences/{uuid4()}", away)) == code
