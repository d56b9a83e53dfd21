"""Small JSON interfaces: a body read into a struct with a size limit, and an answer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kit.errors import Malformed, TooLarge

T = TypeVar("T")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def read_bytes(request: Request, most: int, code: str = "body-too-large") -> bytes:
    """The body; raises `TooLarge` (`code`) as soon as it says, or turns out, to be more than `most` bytes."""
    said = request.headers.get("content-length", "")
    body, size = bytearray(), int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0
    if size <= most:
        async for chunk in request.stream():
            body += chunk
            if (size := len(body)) > most:
                break
    if size > most:
        mega = most // 1024**2
        raise TooLarge(code, f"Send at most {mega} MB." if mega else f"Send at most {most} bytes.")
    return bytes(body)


async def throw_away(request: Request, most: int) -> None:
    """Read on for at most `most` bytes and keep none, so that a client that still sends sees the answer."""
    size = 0
    with contextlib.suppress(ClientDisconnect):
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                return


async def read_body(request: Request, kind: type[T], *, most: int = 64_000, empty: bytes = b"") -> T:
    """The JSON body as `kind`; one without a byte is read as `empty`.

    Raises `TooLarge` (`body-too-large`) over `most` bytes, and `Malformed` (`body-not-json`, `body-invalid`).
    """
    return from_json(await read_bytes(request, most) or empty, kind)


def from_json(body: bytes, kind: type[T]) -> T:
    """The JSON as `kind`, without the sign NUL in any text: no database holds it.

    Raises `Malformed` (`body-not-json`, `body-invalid`).
    """
    if _NUL.search(body):
        raise Malformed("body-invalid", "A text holds the sign NUL (\\u0000). Send it without.")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Malformed("body-invalid", str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Malformed("body-not-json", "Send the body as JSON.") from None


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`body` (anything msgspec can encode) as `application/json`."""
    return Response(msgspec.json.encode(body), status, dict(headers or {}), "application/json")


def version_in(request: Request, *, needed: bool) -> int:
    """The version number in `If-Match` (`W/"3"`, `"3"` or `3`); -1 without the header when not `needed`.

    Raises `Malformed` (`if-match-missing`, `if-match-invalid`).
    """
    text = request.headers.get("if-match")
    if text is None:
        if needed:
            raise Malformed("if-match-missing", "Send the version you read in If-Match.")
        return -1
    number = text.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Malformed("if-match-invalid", 'If-Match is a version number, as W/"3".')
    return int(number)
