"""Contacts and notes: written once, kept in every version, seen by those who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, note_of


async def test_given_a_contact_then_the_units_list_has_it_and_the_relation_needs_no_reason(
    journal: Journal,
) -> None:
    refused = await journal.call(
        "legevakt", "line", "POST", "/journal/_search", {"kinds": ["Encounter"]}, reason=""
    )
    assert code_of(refused) == "403 relation-missing"
    contact = await journal.contact(
        "legevakt", "line", reason="Brystsmerter", service="emergency", urgency="acute"
    )

    seen = await journal.entries("legevakt", "line", "Encounter", reason="")

    assert [entry["id"] for entry in seen["Encounter"]] == [contact["id"]]
    listed = await journal.ok("legevakt", None, "POST", "/work/_search", {"kinds": ["contact"]})
    assert [(i["name"], i["item"]["urgency"]) for i in listed["items"]] == [("Line Danser", 3)]
    assert journal.number("line").value not in str(listed)
    path = f"/work/{contact['id']}/_person"
    assert await journal.ok("legevakt", None, "POST", path) == {"number": journal.number("line").value}
    assert code_of(await journal.call("lege-koman", None, "POST", path)) == "404 item-unknown"
    elsewhere = await journal.ok("lege-koman", None, "POST", "/work/_search", {"kinds": ["contact"]})
    assert elsewhere["items"] == []


async def test_given_a_contact_ends_then_it_leaves_the_list_and_the_relation_lasts_a_while(
    journal: Journal, postgres: TestDatabase
) -> None:
    contact = await journal.contact("legevakt", "line", service="emergency", urgency="ordinary")
    path, body = (
        f"/journal/Encounter/{contact['id']}",
        {"state": "finished", "at": AT, "body": contact["body"]},
    )
    await journal.ok("legevakt", "line", "PUT", path, body, If_Match='"1"')

    assert (await journal.ok("legevakt", None, "POST", "/work/_search", {"kinds": ["contact"]}))[
        "items"
    ] == []
    await journal.entries("legevakt", "line", "Encounter", reason="")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        (closed,) = conn.execute("SELECT closed_at FROM core_record.care_relation").fetchall()[0]
    assert timedelta(days=29) < closed - datetime.now(UTC) < timedelta(days=31)


async def test_given_the_same_is_sent_twice_then_nothing_is_written_twice(journal: Journal) -> None:
    note_id, sent = uuid4(), note_of()
    first = await journal.ok("lege-koman", "line", "PUT", f"/journal/Composition/{note_id}", sent)
    again = await journal.ok("lege-koman", "line", "PUT", f"/journal/Composition/{note_id}", sent)
    other = await journal.call(
        "lege-koman", "line", "PUT", f"/journal/Composition/{note_id}", note_of(texts={})
    )

    assert first == again
    assert code_of(other) == "409 id-used"
    assert len((await journal.entries("lege-koman", "line", "Composition"))["Composition"]) == 1


async def test_given_a_draft_is_signed_then_it_is_never_changed_only_corrected_with_both_shown(
    journal: Journal,
) -> None:
    note = await journal.draft()
    path = f"/journal/Composition/{note['id']}"
    signed = await journal.ok("lege-koman", "line", "POST", f"{path}/$sign", If_Match='"1"')
    twice = await journal.ok("lege-koman", "line", "POST", f"{path}/$sign", If_Match='"1"')
    assert signed == twice
    assert (signed["state"], signed["signed"]["name"]) == ("signed", "Magnar Koman")

    changed = note_of(texts={"text": "Fikk råd om kost."}) | {"state": "signed"}
    silent = await journal.call("lege-koman", "line", "PUT", path, changed, If_Match='"2"')
    back = await journal.call("lege-koman", "line", "PUT", path, note_of() | {"why": "x"}, If_Match='"2"')
    corrected = await journal.ok(
        "lege-koman", "line", "PUT", path, changed | {"why": "Feil tema"}, If_Match='"2"'
    )

    assert code_of(silent) == "422 reason-missing"
    assert code_of(back) == "422 state-order"
    versions = (await journal.ok("lege-koman", "line", "POST", f"{path}/_history"))["versions"]
    assert [v["body"]["texts"]["text"] for v in versions] == ["Fikk råd om kost.", "Fikk råd om søvn."]
    assert corrected["why"] == "Feil tema"


async def test_given_two_write_the_same_draft_then_both_are_kept_and_the_second_is_told(
    journal: Journal,
) -> None:
    note = await journal.draft()
    path = f"/journal/Composition/{note['id']}"
    await journal.ok("lege-koman", "line", "PUT", path, note_of(texts={"text": "A"}), If_Match='"1"')
    late = await journal.call(
        "helsesekretaer",
        "line",
        "PUT",
        path,
        note_of(texts={"text": "B"}),
        If_Match='"1"',
        reason="treatment",
    )
    late_again = await journal.call(
        "helsesekretaer",
        "line",
        "PUT",
        path,
        note_of(texts={"text": "B"}),
        If_Match='"1"',
        reason="treatment",
    )

    assert code_of(late) == code_of(late_again) == "409 changed-meanwhile-kept"
    notes = (await journal.entries("lege-koman", "line", "Composition"))["Composition"]
    assert sorted(n["body"]["texts"]["text"] for n in notes) == ["A", "B"]
    (beside,) = [n for n in notes if n["body"]["texts"]["text"] == "B"]
    assert beside["body"]["conflict_of"] == note["id"]
    assert beside["id"] in late.json()["detail"]


async def test_given_a_draft_then_another_unit_and_the_person_do_not_see_it_until_it_is_signed(
    journal: Journal,
) -> None:
    note = await journal.draft()
    for who in ("sykepleier", "line"):
        assert (await journal.entries(who, "line", "Composition"))["Composition"] == []
    await journal.ok("lege-koman", "line", "POST", f"/journal/Composition/{note['id']}/$sign", If_Match='"1"')
    for who in ("sykepleier", "line"):
        assert len((await journal.entries(who, "line", "Composition"))["Composition"]) == 1


async def test_given_a_secretary_then_notes_are_prepared_and_the_doctor_signs(journal: Journal) -> None:
    texts = {"texts": {"plan": "Ny time om en uke"}}
    note = await journal.draft("helsesekretaer", "line", template="gp-consultation", **texts)
    path = f"/journal/Composition/{note['id']}/$sign"
    assert code_of(await journal.call("helsesekretaer", "line", "POST", path, If_Match='"1"')) == (
        "403 role-does-not-sign"
    )
    assert (await journal.ok("lege-koman", "line", "POST", path, If_Match='"1"'))["signed"]["role"] == "LE"


async def test_given_a_part_is_missing_then_it_is_not_signed_and_says_which(journal: Journal) -> None:
    note = await journal.draft(template="gp-consultation", texts={"anamnesis": "Hoste i to uker"})
    refused = await journal.call(
        "lege-koman", "line", "POST", f"/journal/Composition/{note['id']}/$sign", If_Match='"1"'
    )
    assert code_of(refused) == "422 section-missing"
    assert "plan" in refused.json()["detail"]


async def test_given_measured_values_then_signing_makes_them_entries_and_a_correction_follows(
    journal: Journal,
) -> None:
    note = await journal.draft(
        "helsestasjon",
        "forelder",
        template="health-centre-check",
        texts={"guidance": "Kost og søvn"},
        measured={"weight": 15.2, "height": 101.0},
    )
    path = f"/journal/Composition/{note['id']}"
    await journal.ok("helsestasjon", "forelder", "POST", f"{path}/$sign", If_Match='"1"')
    body = note["body"] | {"measured": {"weight": 15.4}}
    corrected = {"state": "signed", "at": AT, "body": body, "why": "Lest feil av vekten"}
    await journal.ok("helsestasjon", "forelder", "PUT", path, corrected, If_Match='"2"')

    found = await journal.ok(
        "helsestasjon", "forelder", "POST", "/journal/summary/_search", {"kinds": ["Observation"]}
    )
    values = {o["body"]["measure"]: o["body"]["value"] for o in found["entries"]["Observation"]}
    assert values == {"weight": 15.4}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"measured": {"weight": 900}}, "422 value-impossible"),
        ({"measured": {"pulse": 70}}, "422 section-unknown"),
        ({"texts": {"other": "x"}}, "422 section-unknown"),
        ({"template": "none"}, "422 template-unknown"),
        (
            {"codes": {"diagnosis": [{"system": "icpc-2", "code": "A04", "display": "x"}]}},
            "422 section-unknown",
        ),
        ({"unknown": 1}, "400 entry-body"),
    ],
)
async def test_bad_content_is_refused_in_words(journal: Journal, change: dict[str, Any], code: str) -> None:
    sent = note_of(**{"template": "health-centre-check", "texts": {}, **change})
    answer = await journal.call("helsestasjon", "line", "PUT", f"/journal/Composition/{uuid4()}", sent)
    assert code_of(answer) == code


@pytest.mark.parametrize("at", ["1850-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "1960-01-01T00:00:00Z"])
async def test_an_impossible_time_is_refused(journal: Journal, at: str) -> None:
    answer = await journal.call(
        "lege-koman", "line", "PUT", f"/journal/Composition/{uuid4()}", note_of() | {"at": at}
    )
    assert code_of(answer) == "422 time-impossible"


async def test_given_a_sign_that_no_text_holds_then_nothing_is_written(
    journal: Journal,
) -> None:
    sent = {"state": "in-progress", "at": AT, "body": {"form": "phone", "reason": "Feber\0"}}
    path = f"/journal/Encounter/{uuid4()}"
    assert code_of(await journal.call("lege-koman", "line", "PUT", path, sent)) == "400 body-invalid"
    assert (await journal.entries("lege-koman", "line", "Encounter"))["Encounter"] == []


async def test_given_another_persons_entry_then_it_is_not_found_and_the_attempt_is_logged(
    journal: Journal, postgres: TestDatabase
) -> None:
    note = await journal.draft()
    sent = note_of(texts={"text": "x"})
    answer = await journal.call(
        "lege-koman", "gry", "PUT", f"/journal/Composition/{note['id']}", sent, If_Match='"1"'
    )
    assert code_of(answer) == "404 entry-not-found"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT l.action, l.items->>'Composition', p.given_name FROM core_record.access_log l"
            " JOIN core_record.person p USING (person_id) ORDER BY l.at"
        ).fetchall()
    assert rows == [("write", "1", "Line"), ("write", "0", "Gry")]
