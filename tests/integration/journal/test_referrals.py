"""Referrals: accepted, answered, taken back, each side doing its own part."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.sending import HOME_CARE, items, put


async def test_given_a_referral_then_it_is_accepted_answered_and_seen_by_the_sender(journal: Journal) -> None:
    body = {"to_unit": HOME_CARE, "service": "Sårstell", "reason": "Leggsår", "urgency": "urgent"}
    made = await put(journal, "lege-koman", "ServiceRequest", "sent", body)
    ((listed,), (out,)) = (
        await items(journal, "sykepleier", "referral"),
        await items(journal, "lege-koman", "sent"),
    )
    assert (listed["item"]["urgency"], listed["item"]["state"]) == (2, "sent")
    seen = f"/work/{out['item']['id']}/$seen"
    assert code_of(await journal.call("lege-koman", None, "POST", seen)) == "422 item-waits"

    stored = made["body"]
    ours = {"id": made["id"], "reason": ""}
    await put(journal, "sykepleier", "ServiceRequest", "accepted", stored, version=1, **ours)
    answered = {**stored, "answer": "Stell hver mandag og torsdag."}
    await put(journal, "sykepleier", "ServiceRequest", "answered", answered, version=2, **ours)

    assert await items(journal, "sykepleier", "referral") == []
    (out,) = await items(journal, "lege-koman", "sent")
    assert out["item"]["state"] == "answered"
    assert code_of(await journal.call("sykepleier", None, "POST", seen)) == "404 item-unknown"
    for _ in range(2):
        await journal.ok("lege-koman", None, "POST", seen)
    assert await items(journal, "lege-koman", "sent") == []


@pytest.mark.parametrize(
    ("who", "state", "change", "code"),
    [
        ("sykepleier", "rejected", {}, "422 reason-missing"),
        ("sykepleier", "answered", {}, "422 answer-missing"),
        ("sykepleier", "accepted", {"reason": "Noe annet"}, "422 sent-unchangeable"),
        ("sykepleier", "withdrawn", {}, "403 not-sender"),
        ("lege-koman", "answered", {"answer": "x"}, "403 not-addressed"),
    ],
)
async def test_each_side_of_a_referral_does_its_own_part(
    journal: Journal, who: str, state: str, change: dict[str, str], code: str
) -> None:
    body = {"to_unit": HOME_CARE, "service": "Sårstell", "reason": "Leggsår"}
    made = await put(journal, "lege-koman", "ServiceRequest", "sent", body)
    sent = {"state": state, "at": AT, "body": {**made["body"], **change}}
    path = f"/journal/ServiceRequest/{made['id']}"
    assert code_of(await journal.call(who, "line", "PUT", path, sent, If_Match='"1"')) == code


@pytest.mark.parametrize(
    ("who", "state", "change"),
    [("sykepleier", "answered", {"answer": "Stell hver mandag."}), ("lege-koman", "withdrawn", {})],
)
async def test_given_whom_a_referral_names_has_left_then_the_unit_answers_it_and_the_sender_takes_it_back(
    journal: Journal, postgres: TestDatabase, who: str, state: str, change: dict[str, str]
) -> None:
    people = (await journal.ok("sykepleier", None, "POST", "/personnel/_search"))["personnel"]
    leaver = next(one for one in people if one["name"] == "Tobias Myrland")
    body = {"to_unit": HOME_CARE, "service": "Sårstell", "reason": "Leggsår", "to_person": leaver["id"]}
    made = await put(journal, "lege-koman", "ServiceRequest", "sent", body)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(
            "UPDATE core_record.employment SET valid_to = current_date - 2 WHERE personnel_id = %s",
            (leaver["id"],),
        )
    later = {**made["body"], **change}
    done = await put(journal, who, "ServiceRequest", state, later, id=made["id"], version=1, why="Feil")
    assert (done["state"], done["body"]["to_person_name"]) == (state, "Tobias Myrland")

    new = {"state": "sent", "at": AT, "body": body}
    refused = await journal.call("lege-koman", "line", "PUT", f"/journal/ServiceRequest/{uuid4()}", new)
    assert code_of(refused) == "422 personnel-not-there"


async def test_given_a_draft_of_a_referral_then_it_is_on_no_list_and_its_own_units(journal: Journal) -> None:
    body = {"to_unit": HOME_CARE, "service": "Sårstell", "reason": "Leggsår"}
    made = await put(journal, "lege-koman", "ServiceRequest", "draft", body)
    assert await items(journal, "sykepleier", "referral") == []
    assert (await journal.entries("sykepleier", "line", "ServiceRequest"))["ServiceRequest"] == []
    await put(journal, "lege-koman", "ServiceRequest", "sent", made["body"], id=made["id"], version=1)
    assert len(await items(journal, "sykepleier", "referral")) == 1
