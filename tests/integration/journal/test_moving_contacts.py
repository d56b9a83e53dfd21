"""A contact, and what is of a contact, in the wrong journal: what goes along with it."""

from __future__ import annotations

from uuid import uuid4

import psycopg

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal, code_of
from tests.integration.journal.moves import RIGHT, WRONG, move, signed_note
from tests.integration.journal.test_lists import sent


async def test_given_a_contact_then_all_that_was_written_in_it_goes_along_and_the_lists_follow(
    journal: Journal, postgres: TestDatabase
) -> None:
    contact = await journal.contact("lege-koman", WRONG)
    note = await signed_note(journal, contact["id"])
    other = await signed_note(journal)
    condition = sent("Condition") | {"contact": contact["id"]}
    await journal.ok("lege-koman", WRONG, "PUT", f"/journal/Condition/{uuid4()}", condition)
    answer = await move(journal, "Encounter", contact)
    assert len(answer.json()["entries"]) == 3

    kinds = ("Encounter", "Composition", "Condition")
    left = await journal.entries("lege-koman", WRONG, *kinds)
    assert [len(left[kind]) for kind in kinds] == [0, 1, 0]
    assert left["Composition"][0]["id"] == other["id"]
    there = await journal.entries("lege-koman", RIGHT, *kinds)
    assert [len(there[kind]) for kind in kinds] == [1, 1, 1]
    assert there["Composition"][0]["contact"] == contact["id"]
    assert there["Composition"][0]["id"] == note["id"]
    wanted = {"kinds": ["contact"], "open": False}
    items = (await journal.ok("lege-koman", None, "POST", "/work/_search", wanted))["items"]
    (item,) = [one["item"]["id"] for one in items]
    whose = await journal.ok("lege-koman", None, "POST", f"/work/{item}/_person")
    assert whose == {"number": journal.number(RIGHT).value}
    with psycopg.connect(postgres.superuser_dsn) as conn:
        relations = conn.execute(
            "SELECT r.person_id, r.closed_at IS NOT NULL AND r.closed_at <= now()"
            " FROM core_record.care_relation r WHERE relation_id = %s",
            (contact["id"],),
        ).fetchall()
    assert sorted(over for _, over in relations) == [False, True]


async def test_given_a_note_is_moved_out_of_its_contact_then_it_is_of_no_contact(journal: Journal) -> None:
    contact = await journal.contact("lege-koman", WRONG)
    note = await signed_note(journal, contact["id"])
    assert (await move(journal, "Composition", note)).is_success
    (there,) = (await journal.entries("lege-koman", RIGHT, "Composition"))["Composition"]
    assert "contact" not in there


async def test_given_a_contact_then_one_is_told_beforehand_what_goes_along_and_only_its_unit_is(
    journal: Journal,
) -> None:
    contact = await journal.contact("lege-koman", WRONG)
    note = await signed_note(journal, contact["id"])
    await signed_note(journal)
    condition = sent("Condition") | {"contact": contact["id"]}
    await journal.ok("lege-koman", WRONG, "PUT", f"/journal/Condition/{uuid4()}", condition)
    path = f"/journal/Encounter/{contact['id']}/_along"
    told = await journal.ok("lege-koman", WRONG, "POST", path)
    assert told == {"version": contact["version"], "along": {"Composition": 1, "Condition": 1}}
    assert code_of(await journal.call("sykepleier", WRONG, "POST", path)) == "403 moved-by-its-unit"
    alone = await journal.ok("lege-koman", WRONG, "POST", f"/journal/Composition/{note['id']}/_along")
    assert alone["along"] == {}


async def test_given_a_value_that_a_note_says_then_the_note_is_moved_and_no_other_value(
    journal: Journal,
) -> None:
    notes = []
    for weight in (15.2, 15.4):
        draft = await journal.draft(
            "helsestasjon",
            WRONG,
            template="health-centre-check",
            texts={"guidance": "Kost"},
            measured={"weight": weight},
        )
        path = f"/journal/Composition/{draft['id']}/$sign"
        notes.append(await journal.ok("helsestasjon", WRONG, "POST", path, if_match='W/"1"'))
    found = (await journal.entries("helsestasjon", WRONG, "Observation"))["Observation"]
    (value,) = [one for one in found if one["body"]["note"] == notes[0]["id"]]
    refused = await move(journal, "Observation", value, who="helsestasjon")
    assert code_of(refused) == "422 moved-with-its-note"
    moved_now = (await move(journal, "Composition", notes[0], who="helsestasjon")).json()
    assert sorted(moved_now["entries"]) == sorted([notes[0]["id"], value["id"]])
    left = (await journal.entries("helsestasjon", WRONG, "Observation"))["Observation"]
    assert [one["body"]["value"] for one in left] == [15.4]
