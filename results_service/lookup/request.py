"""What a look-up's request says: whose results, and the parameters of its form and its address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from fastapi import Request

from kit.errors import Malformed, TooLarge, UnsupportedMedia
from kit.ids import InvalidNationalId, NationalId, parse_national_id

FORM = "application/x-www-form-urlencoded"
_MAX_FORM_BYTES = 64 * 1024
_LENIENT = re.compile(r"(?:^|[,;\s])handling\s*=\s*\"?lenient\"?(?=$|[,;\s])", re.IGNORECASE)


def person_number(request: Request) -> NationalId:
    """The number in `person-id`; raises `Malformed` `person-id-missing`, or the number's own fault.

    Two of them are none: what stands between might have read the other one.
    """
    given = request.headers.getlist("person-id")
    if len(given) > 1:
        raise Malformed("person-id-repeated", "Send the header person-id once.")
    text = given[0] if given else ""
    if not text:
        raise Malformed(
            "person-id-missing", "Send the person's national identity number in the header person-id."
        )
    try:
        return parse_national_id(text.strip())
    except InvalidNationalId as fault:
        raise Malformed(fault.code, "person-id is no valid national identity number.") from None


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of the form, and those of the address (the links of an answer carry them there)."""
    body = b""
    if request.method == "POST":
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_FORM_BYTES:
                raise TooLarge("search-too-long", f"A search may be {_MAX_FORM_BYTES} bytes long.")
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise UnsupportedMedia("not-a-form", f"Send the parameters as {FORM}.")
    try:
        form = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=200, errors="strict")
    except ValueError:  # not ASCII, not UTF-8 behind the percent signs, or too many fields
        raise Malformed("search-value-invalid", f"The body is no {FORM} in UTF-8.") from None
    return [*request.query_params.multi_items(), *form]


def is_lenient(request: Request) -> bool:
    """`Prefer: handling=lenient`: unknown parameters are left out (FHIR R4, 3.1.1.3.1)."""
    return any(_LENIENT.search(value) for value in request.headers.getlist("prefer"))
