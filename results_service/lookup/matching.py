"""Whether a resource fits a search, by its index entry; and the same question put to the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from results_service.lookup import tokens
from results_service.lookup.dates import Interval, Moments
from results_service.lookup.parameters import Kind, Search
from results_service.lookup.tokens import Token
from results_service.reports.fhir import names
from results_service.reports.reading import Entry, Packed, ReportFilter, token

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
# A status is a code element: its system goes without saying (FHIR R4, the resources' value sets).
_STATUS_SYSTEMS: dict[Kind, tuple[str, str]] = {
    "DiagnosticReport": ("", "http://hl7.org/fhir/diagnostic-report-status"),
    "Observation": ("", "http://hl7.org/fhir/observation-status"),
    "ServiceRequest": ("", "http://hl7.org/fhir/request-status"),
}
_CATEGORY_SYSTEMS = (names.KINDS,)


class Asked(NamedTuple):
    """A search made ready for many entries. Each set is one occurrence of a parameter: one of it must fit.

    `plain`: by name, what an entry's id, category or status must be among. `codings`: by name, spellings.
    """

    kind: Kind
    plain: list[tuple[str, frozenset[str]]]
    codings: list[tuple[str, frozenset[str]]]
    moments: Moments | None


def asked(search: Search) -> Asked:
    """The search as `fits` wants it."""
    statuses = _STATUS_SYSTEMS.get(search.kind, ())
    plain = [
        *(("id", choice) for choice in map(_ids, search.values("_id"))),
        *(("category", choice) for choice in _restricting(search, "category", _CATEGORY_SYSTEMS)),
        *(("status", choice) for choice in _restricting(search, "status", statuses)),
    ]
    codings = [
        (name, frozenset(value.spelling for value in values))
        for name in ("code", "_tag")
        for values in search.values(name)
    ]
    return Asked(search.kind, plain, codings, search.moments)


def fits(packed: Packed, place: int, wanted: Asked) -> bool:
    """Whether the resource at `place` is of the searched kind and fits every parameter."""
    entry = packed.entries[place]
    return (
        entry.kind == wanted.kind
        and all(getattr(entry, name) in choice for name, choice in wanted.plain)
        and all(tokens.fits(entry.tags if n == "_tag" else entry.codes, one) for n, one in wanted.codings)
        and (wanted.moments is None or wanted.moments.holds(entry.effective or entry.issued))
        and all(_is_code(packed.body(place), one) for name, one in wanted.codings if name == "code")
    )


def newest_first(entries: Sequence[Entry], place: int) -> tuple[float, float]:
    """The sorting key of an entry: its tree's effective, then issued, newest first, unknown last."""
    top = entries[entries[place].top]
    return -(top.effective or _LONG_AGO).timestamp(), -(top.issued or _LONG_AGO).timestamp()


def part_filter(search: Search, released_at: datetime | None) -> ReportFilter:
    """The reports in which something can fit: a coarse question that leaves out no match.

    A report's tags hold every code of its observations, and its effective is the oldest of theirs.
    """
    if search.kind != "Observation":
        return ReportFilter(released_at=released_at)
    return ReportFilter(
        before=search.moments.end if search.moments else None,
        tags=_numbers([*search.values("code"), *search.values("_tag")]),
        released_at=released_at,
    )


def report_filter(search: Search, released_at: datetime | None) -> ReportFilter:
    """A search of DiagnosticReports as the database is asked."""
    if not search.tokens and search.moments is None:  # as most do
        return ReportFilter(released_at=released_at)
    moments = search.moments or Moments()
    ids = _all_of(map(_ids, search.values("_id")))
    return ReportFilter(
        ids=None if ids is None else tuple(UUID(each) for each in ids),
        since=moments.first,
        before=moments.end,
        within=None if moments.is_interval else (_written(moments.instants), _written(moments.days)),
        categories=_all_of(_restricting(search, "category", _CATEGORY_SYSTEMS)),
        statuses=_all_of(_restricting(search, "status", _STATUS_SYSTEMS["DiagnosticReport"])),
        codes=_numbers(search.values("code")),
        tags=_numbers(search.values("_tag")),
        released_at=released_at,
    )


def id_of(text: str) -> UUID | None:
    """The id of a resource of ours, None for any other text: ids are compared letter by letter."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Concept(Struct):
    coding: list[_Coding] = []


class _Coded(Struct):
    code: _Concept = msgspec.field(default_factory=_Concept)


_coded = msgspec.json.Decoder(_Coded)


def _is_code(body: bytes, wanted: frozenset[str]) -> bool:
    """Whether it is what was examined: an entry's codes are those of method and result too."""
    codings = _coded.decode(body).code.coding
    return tokens.fits([f"{each.system}|{each.code}" for each in codings if each.code], wanted)


def _ids(values: Iterable[Token]) -> frozenset[str]:
    return frozenset(value.code for value in values if value.system is None and id_of(value.code))


def _restricting(search: Search, name: str, systems: Sequence[str]) -> list[frozenset[str]]:
    """The codes left by each occurrence that leaves not all; all codes here are of one system."""
    found = []
    for values in search.values(name):
        codes = [value.code_of(systems) for value in values]
        if "" not in codes:
            found.append(frozenset(code for code in codes if code))
    return found


def _numbers(occurrences: Sequence[Sequence[Token]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(token(value.spelling) for value in values) for values in occurrences)


def _all_of(occurrences: Iterable[frozenset[str]]) -> tuple[str, ...] | None:
    """The choices left when every occurrence of a parameter must hold; None when it was not given."""
    found = list(occurrences)
    return tuple(sorted(frozenset.intersection(*found))) if found else None


def _written(intervals: Iterable[Interval]) -> str:
    """As a PostgreSQL multirange."""
    return f"{{{','.join(f'[{start.isoformat()},{end.isoformat()})' for start, end in intervals)}}}"
