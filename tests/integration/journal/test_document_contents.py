"""A document's content: how it is kept, whose it is, who reads it, and where it goes along."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from kit.web import REGISTRY
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.papers import a_pdf, an_image, clamd, finds_eicar, kept, log_of, send


@pytest.mark.parametrize("harm", ["body", "digest", "entry", "bytes"])
async def test_given_a_content_that_is_not_what_was_kept_then_it_is_told_and_not_shown(
    journal: Journal, tmp_path: Path, postgres: TestDatabase, harm: str
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    async with clamd(tmp_path / "c", finds_eicar):
        made, other = await kept(journal, a_pdf(1)), await kept(journal, an_image("PNG"))
    changes = {
        "body": "UPDATE journal.document_content SET body = set_byte(body, 40, get_byte(body, 40) # 1)",
        "digest": "UPDATE journal.document_content SET digest = sha256('x')",
        "bytes": "UPDATE journal.document_content SET bytes = bytes + 1",
        "entry": """UPDATE journal.entry SET body = body || '{"sha256": "00"}'""",
    }
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute(changes[harm].encode() + b" WHERE entry_id = %s", (made["id"],))
    counted = REGISTRY.get_sample_value("akson_documents_damaged_total") or 0
    for path in ("content", "preview"):
        answer = await send(journal, "lege-koman", "GET", f"/documents/{made['id']}/{path}")
        assert code_of(answer) == "500 document-damaged"
    assert REGISTRY.get_sample_value("akson_documents_damaged_total") == counted + 2
    assert log_of(postgres)[-1] == ("permitted", None, {"DocumentReference": 0})
    assert (await send(journal, "lege-koman", "GET", f"/documents/{other['id']}/content")).is_success
    bundle = await journal.ok("lege-koman", "line", "POST", "/journal/$export")
    binaries = [one["resource"]["id"] for one in bundle["entry"] if "b-" in one["resource"]["id"][:2]]
    assert binaries == [f"b-{other['id']}"]
    (left,) = (o["resource"] for o in bundle["entry"] if o["resource"]["resourceType"] == "OperationOutcome")
    assert left["issue"][0]["expression"] == [f"DocumentReference/{made['id']}"]


async def test_given_no_content_then_there_is_no_document_and_a_content_alone_is_read_by_nobody(
    journal: Journal,
) -> None:
    document_id = uuid4()
    body = {"state": "current", "at": AT, "body": {"title": "x", "category": "A00-1"}}
    path = f"/journal/DocumentReference/{document_id}"
    assert code_of(await journal.call("lege-koman", "line", "PUT", path, body)) == "422 content-missing"
    content = f"/documents/{document_id}/content"
    assert (await send(journal, "lege-koman", "PUT", content, a_pdf(1))).is_success
    assert code_of(await send(journal, "lege-koman", "GET", content)) == "404 entry-not-found"


async def test_given_the_same_once_more_then_nothing_changes_and_another_content_is_told(
    journal: Journal,
) -> None:
    data = an_image("PNG")
    made = await kept(journal, data)
    path = f"/documents/{made['id']}/content"
    assert (await send(journal, "lege-koman", "PUT", path, data)).is_success
    assert code_of(await send(journal, "lege-koman", "PUT", path, an_image("JPEG"))) == "409 content-kept"
    assert (await send(journal, "lege-koman", "GET", path)).content == data


async def test_given_the_id_of_a_note_then_no_content_is_kept_beside_it(
    journal: Journal, postgres: TestDatabase
) -> None:
    note = await journal.draft()
    path = f"/documents/{note['id']}/content"
    assert code_of(await send(journal, "lege-koman", "PUT", path, an_image("PNG"))) == "409 id-used"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM journal.document_content").fetchone() == (0,)


async def test_given_a_document_whose_content_is_elsewhere_then_no_other_takes_its_place(
    journal: Journal, postgres: TestDatabase
) -> None:
    data = an_image("PNG")
    made = await kept(journal, data)
    path = f"/documents/{made['id']}/content"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("DELETE FROM journal.document_content")
    assert code_of(await send(journal, "lege-koman", "PUT", path, an_image("JPEG"))) == "409 content-kept"
    assert (await send(journal, "lege-koman", "PUT", path, data)).is_success
    assert (await send(journal, "lege-koman", "GET", path)).content == data


async def test_given_a_claim_about_the_content_then_it_is_not_believed(journal: Journal) -> None:
    made = await kept(journal, a_pdf(1))
    claim = {**made["body"], "scan": "clean", "bytes": 1, "title": "Ny tittel"}
    path = f"/journal/DocumentReference/{made['id']}"
    body = {"state": "current", "at": AT, "body": claim}
    after = await journal.ok("lege-koman", "line", "PUT", path, body, If_Match='"1"')
    assert after["body"] == {**made["body"], "title": "Ny tittel"}


async def test_given_the_database_then_nothing_in_it_is_the_document(
    journal: Journal, postgres: TestDatabase
) -> None:
    data = a_pdf(1)
    await kept(journal, data)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute("SELECT body FROM journal.document_content").fetchone()
    assert row is not None
    assert b"%PDF" not in row[0]
    assert data[:200] not in row[0]


async def test_given_another_organisation_then_it_reads_documents_and_writes_none(journal: Journal) -> None:
    made = await kept(journal, a_pdf(1))
    path = f"/documents/{made['id']}/content"
    basis = {"access_basis": "SAMTYKKE"}
    listed = await journal.entries("sykehuslege", "line", "DocumentReference", **basis)
    assert [one["id"] for one in listed["DocumentReference"]] == [made["id"]]
    assert (await send(journal, "sykehuslege", "GET", path, **basis)).is_success
    assert code_of(await send(journal, "sykehuslege", "GET", path)) == "403 journal-basis-needed"
    written = await send(journal, "sykehuslege", "PUT", f"/documents/{uuid4()}/content", a_pdf(1), **basis)
    assert code_of(written) == "403 journal-written-by-its-services"
    assert (await send(journal, "line", "GET", path)).is_success
    assert code_of(await send(journal, "pleieassistent", "GET", path)) == "403 journal-role-reads"


async def test_given_fhir_then_binary_gives_the_bytes_and_the_resource(journal: Journal) -> None:
    data = an_image("PNG")
    made = await kept(journal, data)
    reference = await journal.ok("lege-koman", "line", "GET", f"/fhir/DocumentReference/{made['id']}")
    attachment = reference["content"][0]["attachment"]
    assert attachment["url"] == f"Binary/{made['id']}"
    plain = await send(journal, "lege-koman", "GET", f"/fhir/{attachment['url']}")
    assert plain.content == data
    resource = await send(
        journal, "lege-koman", "GET", f"/fhir/{attachment['url']}", accept="application/fhir+json"
    )
    assert resource.json()["contentType"] == "image/png"


async def test_given_a_move_then_the_content_goes_along_and_is_read_there(journal: Journal) -> None:
    data = a_pdf(1)
    made = await kept(journal, data)
    moved = await journal.call(
        "lege-koman",
        "line",
        "POST",
        f"/journal/DocumentReference/{made['id']}/$move",
        {"id": str(uuid4()), "why": "Feil pasient"},
        If_Match='"1"',
        to_person_id=journal.number("gry").value,
    )
    assert moved.is_success, moved.text
    path = f"/documents/{made['id']}/content"
    assert code_of(await send(journal, "lege-koman", "GET", path)) == "404 entry-not-found"
    there = await send(journal, "lege-koman", "GET", path, person_id=journal.number("gry").value)
    assert there.content == data


async def test_given_an_export_then_the_documents_are_in_it_and_come_back(
    journal: Journal, postgres: TestDatabase
) -> None:
    data = a_pdf(1)
    made = await kept(journal, data)
    bundle = await journal.ok("lege-koman", "line", "POST", "/journal/$export")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("DELETE FROM journal.document_content")
        conn.execute("DELETE FROM journal.entry")
    taken = await journal.ok("lege-koman", "line", "POST", "/journal/$import", bundle)
    assert taken["taken"] == 1
    assert (await send(journal, "lege-koman", "GET", f"/documents/{made['id']}/content")).content == data
