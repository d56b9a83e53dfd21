"""Documents to keep, a scanner that speaks as clamd does, and what the log says of them."""

from __future__ import annotations

import asyncio
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
from fpdf import FPDF
from PIL import Image

from journal_api.journal.documents.rescanning import scan_all
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, REASONS, ROLES, SCOPES, Journal

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


async def scanned(journal: Journal, socket: Path) -> dict[str, str]:
    """Scan what waits; what became of each document."""
    found = scan_all(journal.app.state.db, journal.app.state.keys, f"unix:{socket}")
    return {str(entry_id): outcome async for entry_id, outcome in found}
