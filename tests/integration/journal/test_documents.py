"""Documents: what is taken, what is refused, and what a scanner says."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from PIL import Image

from kit.settings import Settings
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal, code_of
from tests.integration.journal.papers import EICAR, a_pdf, an_image, clamd, finds_eicar, kept, log_of, send


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
