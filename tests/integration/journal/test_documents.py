"""Documents: what is taken, what is refused, how it is kept, who reads it, and what a scanner says."""

from __future__ import annotations

import asyncio
import hashlib
import io
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fpdf import FPDF
from PIL import Image

from kit.settings import Settings
from kit.web import REGISTRY
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, REASONS, ROLES, SCOPES, Journal, code_of

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def a_pdf(pages: int = 2, *, locked: bool = False) -> bytes:
    made = FPDF()
    if locked:
        made.set_encryption(owner_password="a", user_password="b")
    for number in range(pages):
        made.add_page()
        made.set_font("helvetica", size=20)
        made.cell(text=f"Epikrise side {number + 1}")
    return bytes(made.output())


def an_image(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


@asynccontextmanager
async def clamd(socket: Path, answer: Callable[[bytes], bytes]) -> AsyncIterator[list[bytes]]:
    """A scanner that speaks clamd's protocol, and what it was given."""
    given: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\0")
        if asked == b"zPING\0":
            writer.write(b"PONG\0")
            await writer.drain()
            writer.close()
            return
        assert asked == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            data += await reader.readexactly(size)
        given.append(data)
        writer.write(answer(data) + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(serve, socket)
    try:
        yield given
    finally:
        server.close()


def finds_eicar(data: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


async def send(
    journal: Journal, who: str, method: str, path: str, data: Any = None, **headers: str
) -> httpx.Response:
    """Bytes as a persona."""
    journal.caller = replace(journal.actor(who), audience="akson:journal", scopes=SCOPES)
    sent = {"person-id": journal.number("line").value, "access-reason": REASONS.get(who, "")}
    sent |= {"requester-hpr-role": ROLES[who]} if who in ROLES else {}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in sent.items() if value}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(journal.app), base_url="http://j") as client:
        return await client.request(method, path, content=data, headers=sent)


async def kept(
    journal: Journal, data: bytes, who: str = "lege-koman", title: str = "Epikrise"
) -> dict[str, Any]:
    """A document whose content is kept."""
    document_id = uuid4()
    answer = await send(journal, who, "PUT", f"/documents/{document_id}/content", data)
    assert answer.is_success, answer.text
    body = {"state": "current", "at": AT, "body": {"title": title, "category": "A00-1"}}
    path = f"/journal/DocumentReference/{document_id}"
    made: dict[str, Any] = await journal.ok(who, "line", "PUT", path, body)
    return made


def log_of(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    """The persons' rows of the log: outcome, code, items."""
    with psycopg.connect(postgres.superuser_dsn) as conn:
        query = "SELECT outcome, outcome_code, items FROM core_record.access_log ORDER BY at"
        return conn.execute(query).fetchall()


@pytest.mark.parametrize(
    ("data", "content_type", "pages"),
    [
        (a_pdf(), "application/pdf", 2),
        (an_image("PNG"), "image/png", None),
        (an_image("JPEG"), "image/jpeg", None),
    ],
)
async def test_given_a_document_then_it_is_what_its_content_says_and_comes_back_as_it_was(
    journal: Journal, data: bytes, content_type: str, pages: int | None
) -> None:
    made = await kept(journal, data)
    body = made["body"]
    assert (body["content_type"], body["bytes"], body.get("pages")) == (content_type, len(data), pages)
    assert body["sha256"] == hashlib.sha256(data).hexdigest()
    assert body["scan"] == "unscanned"

    found = await send(journal, "sykepleier", "GET", f"/documents/{made['id']}/content")
    assert found.content == data
    assert found.headers["content-type"] == content_type
    assert found.headers["content-disposition"].startswith("attachment")
    assert "Epikrise" not in str(found.headers)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]


async def test_given_no_scanner_then_there_is_no_preview(journal: Journal) -> None:
    made = await kept(journal, a_pdf())
    refused = await send(journal, "lege-koman", "GET", f"/documents/{made['id']}/preview")
    assert code_of(refused) == "409 document-unscanned"


@pytest.mark.parametrize("data", [a_pdf(), an_image("PNG", (3000, 2000)), an_image("JPEG")])
async def test_given_a_scanner_that_finds_nothing_then_pages_are_shown_as_images(
    journal: Journal, tmp_path: Path, data: bytes
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    async with clamd(tmp_path / "c", finds_eicar) as given:
        made = await kept(journal, data)
    assert given == [data]
    assert made["body"]["scan"] == "clean"
    shown = await send(journal, "lege-koman", "GET", f"/documents/{made['id']}/preview")
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    with Image.open(io.BytesIO(shown.content)) as image:
        assert 0 < image.width <= 1400
    missing = await send(journal, "lege-koman", "GET", f"/documents/{made['id']}/preview?page=3")
    assert code_of(missing) == "415 document-broken"


@pytest.mark.parametrize("where", ["localhost", "unix:", "127.0.0.1:", "127.0.0.1:clamd"])
def test_given_no_address_of_a_scanner_then_the_service_does_not_start(where: str) -> None:
    with pytest.raises(ValueError, match="clamd"):
        Settings(clamd=where)
    for right in ("", "127.0.0.1:3310", "unix:/run/clamd.sock"):
        assert Settings(clamd=right).clamd == right


async def test_given_malware_then_it_is_refused_and_kept_nowhere(
    journal: Journal, tmp_path: Path, postgres: TestDatabase
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    path = f"/documents/{uuid4()}/content"
    async with clamd(tmp_path / "c", finds_eicar):
        refused = await send(journal, "lege-koman", "PUT", path, a_pdf() + EICAR)
    assert code_of(refused) == "422 document-infected"
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM journal.document_content").fetchone() == (0,)
        last = conn.execute("SELECT items FROM core_record.access_log ORDER BY seq DESC LIMIT 1").fetchone()
    assert last == ({"DocumentReference": 0},)


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"something"])
async def test_given_a_scanner_that_fails_then_nothing_is_kept(
    journal: Journal, tmp_path: Path, answer: bytes
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    path = f"/documents/{uuid4()}/content"
    async with clamd(tmp_path / "c", lambda _: answer):
        assert code_of(await send(journal, "lege-koman", "PUT", path, a_pdf())) == "503 scanner-unavailable"
    assert code_of(await send(journal, "lege-koman", "PUT", path, a_pdf())) == "503 scanner-unavailable"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "415 document-type"),
        (b"<html><script>", "415 document-type"),
        (b"MZ\x90\x00", "415 document-type"),
        (b"%PDF-1.7 and nothing more", "415 document-broken"),
        (an_image("PNG")[:60], "415 document-broken"),
        (b"\xff\xd8\xff" + b"x" * 100, "415 document-broken"),
        (an_image("PNG")[:8] + an_image("JPEG"), "415 document-broken"),
        (a_pdf(locked=True), "422 document-locked"),
    ],
)
async def test_what_is_no_document_is_refused(journal: Journal, data: bytes, code: str) -> None:
    assert code_of(await send(journal, "lege-koman", "PUT", f"/documents/{uuid4()}/content", data)) == code


