"""Whether a resource fits a search, by its index entry; and the same question put to the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from results_service.lookup.dates import DateRange
from results_service.lookup.parameters import Search
from results_service.reports.reading import Comparison, Entry, ReportFilter, token

T = TypeVar("T")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def fits(entry: Entry, search: Search) -> bool:
    """Whether the entry is of the searched kind and fits every parameter."""
    return (
        entry.kind == search.kind
        and all(_token_fits(entry, name, values) for name, values in search.tokens)
        and all(moments.holds(entry.effective or entry.issued) for moments in search.dates)
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
    named = [*search.values("code"), *search.values("_tag")]
    return ReportFilter(
        dates=tuple(("<", moments.end) for moments in search.dates if moments.end is not None),
        tags=tuple(tuple(token(v) for v in values) for values in named),
        released_at=released_at,
    )


def report_filter(search: Search, released_at: datetime | None) -> ReportFilter:
    """A search of DiagnosticReports as the database is asked."""
    return ReportFilter(
        ids=_all_of(search.values("_id"), _uuids),
        dates=tuple(bound for moments in search.dates for bound in _bounds(moments)),
        categories=_all_of(search.values("category"), _codes),
        statuses=_all_of(search.values("status"), _codes),
        codes=tuple(tuple(token(v) for v in values) for values in search.values("code")),
        tags=tuple(tuple(token(v) for v in values) for values in search.values("_tag")),
        released_at=released_at,
    )


def _token_fits(entry: Entry, name: str, values: Sequence[str]) -> bool:
    if name == "_id":
        return entry.id in values
    if name in ("category", "status"):
        own = entry.category if name == "category" else entry.status
        return own in _codes(values)
    codings = entry.tags if name == "_tag" else entry.codes
    return any(_coding_fits(coding, value) for coding in codings for value in values)


def _coding_fits(coding: str, value: str) -> bool:
    """FHIR R4 3.1.1.4.10: `system|code`, `code`, or `system|` for any code of the system."""
    if "|" not in value:
        return coding.rpartition("|")[2] == value
    return coding == value or (value.endswith("|") and coding.rpartition("|")[0] == value[:-1])


def _codes(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value.rpartition("|")[2] for value in values)


def _uuids(values: Sequence[str]) -> tuple[UUID, ...]:
    """The ids that can exist here; any other text is the id of nothing."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return tuple(found)


def _all_of(
    occurrences: Sequence[Sequence[str]], read: Callable[[Sequence[str]], tuple[T, ...]]
) -> tuple[T, ...] | None:
    """The choices left when every occurrence of a parameter must hold; None when it was not given."""
    if not occurrences:
        return None
    chosen = [read(values) for values in occurrences]
    return tuple(choice for choice in chosen[0] if all(choice in other for other in chosen[1:]))


def _bounds(moments: DateRange) -> list[tuple[Comparison, datetime]]:
    bounds: list[tuple[Comparison, datetime]] = []
    if moments.start is not None:
        bounds.append((">=", moments.start))
    if moments.end is not None:
        bounds.append(("<", moments.end))
    return bounds
