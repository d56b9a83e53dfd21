"""Messages and referrals: what a line and an opened one show, what may be done with it, what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.clients.journal import Entry, Stamp
from portal.clients.unit import Item, Listed
from portal.clinician.messages.new import letter_body, missing
from portal.clinician.messages.transform import answer, entry_id, letter, lines

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
US, THEM = "313900541", "313900878"
OURS = frozenset({US, "313900436"})


def listed(kind: str, **more: Any) -> Listed:
    item = Item(
        US, more.pop("id", "m1"), "p", kind, more.pop("state", "sent"), more.pop("open", True), **more
    )
    return Listed(item, "Danser, Line")


def entry(kind: str, unit: str, to_unit: str, state: str = "sent", **more: Any) -> Entry:
    own = {name: more.pop(name) for name in ("id", "why") if name in more}
    late = more.pop("minutes", 0)
    by = Stamp("s1", "Ingunn Solvang", NOW + timedelta(minutes=late), "SP")
    body = {"to_unit": to_unit, "to_name": "Legesenteret", **more}
    return Entry(own.get("id", "m1"), kind, 1, state, NOW, unit, by, by, body, why=own.get("why"))


def test_what_was_sent_is_known_by_what_it_is_and_tasks_are_left_to_their_list() -> None:
    sent = listed("sent", id="x", about="m1", label="referral")
    task = listed("sent", id="y", about="t1", label="task")
    assert [(one.key, one.kind) for one in lines([sent, task, listed("message")])] == [
        ("x", "referral"),
        ("m1", "message"),
    ]
    assert (entry_id(sent), entry_id(listed("message"))) == ("m1", "m1")


def test_a_message_is_shown_with_its_whole_thread_oldest_first() -> None:
    first = entry("Communication", THEM, US, "answered", subject="Sår", text="Kan dere se?")
    reply = entry("Communication", US, THEM, id="m2", thread="m1", subject="Sår", text="Ja.", minutes=9)
    other = entry("Communication", THEM, US, id="m3", subject="Annet", text="Nei.")
    shown = letter(listed("message", id="m2"), {"Communication": [reply, other, first]}, OURS)
    assert shown is not None
    assert [(said.text, said.ours) for said in shown.thread] == [("Kan dere se?", False), ("Ja.", True)]
    assert letter(listed("message", id="gone"), {"Communication": [first]}, OURS) is None


@pytest.mark.parametrize(
    ("unit", "to_unit", "state", "may"),
    [
        (THEM, US, "sent", {"answer", "accept", "reject"}),
        (THEM, US, "accepted", {"answer", "reject"}),
        (THEM, US, "rejected", set()),
        (US, THEM, "sent", {"withdraw"}),
        (US, THEM, "answered", set()),
    ],
)
def test_a_referral_is_answered_by_its_receiver_and_withdrawn_by_its_sender(
    unit: str, to_unit: str, state: str, may: set[str]
) -> None:
    referral = entry(
        "ServiceRequest", unit, to_unit, state, service="Sårstell", reason="Sår", urgency="urgent"
    )
    shown = letter(listed("referral"), {"ServiceRequest": [referral]}, OURS)
    assert shown is not None
    assert {
        name for name in ("answer", "accept", "reject", "withdraw") if getattr(shown, f"can_{name}")
    } == may


def test_what_came_of_something_sent_can_be_put_away_once_there_is_an_answer() -> None:
    referral = {"service": "Sårstell", "reason": "Sår", "answer": "Vi kommer mandag."}
    done = entry("ServiceRequest", US, THEM, "answered", **referral)
    shown = letter(listed("sent", id="x", about="m1", label="referral"), {"ServiceRequest": [done]}, OURS)
    assert shown is not None
    assert shown.can_put_away
    assert [said.text for said in shown.thread] == ["Sår", "Vi kommer mandag."]
    waits = entry("ServiceRequest", US, THEM, "sent", **referral)
    still = letter(listed("sent", id="x", about="m1", label="referral"), {"ServiceRequest": [waits]}, OURS)
    assert still is not None
    assert not still.can_put_away


def test_a_reply_goes_to_the_unit_and_the_one_who_wrote() -> None:
    message = entry("Communication", THEM, US, subject="Sår", text="Kan dere se?")
    assert answer(message, "Ja.") == {
        "to_unit": THEM,
        "subject": "Sår",
        "text": "Ja.",
        "reply_to": "m1",
        "to_person": "s1",
    }


def test_a_new_one_says_what_it_lacks_and_is_a_message_or_a_referral() -> None:
    written = {"to_unit": THEM, "subject": "Sårstell", "words": "Sår på leggen"}
    assert [missing(written | {name: ""}) for name in written] == [
        "to_unit-missing",
        "subject-missing",
        "words-missing",
    ]
    assert missing(written) == ""
    assert letter_body("message", written)[0] == "Communication"
    kind, body = letter_body("referral", written | {"urgency": "acute"})
    assert (kind, body["service"], body["urgency"]) == ("ServiceRequest", "Sårstell", "acute")
    assert letter_body("referral", written | {"urgency": "strange"})[1]["urgency"] == "ordinary"
