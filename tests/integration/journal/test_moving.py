"""An entry in the wrong person's journal is moved: traces on both sides, contents on one, two logs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, note_of
from tests.integration.journal.test_lists import make, sent
from tests.integration.privacy.conftest import ENH, HPR, citizen, core, core_app, make_setting, party

__all__ = ["citizen", "core", "core_app", "make_setting"]
Set = Callable[..., Awaitable[httpx.Response]]
WHY = "Skrev på feil pasient"
WRONG, RIGHT = "line", "gry"


async def move(
    journal: Journal,
    kind: str,
    entry: dict[str, Any],
    *,
    to: str = RIGHT,
    about: str = WRONG,
    who: str = "lege-koman",
    version: int | None = None,
    **said: Any,
) -> httpx.Response:
    body = {"id": str(uuid4()), "why": WHY, **said}
    return await journal.call(
        who,
        about,
        "POST",
        f"/journal/{kind}/{entry['id']}/$move",
        body,
        If_Match=f'"{version or entry["version"]}"',
        to_person_id=journal.number(to).value,
    )


async def signed_note(journal: Journal, contact: str | None = None) -> dict[str, Any]:
    """Signed, and corrected once."""
    note = await journal.draft(about=WRONG, contact=contact)
    path = f"/journal/Composition/{note['id']}"
    await journal.ok("lege-koman", WRONG, "POST", f"{path}/$sign", If_Match='"1"')
    corrected = note_of(texts={"text": "Fikk råd om kost."}, contact=contact) | {
        "state": "signed",
        "why": "Feil",
    }
    found: dict[str, Any] = await journal.ok("lege-koman", WRONG, "PUT", path, corrected, If_Match='"2"')
    return found


async def history(journal: Journal, kind: str, entry_id: str, about: str) -> Any:
    return await journal.ok("lege-koman", about, "POST", f"/journal/{kind}/{entry_id}/_history")


async def moved(journal: Journal, about: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await journal.ok("lege-koman", about, "POST", "/journal/_moved"))["moved"]
    return found


async def test_given_a_note_in_the_wrong_journal_then_it_moves_with_its_versions_and_leaves_traces(
    journal: Journal,
) -> None:
    note = await signed_note(journal)
    before = await history(journal, "Composition", note["id"], WRONG)
    answer = await move(journal, "Composition", note)
    assert answer.is_success, answer.text

    assert (await journal.entries("lege-koman", WRONG, "Composition"))["Composition"] == []
    (there,) = (await journal.entries("lege-koman", RIGHT, "Composition"))["Composition"]
    assert there == note
    assert await history(journal, "Composition", note["id"], RIGHT) == before
    gone = await journal.call("lege-koman", WRONG, "POST", f"/journal/Composition/{note['id']}/_history")
    assert code_of(gone) == "404 entry-not-found"
    (away,), (here,) = await moved(journal, WRONG), await moved(journal, RIGHT)
    assert (away["direction"], here["direction"]) == ("away", "here")
    assert away["entry"] == here["entry"] == note["id"]
    assert ("why" in away, here["why"]) == (False, WHY)
    for trace, other in ((away, RIGHT), (here, WRONG)):
        assert journal.number(other).value not in str(trace)
        assert "kost" not in str(trace)


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


async def test_given_the_same_once_more_then_nothing_changes_and_the_sender_does_not_write_it_anew(
    journal: Journal,
) -> None:
    entry_id = str(uuid4())
    path = f"/journal/Wish/{entry_id}"
    wish = await journal.ok("lege-koman", WRONG, "PUT", path, sent("Wish"))
    move_id = str(uuid4())
    first, second = [await move(journal, "Wish", wish, id=move_id) for _ in range(2)]
    assert first.json() == second.json()
    assert len(await moved(journal, WRONG)) == len(await moved(journal, RIGHT)) == 1
    again = await journal.call("lege-koman", WRONG, "PUT", path, sent("Wish"))
    assert code_of(again) == "409 entry-moved"


async def test_given_it_was_right_after_all_then_it_moves_back_as_it_was(journal: Journal) -> None:
    note = await signed_note(journal)
    before = await history(journal, "Composition", note["id"], WRONG)
    assert (await move(journal, "Composition", note)).is_success
    assert (await move(journal, "Composition", note, about=RIGHT, to=WRONG)).is_success
    assert await history(journal, "Composition", note["id"], WRONG) == before
    assert [one["direction"] for one in await moved(journal, WRONG)] == ["here", "away"]


async def test_given_each_person_then_the_log_has_a_row_for_each(
    journal: Journal, postgres: TestDatabase
) -> None:
    note = await signed_note(journal)
    await move(journal, "Composition", note)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT DISTINCT ON (person_id) action, outcome, items FROM core_record.access_log"
            " ORDER BY person_id, seq DESC"
        ).fetchall()
    assert rows == [("write", "permitted", {"Composition": 1})] * 2


async def test_given_the_right_person_shuts_the_writer_out_then_nothing_moves_and_both_logs_say_so(
    journal: Journal, make_setting: Set, postgres: TestDatabase
) -> None:
    note = await signed_note(journal)
    await make_setting(RIGHT, "blokkering", actor=[party("IRCP", HPR, "9144889")])
    assert code_of(await move(journal, "Composition", note)) == "403 blocked"
    assert (await journal.entries("lege-koman", WRONG, "Composition"))["Composition"] == [note]
    assert await moved(journal, WRONG) == []
    with psycopg.connect(postgres.superuser_dsn) as conn:
        refused = conn.execute(
            "SELECT outcome_code, items FROM core_record.access_log WHERE outcome = 'refused'"
        ).fetchall()
    assert refused == [("blocked", {"Composition": 0})]


async def test_given_both_have_restricted_the_same_source_then_the_right_persons_log_says_what_was_kept_back(
    journal: Journal, make_setting: Set, postgres: TestDatabase
) -> None:
    await journal.contact(who="sykepleier", about=RIGHT)
    for about in (WRONG, RIGHT):
        await make_setting(about, "sperring", actor=[party("CST", ENH, "313900878")])
    assert (await move(journal, "Composition", await signed_note(journal))).is_success
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT DISTINCT ON (person_id) withheld FROM core_record.access_log"
            " WHERE action = 'write' ORDER BY person_id, seq DESC"
        ).fetchall()
    assert sorted(rows, key=str) == [(None,), ({"restricted": 1},)]
    shown = await journal.entries("lege-koman", WRONG, "Encounter", "Composition")
    assert shown == {"Encounter": [], "Composition": []}


@pytest.mark.parametrize(
    ("who", "to", "kind", "version", "code"),
    [
        ("lege-koman", WRONG, "Wish", 1, "422 moved-to-same"),
        ("lege-koman", RIGHT, "Wish", 2, "409 changed-meanwhile"),
        ("lege-koman", RIGHT, "NextOfKin", 1, "422 kind-not-movable"),
        ("sykepleier", RIGHT, "Wish", 1, "403 moved-by-its-unit"),
        ("line", RIGHT, "Wish", 1, "403 journal-written-by-personnel"),
        ("pleieassistent", RIGHT, "Wish", 1, "403 journal-role-writes"),
    ],
)
async def test_what_may_not_be_moved(
    journal: Journal, who: str, to: str, kind: str, version: int, code: str
) -> None:
    wish = await make(journal, kind)
    refused = await move(journal, kind, wish, who=who, to=to, version=version)
    assert code_of(refused) == code
    assert len((await journal.entries("lege-koman", WRONG, kind))[kind]) == 1


async def test_given_nobody_has_the_number_or_there_is_none_then_it_is_told(journal: Journal) -> None:
    wish = await make(journal, "Wish")
    path = f"/journal/Wish/{wish['id']}/$move"
    body = {"id": str(uuid4()), "why": WHY}
    for number, code in (("80005045804", "404 person-not-found"), ("123", "400 "), ("", "400 ")):
        named = {"to_person_id": number} if number else {}
        answer = await journal.call("lege-koman", WRONG, "POST", path, body, If_Match='"1"', **named)
        assert code_of(answer).startswith(code)
    assert len((await journal.entries("lege-koman", WRONG, "Wish"))["Wish"]) == 1


async def test_given_a_medicine_that_an_allergy_of_the_right_person_stops_then_it_is_not_moved(
    journal: Journal,
) -> None:
    allergy = sent("AllergyIntolerance")
    await journal.ok("lege-koman", RIGHT, "PUT", f"/journal/AllergyIntolerance/{uuid4()}", allergy)
    medicine = await make(journal, "MedicationStatement", name="Apocillin", atc=None)
    assert code_of(await move(journal, "MedicationStatement", medicine)) == "409 allergy-conflict"


async def test_given_the_entry_is_changed_at_the_same_time_then_nothing_is_lost(journal: Journal) -> None:
    wish = await make(journal, "Wish")
    change = journal.call(
        "lege-koman", WRONG, "PUT", f"/journal/Wish/{wish['id']}", sent("Wish", text="Ny"), If_Match='"1"'
    )
    answers = await asyncio.gather(move(journal, "Wish", wish), change)
    assert sorted(answer.is_success for answer in answers) == [False, True]
    both = [
        one["body"]["text"]
        for about in (WRONG, RIGHT)
        for one in (await journal.entries("lege-koman", about, "Wish"))["Wish"]
    ]
    assert both in ([sent("Wish")["body"]["text"]], ["Ny"])
    assert AT


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


async def test_given_no_authorisation_then_the_traces_of_what_one_reads_are_shown_and_no_others(
    journal: Journal,
) -> None:
    wish = await make(journal, "Wish")
    assert (await move(journal, "Wish", wish)).is_success
    note = await signed_note(journal)
    assert (await move(journal, "Composition", note)).is_success
    found = await journal.ok("pleieassistent", WRONG, "POST", "/journal/_moved")
    assert [one["kind"] for one in found["moved"]] == ["Wish"]
    assert len(await moved(journal, WRONG)) == 2
