"""From a finished Bundle to the HTTP answer: entity tag, 304 and gzip.

A 304 comes after the look-up was decided, read and logged like any other: it saves the way to the client, not
the trace. FHIR's POST `_search` stands for a GET (FHIR R4 3.1.0.2), so it may be conditional like one.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Sequence

from fastapi import Request, Response

from kit.errors import NotAcceptable
from results_service.lookup.bundle import Answer

FHIR_JSON = "application/fhir+json"
_WORTH_PACKING = 1400  # bytes: less than that fits in one packet
_LEVEL = 1  # a tenth of the size already; higher levels cost a multiple of the time
_GZIP = 31  # zlib's way to ask for a gzip frame (window bits 15 + 16)
_TAG = re.compile(r'(?:W/)?"[^"]*"')
_OFFERED = re.compile(r"(?:^|[,\s])(gzip|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*(?:,|$)", re.IGNORECASE)


_JSON = frozenset({FHIR_JSON, "application/json", "text/json", "application/*", "text/*", "*/*"})
_FORMATS = frozenset({"json", FHIR_JSON, "application/json", "text/json"})
_VERSION = re.compile(r"\bfhirversion\s*=\s*\"?([^\";,\s]*)")


def refuse_other_formats(request: Request, formats: Sequence[str]) -> None:
    """`_format`, and without it Accept, must leave room for JSON (FHIR R4, http, 3.1.0.1.9 and 3.1.0.1.11).

    Raises `NotAcceptable` `format-not-offered`.
    """
    formats = [each for each in formats if each.strip()]
    if formats:
        fits = all(_is_json(each.replace(" json", "+json"), _FORMATS) for each in formats)
    else:
        accepted = ",".join(request.headers.getlist("accept")) or "*/*"
        fits = accepted in _JSON or any(_is_json(each, _JSON) for each in accepted.split(","))
    if not fits:
        raise NotAcceptable(
            "format-not-offered",
            f"Everything here is {FHIR_JSON}, FHIR 4.0: ask for it in Accept or _format.",
        )


def _is_json(range_: str, names: frozenset[str]) -> bool:
    """Whether a media range of Accept, or a `_format`, is one of the names, at a quality above nothing."""
    name, _, parameters = range_.strip().lower().partition(";")
    version = _VERSION.search(parameters)
    refused = re.search(r"\bq\s*=\s*0(?:\.0*)?(?![\d.])", parameters)
    return name.strip() in names and not refused and (version is None or version[1].startswith("4.0"))


async def respond(request: Request, answer: Answer) -> Response:
    """The Bundle, or 304 when the client has it already (RFC 9110 13.1.2)."""
    headers = {"etag": answer.etag, "vary": "accept-encoding"}
    if is_known(request.headers.getlist("if-none-match"), answer.etag):
        return Response(status_code=304, headers=headers)
    body = answer.body
    if len(body) >= _WORTH_PACKING and wants_gzip(request.headers.getlist("accept-encoding")):
        body = await asyncio.to_thread(_packed, body)  # zlib lets go of the interpreter meanwhile
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type=FHIR_JSON)


def is_known(wanted: list[str], etag: str) -> bool:
    """Whether If-None-Match names this tag, by weak comparison."""
    if not wanted:
        return False
    tags = [tag.removeprefix("W/") for value in wanted for tag in _TAG.findall(value)]
    return etag.removeprefix("W/") in tags or any(value.strip() == "*" for value in wanted)


def wants_gzip(offered: list[str]) -> bool:
    """Whether Accept-Encoding asks for gzip (RFC 9110 12.5.3); who says nothing gets nothing packed."""
    weights = {
        name.lower(): float(weight or 1) for value in offered for name, weight in _OFFERED.findall(value)
    }
    return weights.get("gzip", weights.get("*", 0)) > 0


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(body) + packer.flush()
