"""Ask clamd about a content: its INSTREAM command (clamd(8)), over TCP or a Unix socket."""

from __future__ import annotations

import asyncio
import struct

from kit.errors import Unavailable, Unprocessable

_CHUNK = 1 << 20
_SECONDS = 60


async def scan(where: str, data: bytes) -> str:
    """`clean`, or `unscanned` when no scanner is set (`where` empty).

    `where`: `host:port`, or `unix:` and a path. Raises `Unprocessable` (`document-infected`), and
    `Unavailable` (`scanner-unavailable`) when the scanner does not answer: nothing is then kept.
    """
    if not where:
        return "unscanned"
    try:
        answer = await asyncio.wait_for(_ask(where, data), _SECONDS)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        raise _unavailable() from None
    if answer.endswith(b" FOUND"):
        raise Unprocessable("document-infected", "The scanner found malware. The document is kept nowhere.")
    if answer != b"stream: OK":
        raise _unavailable()
    return "clean"


async def _ask(where: str, data: bytes) -> bytes:
    reader, writer = await _open(where)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(data), _CHUNK):
            part = data[start : start + _CHUNK]
            writer.write(struct.pack("!L", len(part)) + part)
            await writer.drain()
        writer.write(struct.pack("!L", 0))
        await writer.drain()
        return (await reader.readuntil(b"\0")).rstrip(b"\0")
    finally:
        writer.close()


async def _open(where: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if where.startswith("unix:"):
        return await asyncio.open_unix_connection(where.removeprefix("unix:"))
    host, _, port = where.rpartition(":")
    return await asyncio.open_connection(host, int(port))


def _unavailable() -> Unavailable:
    return Unavailable(
        "scanner-unavailable", "Documents cannot be scanned now, and are not kept unscanned. Try again."
    )
