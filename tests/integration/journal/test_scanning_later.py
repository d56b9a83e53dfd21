"""Documents that came without a scanner: scanned when there is one, and shut when it finds malware."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from journal_api.journal.documents.rescanning import scan_all, scan_one
from kit.db import Database
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.papers import (
    EICAR,
    a_pdf,
    an_image,
    clamd,
    finds_eicar,
    kept,
    log_of,
    scanned,
    send,
)


async def in_list(journal: Journal, document_id: str) -> dict[str, Any]:
    """The document as the journal lists it."""
    listed = (await journal.entries("lege-koman", "line", "DocumentReference"))["DocumentReference"]
    found: dict[str, Any] = next(one for one in listed if one["id"] == document_id)
    return found


async def test_given_a_scanner_later_then_what_is_clean_is_shown_and_what_is_infected_is_shut(
    journal: Journal, tmp_path: Path, postgres: TestDatabase
) -> None:
    clean, infected = await kept(journal, a_pdf(1)), await kept(journal, a_pdf(1) + EICAR)
    async with clamd(tmp_path / "c", finds_eicar):
        assert await scanned(journal, tmp_path / "c") == {clean["id"]: "clean", infected["id"]: "infected"}
        before = len(log_of(postgres))
        assert await scanned(journal, tmp_path / "c") == {}
    assert len(log_of(postgres)) == before
    assert log_of(postgres)[-1] == ("permitted", "document-quarantined", {"DocumentReference": 1})

    assert (await in_list(journal, clean["id"]))["body"]["scan"] == "clean"
    assert (await send(journal, "lege-koman", "GET", f"/documents/{clean['id']}/preview")).is_success
    told = await in_list(journal, infected["id"])
    assert (told["body"]["scan"], told["version"], told["changed"]) == ("infected", 1, infected["changed"])
    for who, path in [
        ("lege-koman", f"/documents/{infected['id']}/content"),
        ("lege-koman", f"/documents/{infected['id']}/preview"),
        ("line", f"/documents/{infected['id']}/content"),
    ]:
        assert code_of(await send(journal, who, "GET", path)) == "409 document-quarantined"
    binary = await send(journal, "lege-koman", "GET", f"/fhir/Binary/{infected['id']}")
    assert (binary.status_code, "document-quarantined" in binary.text) == (409, True)

    # what it is called may still be corrected, and it goes along into no export
    body = {"state": "entered-in-error", "at": AT, "body": {"title": "Skadevare", "category": "A00-1"}}
    path = f"/journal/DocumentReference/{infected['id']}"
    after = await journal.ok("lege-koman", "line", "PUT", path, body, If_Match='"1"')
    assert after["body"]["scan"] == "infected"
    bundle = await journal.ok("lege-koman", "line", "POST", "/journal/$export")
    assert f"b-{clean['id']}" in str(bundle)
    assert f"b-{infected['id']}" not in str(bundle)


async def test_given_a_scan_between_then_the_same_once_more_still_changes_nothing(
    journal: Journal, tmp_path: Path
) -> None:
    made = await kept(journal, a_pdf(1))
    body = {"state": "current", "at": AT, "body": {"title": "Epikrise", "category": "A00-1"}}
    path = f"/journal/DocumentReference/{made['id']}"
    assert await journal.ok("lege-koman", "line", "PUT", path, body) == made
    async with clamd(tmp_path / "c", finds_eicar):
        assert await scanned(journal, tmp_path / "c") == {made["id"]: "clean"}
    again = await journal.ok("lege-koman", "line", "PUT", path, body)
    assert (again["version"], again["body"]) == (1, {**made["body"], "scan": "clean"})


async def test_given_an_import_of_a_content_that_is_here_then_what_the_scanner_said_of_it_holds(
    journal: Journal, tmp_path: Path, postgres: TestDatabase
) -> None:
    made = await kept(journal, a_pdf(1))
    async with clamd(tmp_path / "c", finds_eicar):
        assert await scanned(journal, tmp_path / "c") == {made["id"]: "clean"}
    bundle = await journal.ok("lege-koman", "line", "POST", "/journal/$export")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("DELETE FROM journal.entry")
    assert (await journal.ok("lege-koman", "line", "POST", "/journal/$import", bundle))["taken"] == 1
    assert (await in_list(journal, made["id"]))["body"]["scan"] == "clean"


async def test_given_newer_signatures_then_what_was_clean_is_scanned_again_and_shut_when_infected(
    journal: Journal, tmp_path: Path, db: Database, postgres: TestDatabase
) -> None:
    early = await kept(journal, a_pdf(1) + EICAR)
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    async with clamd(tmp_path / "c", lambda _: b"stream: OK"):
        assert await scanned(journal, tmp_path / "c") == {early["id"]: "clean"}
        late = await kept(journal, an_image("PNG"))
        assert late["body"]["scan"] == "clean"
        keys, where = journal.app.state.keys, f"unix:{tmp_path}/d"
    day_ago = datetime.now(UTC) - timedelta(days=1)
    async with clamd(tmp_path / "d", finds_eicar) as given:
        assert [one async for one in scan_all(db, keys, where, clean_before=day_ago)] == []
        assert given == []
        now = datetime.now(UTC)
        found = {str(i): said async for i, said in scan_all(db, keys, where, clean_before=now)}
        assert found == {early["id"]: "infected", late["id"]: "clean"}
        again = {str(i): said async for i, said in scan_all(db, keys, where, clean_before=datetime.now(UTC))}
        assert again == {late["id"]: "clean"}
    assert (await in_list(journal, early["id"]))["body"]["scan"] == "infected"
    assert code_of(await send(journal, "line", "GET", f"/documents/{early['id']}/content")) == (
        "409 document-quarantined"
    )
    assert (await send(journal, "line", "GET", f"/documents/{late['id']}/preview")).is_success


async def test_given_a_content_that_was_forgotten_then_it_waits_for_nothing(
    journal: Journal, tmp_path: Path, db: Database, postgres: TestDatabase
) -> None:
    document_id = str(uuid4())
    path = f"/documents/{document_id}/content"
    assert (await send(journal, "lege-koman", "PUT", path, a_pdf(1))).is_success
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("DELETE FROM journal.document_content")
    async with clamd(tmp_path / "c", finds_eicar) as given:
        assert await scanned(journal, tmp_path / "c") == {document_id: "gone"}
        assert given == []
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM journal.document_scan").fetchone() == (0,)


async def test_given_another_content_under_the_id_of_a_forgotten_one_then_it_is_scanned_as_any(
    journal: Journal, tmp_path: Path, postgres: TestDatabase
) -> None:
    forgotten, again, other = str(uuid4()), str(uuid4()), str(uuid4())
    for document_id in (forgotten, again):
        path = f"/documents/{document_id}/content"
        assert (await send(journal, "lege-koman", "PUT", path, a_pdf(1))).is_success
    async with clamd(tmp_path / "c", lambda _: b"stream: OK"):
        assert await scanned(journal, tmp_path / "c") == {forgotten: "clean", again: "clean"}
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE journal.document_content SET at = at - interval '2 days'")

    for document_id in (other, again):
        path = f"/documents/{document_id}/content"
        assert (await send(journal, "lege-koman", "PUT", path, a_pdf(1) + EICAR)).is_success
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute("SELECT entry_id::text, state FROM journal.document_scan").fetchall()
    assert dict(rows) == {other: "waiting", again: "waiting"}  # of what is forgotten nothing stands
    async with clamd(tmp_path / "d", finds_eicar):
        assert await scanned(journal, tmp_path / "d") == {other: "infected", again: "infected"}


async def test_given_a_content_found_infected_before_it_is_named_then_no_document_is_made_of_it(
    journal: Journal, tmp_path: Path
) -> None:
    document_id = str(uuid4())
    assert (
        await send(journal, "lege-koman", "PUT", f"/documents/{document_id}/content", a_pdf(1) + EICAR)
    ).is_success
    async with clamd(tmp_path / "c", finds_eicar):
        assert await scanned(journal, tmp_path / "c") == {document_id: "infected"}
    body = {"state": "current", "at": AT, "body": {"title": "Epikrise", "category": "A00-1"}}
    path = f"/journal/DocumentReference/{document_id}"
    assert code_of(await journal.call("lege-koman", "line", "PUT", path, body)) == "422 document-infected"


async def test_given_one_that_cannot_be_scanned_then_the_others_are_and_it_waits_on(
    journal: Journal, tmp_path: Path, db: Database, postgres: TestDatabase
) -> None:
    large, damaged, fine = [
        await kept(journal, data) for data in (a_pdf(3), an_image("JPEG"), an_image("PNG"))
    ]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(
            "UPDATE journal.document_content SET digest = sha256('x') WHERE entry_id = %s", (damaged["id"],)
        )
    refused = b"INSTREAM size limit exceeded. ERROR"
    async with clamd(tmp_path / "c", lambda data: refused if data.startswith(b"%PDF") else b"stream: OK"):
        expected = {large["id"]: "failed", damaged["id"]: "failed", fine["id"]: "clean"}
        assert await scanned(journal, tmp_path / "c") == expected
        # due again in minutes, not at once
        assert await scan_one(db, journal.app.state.keys, f"unix:{tmp_path}/c") is None
    async with clamd(tmp_path / "d", finds_eicar):
        assert await scanned(journal, tmp_path / "d") == {large["id"]: "clean", damaged["id"]: "failed"}


async def test_given_a_document_that_is_moved_then_it_waits_where_it_is(
    journal: Journal, tmp_path: Path
) -> None:
    made = await kept(journal, a_pdf(1))
    path = f"/journal/DocumentReference/{made['id']}/$move"
    sent = {"id": str(uuid4()), "why": "Feil pasient"}
    headers = {"If_Match": '"1"', "to_person_id": journal.number("gry").value}
    await journal.ok("lege-koman", "line", "POST", path, sent, **headers)
    async with clamd(tmp_path / "c", finds_eicar):
        assert await scanned(journal, tmp_path / "c") == {made["id"]: "clean"}
    listed = await journal.entries("lege-koman", "gry", "DocumentReference")
    assert [one["body"]["scan"] for one in listed["DocumentReference"]] == ["clean"]
