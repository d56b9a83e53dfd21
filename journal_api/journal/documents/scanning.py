"""Ask clamd about a content: its INSTREAM command (clamd(8)), over TCP or a Unix socket."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Coroutine

import msgspec

from kit.errors import Unavailable, Unprocessable

_CHUNK = 1 << 20
_SECONDS, _PING_SECONDS = 60, 5
_FOUND = b" FOUND"


class Verdict(msgspec.Struct, frozen=True):
    """What a scanner said: `clean`, or what it calls the malware it found."""

    clean: bool
    finding: str = ""


async def scan(where: str, data: bytes) -> str:
    """`clean`, or `unscanned` when no scanner is set (`where` empty).

    `where`: `host:port`, or `unix:` and a path. Raises `Unprocessable` (`document-infected`), and
    `Unavailable` (`scanner-unavailable`) when the scanner does not answer: nothing is then kept.
    """
    if not where:
        return "unscanned"
    if not (await verdict(where, data)).clean:
        raise Unprocessable("document-infected", "The scanner found malware. The document is kept nowhere.")
    return "clean"


async def verdict(where: str, data: bytes) -> Verdict:
    """What the scanner says of a content; raises `Unavailable` (`scanner-unavailable`)."""
    answer = await _within(_SECONDS, _ask(where, data))
    if answer.endswith(_FOUND):
        name = answer.removeprefix(b"stream: ").removesuffix(_FOUND).decode(errors="replace")
        return Verdict(clean=False, finding=name[:200])
    if answer != b"stream: OK":
        raise _unavailable()
    return Verdict(clean=True)


async def need_scanner(where: str) -> None:
    """Raises `Unavailable` (`scanner-unavailable`) when nothing answers there."""
    if await _within(_PING_SECONDS, _ping(where)) != b"PONG":
        raise _unavailable()


async def _within(seconds: float, asked: Coroutine[None, None, bytes]) -> bytes:
    try:
        return await asyncio.wait_for(asked, seconds)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        raise _unavailable() from None


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


async def _ping(where: str) -> bytes:
    reader, writer = await _open(where)
    try:
        writer.write(b"zPING\0")
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
