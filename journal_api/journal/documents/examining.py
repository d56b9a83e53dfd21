"""What a content is: told by its first bytes, and by a library that reads it in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from journal_api.journal.documents.examiner import BROKEN, LOCKED
from kit.errors import Unavailable, Unprocessable, UnsupportedMedia

_SCRIPT = str(Path(__file__).with_name("examiner.py"))
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_SECONDS = 30
_AT_ONCE = asyncio.Semaphore(2)
"""Processes that read documents: the service answers others meanwhile."""


class Read(msgspec.Struct, frozen=True):
    """What the library said. `pages` of a PDF."""

    pages: int | None = None


def type_of(data: bytes) -> str:
    """The media type by the first bytes; raises `UnsupportedMedia` (`document-type`)."""
    for magic, content_type in _MAGIC.items():
        if data.startswith(magic):
            return content_type
    raise UnsupportedMedia("document-type", "A document is PDF, PNG or JPEG. Save it as one of these.")


async def read(data: bytes, content_type: str) -> Read:
    """Raises `UnsupportedMedia` (`document-broken`), `Unprocessable` (`document-locked`), `Unavailable`."""
    return msgspec.json.decode(await _run(data, "check", content_type), type=Read)


async def page_as_png(data: bytes, content_type: str, page: int) -> bytes:
    """A page as PNG, at most 1400 pixels wide. Raises as `read`."""
    return await _run(data, "show", content_type, str(page))


async def _run(data: bytes, *what: str) -> bytes:
    async with _AT_ONCE:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", _SCRIPT, *what),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            answer, _ = await asyncio.wait_for(process.communicate(data), _SECONDS)
        except TimeoutError:
            raise _broken() from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode == LOCKED:
        raise Unprocessable("document-locked", "The document asks for a password. Save it without one.")
    if process.returncode == BROKEN or (process.returncode or 0) < 0:
        raise _broken()
    if process.returncode != 0:
        raise Unavailable("document-not-read", "Documents cannot be read now. Try again.")
    return answer


def _broken() -> UnsupportedMedia:
    return UnsupportedMedia("document-broken", "The document is damaged, or has no such page. Save it anew.")
