"""What the core record's FHIR endpoints share: reading search forms, paging, Bundles, code systems.

FHIR R4: search by POST (3.1.1), Bundle of type searchset (2.36). Numbers of persons travel in the header
`person-id` alone, so that no form, address or link ever holds one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import Request, Response

from kit.errors import Malformed, UnsupportedMedia
from kit.ids import InvalidNationalId, NationalId, parse_national_id
from kit.jsonapi import read_bytes
from kit.norway import OSLO

HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
HER = "urn:oid:2.16.578.1.12.4.1.2"
PERSONNEL_CATEGORY = "urn:oid:2.16.578.1.12.4.1.1.9060"
MAX_COUNT = 5000
MAX_FORM = 16_384  # bytes
_MEDIA = "application/fhir+json"
_NEVER_LINKED = frozenset({"name"})
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A search's parameters as sent, with paging taken out; `base` is the public FHIR base with its slash."""

    base: str
    resource: str
    pairs: tuple[tuple[str, str], ...]
    count: int
    skip: int

    def one(self, name: str) -> str | None:
        """The value of a parameter that may stand once; raises `Malformed` when it stands again."""
        values = self.all(name)
        if len(values) > 1:
            raise Malformed("parameter-repeated", f"The parameter {name} may stand once.")
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for key, value in self.pairs if key == name]


async def read_form(request: Request, resource: str, known: Sequence[str], *, count: int = 50) -> SearchForm:
    """The form of a `_search`; `count` is the page when the caller names none.

    Parameters may stand in the address too, as the links of an answer carry them, but never a name.
    Raises `UnsupportedMedia`, `TooLarge`, and `Malformed` (`parameter-unknown`, `parameter-in-address`,
    `paging`).
    """
    media = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if media != _FORM:
        raise UnsupportedMedia("form-needed", f"Send the search as {_FORM}.")
    body = await read_bytes(request, MAX_FORM, "form-too-large")
    linked = request.query_params.multi_items()
    if any(key in _NEVER_LINKED for key, _ in linked):
        raise Malformed("parameter-in-address", "Send names in the form, never in the address.")
    pairs = [*linked, *_pairs(body)]
    unknown = sorted({key for key, _ in pairs} - {*known, "_count", "_skip"})
    if unknown:
        raise Malformed("parameter-unknown", f"Known parameters: {', '.join([*known, '_count', '_skip'])}.")
    numbers = {name: value for name, value in pairs if name in ("_count", "_skip")}
    return SearchForm(
        f"{request.app.state.verifier.base_url}/fhir/",
        resource,
        tuple(pair for pair in pairs if pair[0] in known),
        min(_number(numbers.get("_count"), count), MAX_COUNT),
        _number(numbers.get("_skip"), 0),
    )


def describe_form(*parameters: str, person: bool = False) -> dict[str, Any]:
    """The OpenAPI description of a search: its form and, with `person`, the headers of a look-up."""
    names = (*parameters, "_count", "_skip")
    properties = {name: {"type": "string"} for name in names}
    headers = ("person-id", "access-basis", "requester-hpr-role", "access-reason") if person else ()
    return {
        "parameters": [{"name": name, "in": "header", "schema": {"type": "string"}} for name in headers],
        "requestBody": {"content": {_FORM: {"schema": {"type": "object", "properties": properties}}}},
    }


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError as error:  # UnicodeDecodeError is one
        raise Malformed("form-unreadable", "The form is not UTF-8 with at most 50 fields.") from error


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Malformed("paging", "_count and _skip are whole numbers.")
    return int(text)


def person_number(request: Request, header: str = "person-id") -> NationalId | None:
    """The number in the header, or None without the header; raises `Malformed` with its fault."""
    text = request.headers.get(header)
    if text is None:
        return None
    try:
        return parse_national_id(text)
    except InvalidNationalId as error:
        raise Malformed(error.code, f"The header {header} holds no valid national identity number.") from None


class Interval(NamedTuple):
    """A half-open interval of instants: `since` <= t < `before`."""

    since: datetime
    before: datetime


def date_interval(values: Sequence[str]) -> Interval:
    """FHIR date parameters (eq, ge, gt, le, lt; days are Norwegian days) → their intersection."""
    since, before = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    for value in values:
        prefix, text = (value[:2], value[2:]) if value[:2].isalpha() else ("eq", value)
        start, end = _span(text)
        if prefix in ("ge", "eq"):
            since = max(since, start)
        elif prefix == "gt":
            since = max(since, end)
        if prefix in ("le", "eq"):
            before = min(before, end)
        elif prefix == "lt":
            before = min(before, start)
        if prefix not in ("eq", "ge", "gt", "le", "lt"):
            raise Malformed("date", "A date takes the prefixes eq, ge, gt, le and lt.")
    return Interval(since, before)


def _span(text: str) -> tuple[datetime, datetime]:
    """The instants a date or a time with zone covers."""
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            start = datetime(day.year, day.month, day.day, tzinfo=OSLO)
            return start, start + timedelta(days=1)
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Malformed("date", "A date is YYYY-MM-DD, or a time with its zone.")
    return instant, instant + timedelta(microseconds=1)


def searchset(form: SearchForm, total: int, resources: Sequence[Mapping[str, Any]]) -> Response:
    """The Bundle of a page: `total` counts all matches; links self, next and previous repeat the form.

    A search by name has no links to other pages, since an address never holds a name: repeat the form.
    """
    links = [_link("self", form, form.skip)]
    if not any(key in _NEVER_LINKED for key, _ in form.pairs):
        if form.skip + form.count < total and form.count:
            links.append(_link("next", form, form.skip + form.count))
        if form.skip:
            links.append(_link("previous", form, max(0, form.skip - form.count)))
    entries = [_entry(form.base, resource) for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links}
    return fhir_response(bundle | ({"entry": entries} if entries else {}))


def _entry(base: str, resource: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"resource": resource, "search": {"mode": "match"}}
    if "id" in resource:
        entry["fullUrl"] = f"{base}{resource['resourceType']}/{resource['id']}"
    return entry


def _link(relation: str, form: SearchForm, skip: int) -> dict[str, str]:
    pairs = [pair for pair in form.pairs if pair[0] not in _NEVER_LINKED]
    query = urlencode([*pairs, ("_count", str(form.count)), ("_skip", str(skip))])
    return {"relation": relation, "url": f"{form.base}{form.resource}/_search?{query}"}


def fhir_response(resource: Mapping[str, Any]) -> Response:
    """A resource as `application/fhir+json`."""
    return Response(msgspec.json.encode(resource), media_type=_MEDIA)


def token_value(text: str | None, systems: Sequence[str]) -> str | None:
    """The value of a token parameter (`system|value` or `value`); raises `Malformed` for other systems."""
    if text is None:
        return None
    system, bar, value = text.rpartition("|")
    if bar and system and system not in systems:
        raise Malformed("identifier-system", f"Known systems: {', '.join(systems)}.")
    return value
