"""A correction being written: kept on the server, seen by its writer alone, the note's when signed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, note_of

RIGHT = "Fikk råd om kost."
SEARCH = {"kinds": ["Composition"]}


async def test_given_a_correction_being_written_then_the_note_stands_until_it_is_signed(
    journal: Journal,
) -> None:
    note = await _signed(journal)
    draft = await _correct(journal, note)
    assert await _text(journal, note) == "Fikk råd om søvn."

    kept = await journal.ok("lege-koman", "line", "POST", _path(draft, "$sign"), if_match='W/"1"')
    again = await journal.ok("lege-koman", "line", "POST", _path(draft, "$sign"), if_match='W/"1"')

    assert kept == again
    assert (kept["id"], kept["version"], kept["why"]) == (note["id"], note["version"] + 1, "Feil tema")
    assert "corrects" not in kept["body"]
    assert kept["signed"] == note["signed"]
    (alone,) = (await journal.entries("lege-koman", "line", "Composition"))["Composition"]
    assert alone["body"]["texts"]["text"] == RIGHT
    versions = await journal.ok("lege-koman", "line", "POST", _path(note, "_history"))
    assert [one["body"]["texts"]["text"] for one in versions["versions"]] == [RIGHT, "Fikk råd om søvn."]


async def test_given_a_correction_being_written_then_its_writer_alone_sees_it(
    journal: Journal, postgres: TestDatabase
) -> None:
    note = await _signed(journal)
    draft = await _correct(journal, note)
    assert len((await journal.entries("lege-koman", "line", "Composition"))["Composition"]) == 2
    for who in ("helsesekretaer", "sykepleier", "line"):
        assert len((await journal.entries(who, "line", "Composition"))["Composition"]) == 1
        summary = await journal.ok(who, "line", "POST", "/journal/summary/_search", SEARCH)
        assert [one["id"] for one in summary["entries"]["Composition"]] == [note["id"]]
        gone = await journal.call(who, "line", "POST", _path(draft, "_history"))
        assert code_of(gone) == "404 entry-not-found"
    for end in ("$sign", "$discard"):
        refused = await journal.call("helsesekretaer", "line", "POST", _path(draft, end), if_match='W/"1"')
        assert code_of(refused) == "404 entry-not-found"
    await journal.ok("lege-koman", "line", "POST", _path(draft, "$discard"), if_match='W/"1"')
    with psycopg.connect(postgres.superuser_dsn) as conn:
        left = conn.execute("SELECT body FROM journal.entry WHERE entry_id = %s", (draft["id"],)).fetchone()
    assert left == ({"template": "gp-note"},)
    assert await _text(journal, note) == "Fikk råd om søvn."


async def test_given_a_colleague_was_faster_then_the_writer_is_told_and_goes_on_from_theirs(
    journal: Journal,
) -> None:
    note = await _signed(journal)
    draft = await _correct(journal, note)
    theirs = note_of(state="signed", texts={"text": "Fikk råd om trening."}) | {"why": "Feil"}
    await journal.ok("lege-koman", "line", "PUT", _path(note), theirs, if_match='W/"2"')

    refused = await journal.call("lege-koman", "line", "POST", _path(draft, "$sign"), if_match='W/"1"')
    assert code_of(refused) == "409 corrected-meanwhile"
    await journal.ok("lege-koman", "line", "PUT", _path(draft), _sent(note, version=3), if_match='W/"1"')
    kept = await journal.ok("lege-koman", "line", "POST", _path(draft, "$sign"), if_match='W/"2"')
    assert (kept["version"], kept["body"]["texts"]["text"]) == (4, RIGHT)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"note": str(uuid4())}, "404 entry-not-found"),
        ({"version": 9}, "422 correction-of-nothing"),
        ({"became": 2}, "422 correction-of-nothing"),
    ],
)
async def test_given_nothing_to_correct_then_it_is_refused(
    journal: Journal, change: dict[str, Any], code: str
) -> None:
    sent = _sent(await _signed(journal), **change)
    refused = await journal.call("lege-koman", "line", "PUT", f"/journal/Composition/{uuid4()}", sent)
    assert code_of(refused) == code


async def test_given_a_role_that_does_not_sign_such_notes_then_it_begins_no_correction(
    journal: Journal,
) -> None:
    note = await journal.draft(template="gp-consultation", texts={"plan": "Ny time om en uke"})
    note = await journal.ok("lege-koman", "line", "POST", _path(note, "$sign"), if_match='W/"1"')
    body = note["body"] | {"corrects": {"note": note["id"], "version": 2, "why": "Feil uke"}}
    sent = {"state": "draft", "at": AT, "body": body}
    path = f"/journal/Composition/{uuid4()}"
    refused = await journal.call("helsesekretaer", "line", "PUT", path, sent)
    assert code_of(refused) == "403 role-does-not-sign"
    assert (await journal.ok("lege-koman", "line", "PUT", path, sent))["state"] == "draft"


async def test_given_no_reason_then_it_is_not_signed_and_the_draft_stays(journal: Journal) -> None:
    note = await _signed(journal)
    draft = await _correct(journal, note, why="")
    refused = await journal.call("lege-koman", "line", "POST", _path(draft, "$sign"), if_match='W/"1"')
    assert code_of(refused) == "422 reason-missing"
    assert len((await journal.entries("lege-koman", "line", "Composition"))["Composition"]) == 2


async def test_given_a_draft_then_it_is_made_neither_a_correction_nor_signed_in_passing(
    journal: Journal,
) -> None:
    note = await _signed(journal)
    plain, draft = await journal.draft(), await _correct(journal, note)
    turned = await journal.call("lege-koman", "line", "PUT", _path(plain), _sent(note), if_match='W/"1"')
    assert code_of(turned) == "422 correction-of-another"
    passing = _sent(note) | {"state": "signed"}
    refused = await journal.call("lege-koman", "line", "PUT", _path(draft), passing, if_match='W/"1"')
    assert code_of(refused) == "422 state-order"


async def test_given_the_note_is_moved_then_a_correction_being_written_goes_along(journal: Journal) -> None:
    note = await _signed(journal)
    draft = await _correct(journal, note)
    headers = {"if_match": 'W/"2"', "to_person_id": journal.number("gry").value}
    sent = {"id": str(uuid4()), "why": "Feil person"}
    alone = await journal.call(
        "lege-koman", "line", "POST", _path(draft, "$move"), sent, **headers | {"if_match": 'W/"1"'}
    )
    assert code_of(alone) == "422 kind-not-movable"
    moved = await journal.ok("lege-koman", "line", "POST", _path(note, "$move"), sent, **headers)
    assert sorted(moved["entries"]) == sorted([note["id"], draft["id"]])
    assert (await journal.entries("lege-koman", "line", "Composition"))["Composition"] == []
    kept = await journal.ok("lege-koman", "gry", "POST", _path(draft, "$sign"), if_match='W/"1"')
    assert kept["body"]["texts"]["text"] == RIGHT


async def _signed(journal: Journal) -> dict[str, Any]:
    note = await journal.draft()
    signed: dict[str, Any] = await journal.ok(
        "lege-koman", "line", "POST", _path(note, "$sign"), if_match='W/"1"'
    )
    return signed


def _sent(of: dict[str, Any], **said: Any) -> dict[str, Any]:
    corrects = {"note": of["id"], "version": of["version"], "why": "Feil tema", **said}
    return note_of(texts={"text": RIGHT}, corrects=corrects)


async def _correct(journal: Journal, note: dict[str, Any], **said: Any) -> dict[str, Any]:
    draft: dict[str, Any] = await journal.ok(
        "lege-koman", "line", "PUT", f"/journal/Composition/{uuid4()}", _sent(note, **said)
    )
    return draft


def _path(entry: dict[str, Any], operation: str = "") -> str:
    return f"/journal/Composition/{entry['id']}" + (f"/{operation}" if operation else "")


async def _text(journal: Journal, note: dict[str, Any]) -> str:
    found = (await journal.entries("lege-koman", "line", "Composition"))["Composition"]
    (one,) = [entry for entry in found if entry["id"] == note["id"]]
    return str(one["body"]["texts"]["text"])
