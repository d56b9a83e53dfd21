"""An entry in the wrong person's journal is moved: traces on both sides, contents on one, two logs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.moves import RIGHT, WHY, WRONG, history, move, moved, signed_note
from tests.integration.journal.test_lists import make, sent
from tests.integration.privacy.conftest import ENH, HPR, citizen, core, core_app, make_setting, party

__all__ = ["citizen", "core", "core_app", "make_setting"]
Set = Callable[..., Awaitable[httpx.Response]]


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
