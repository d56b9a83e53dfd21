"""The links of a searchset: self, next and previous, addresses to POST to, again with the header `person-id`.

`next` says where its page begins by the last match of this one, not by a number alone: who follows the links
gets every match once, whatever comes, changes or goes meanwhile. Where that match cannot be placed (its
moment is one that is no longer read as any) the number is all there is.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from kit.errors import Malformed
from results_service.lookup.parameters import Search
from results_service.reports.reading import Behind
from results_service.reports.svarrapport.moments import parse_moment

T = TypeVar("T")
Order = tuple[float, float, str, int, int]
"""Where a part stands: its tree's effective and issued (negative seconds), report, tree and place."""


class _Dated(Struct, rename="camel"):
    """The two moments of a DiagnosticReport that order it."""

    id: UUID
    effective_date_time: str
    issued: str


BY_NUMBER = "-"
"""Something follows, and the last match of this page does not say where."""

_dated = msgspec.json.Decoder(_Dated)
_report_place = msgspec.json.Decoder(tuple[datetime, datetime, UUID])
_part_place = msgspec.json.Decoder(tuple[float, float, str, int, int])


def behind_report(body: bytes) -> str:
    """The place behind a DiagnosticReport, as `_page`; `BY_NUMBER` where its moments cannot be read."""
    report = _dated.decode(body)
    effective, issued = parse_moment(report.effective_date_time), parse_moment(report.issued)
    if effective is None or issued is None:
        return BY_NUMBER
    return _written(Behind(effective.at.astimezone(UTC), issued.at.astimezone(UTC), report.id))


def behind_part(order: Order) -> str:
    """The place behind another resource, as `_page`."""
    return _written(order)


def report_page(text: str) -> Behind | None:
    """`_page` of a search of DiagnosticReports; None: not given. Raises `Malformed`."""
    if not text:
        return None
    effective, issued, report_id = _read(text, _report_place)
    if effective.tzinfo is None or issued.tzinfo is None:
        raise _no_page()
    try:  # the database reads zones up to 15:59
        return Behind(effective.astimezone(UTC), issued.astimezone(UTC), report_id)
    except OverflowError:
        raise _no_page() from None


def part_page(text: str) -> Order | None:
    """`_page` of the other searches; None: not given. Raises `Malformed`."""
    return _read(text, _part_place) if text else None


def links(base: str, wanted: Search, total: int, going_on: str) -> list[tuple[str, str]]:
    """(relation, address); `going_on` is the `_page` of what follows or `BY_NUMBER`, "" when nothing does."""
    asked = urlencode(wanted.applied) + "&" if wanted.applied else ""
    start = f"{base}/{wanted.kind}/_search?{asked}"
    count, skip = wanted.count, wanted.skip
    own = f"&_page={wanted.page}" if wanted.page else ""
    found = [("self", f"{start}_count={count}&_skip={skip}{own}")]
    if going_on:
        place = f"&_page={going_on}" if going_on != BY_NUMBER else ""
        found.append(("next", f"{start}_count={count}&_skip={skip + count}{place}"))
    if count and skip:
        before = max(0, min(skip, total) - count)
        size = min(count, skip) if skip <= total else count
        found.append(("previous", f"{start}_count={size}&_skip={before}"))
    return found


def _written(place: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(text: str, place: msgspec.json.Decoder[T]) -> T:
    try:
        return place.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):  # msgspec's errors are ValueErrors
        raise _no_page() from None


def _no_page() -> Malformed:
    return Malformed("search-value-invalid", "_page must be as it stands in a link of an answer.")