@pytest.mark.parametrize("says_so", [True, False])
async def test_given_fifty_megabytes_then_it_is_refused_without_being_read(
    journal: Journal, says_so: bool
) -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 1
            yield b"%PDF-" + bytes(1024 * 1024 - 5)

    length = {"content_length": str(50 * 1024 * 1024)} if says_so else {}
    answer = await send(journal, "lege-koman", "PUT", f"/documents/{uuid4()}/content", chunks(), **length)
    assert code_of(answer) == "413 document-too-large"
    assert "25 MB" in answer.json()["detail"]
    assert read <= (1 if says_so else 27)


@pytest.mark.parametrize(
    ("who", "headers", "code"),
    [
        ("line", {}, "403 journal-written-by-personnel"),
        ("sykepleier", {"access_reason": ""}, "403 relation-missing"),
        ("pleieassistent", {}, "403 journal-role-reads"),
    ],
)
async def test_given_who_may_not_write_then_the_bytes_are_neither_kept_nor_examined(
    journal: Journal,
    tmp_path: Path,
    postgres: TestDatabase,
    who: str,
    headers: dict[str, str],
    code: str,
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    path = f"/documents/{uuid4()}/content"
    async with clamd(tmp_path / "c", finds_eicar) as given:
        assert code_of(await send(journal, who, "PUT", path, a_pdf() + EICAR, **headers)) == code
        assert given == []
        assert log_of(postgres)[-1][:2] == ("refused", code.partition(" ")[2])
        rows = len(log_of(postgres))
        assert (await send(journal, "lege-koman", "PUT", path, a_pdf(1))).is_success
        assert len(given) == 1
    assert len(log_of(postgres)) == rows + 1  # deciding first leaves no row of its own


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
