"""Searching one person's results: find, follow includes, join the answer. Runs inside a decided look-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from psycopg import AsyncConnection

from results_service.lookup.answering import Answer
from results_service.lookup.bundle import BundleWriter, Mode
from results_service.lookup.graph import reach, reach_from_report
from results_service.lookup.matching import fits, newest_first, part_filter, report_filter
from results_service.lookup.parameters import Search
from results_service.lookup.release import waiting_issues
from results_service.release.told import tell
from results_service.reports import reading
from results_service.reports.reading import OpenReport, Packed
from results_service.reports.stored import Shape


@dataclass(frozen=True, slots=True)
class _Hit:
    """A match: which report, and where in it."""

    report: OpenReport
    place: int

    @property
    def order(self) -> tuple[float, float, str, int, int]:
        """Newest first; the members of a tree stay together."""
        entries = self.report.packed.entries
        return (
            *newest_first(entries, self.place),
            str(self.report.report_id),
            entries[self.place].top,
            self.place,
        )


async def search(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> Answer:
    """The searchset Bundle; with `released_at` (citizens) only what is released by then, and what waits."""
    if wanted.kind == "DiagnosticReport":
        total = await _search_reports(conn, person_id, wanted, answer, released_at)
    else:
        total = await _search_parts(conn, person_id, wanted, answer, released_at)
    if released_at is not None:
        issues = waiting_issues(await reading.waiting(conn, person_id, released_at))
        if wanted.kind == "DiagnosticReport":
            issues += await tell(conn, person_id, [UUID(report) for report in answer.reports], released_at)
        if issues:
            answer.add_outcome(issues)
    body = answer.finish("searchset", total, _links(answer.base, wanted, total))
    return Answer(body, answer.etag)


async def history(
    conn: AsyncConnection[Any],
    person_id: UUID,
    report_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> Answer | None:
    """The history Bundle of a report, newest first, with what `wanted` includes; None when not found."""
    rows = await reading.history(conn, person_id, report_id, released_at)
    for row in rows:
        packed = row.packed
        answer.stamp(row.version_id.bytes + row.body + packed.bodies)
        for place in (0, *reach(packed.entries, [0], wanted.includes)):
            entry = packed.entries[place]
            body = packed.body(place) if place else row.body
            answer.add_version(entry.kind, entry.id, body, str(row.version_id), row.generated)
    url = f"{answer.base}/DiagnosticReport/{report_id}/_history"
    body = answer.finish("history", len(rows), [("self", url)])
    return Answer(body, answer.etag) if rows else None


async def _search_reports(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> int:
    filtered = report_filter(wanted, released_at)
    rows, total = await reading.newest(
        conn, person_id, filtered, skip=wanted.skip, count=wanted.count, opened=bool(wanted.includes)
    )
    found: dict[Shape, list[int]] = {}
    answer.stamp(b"".join([row.stored for row in rows]))
    answer.add_reports([(row.report_id, row.body) for row in rows])
    for row in rows:
        if (others := row.others) is not None:
            places = found.get(others.shape)
            if places is None:  # most reports of a person have one of a few shapes
                places = found[others.shape] = reach_from_report(others.shape, wanted.includes)
            answer.add_others(others, places)
    return total


async def _search_parts(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> int:
    reports = await reading.opened(conn, person_id, part_filter(wanted, released_at))
    hits = [
        _Hit(report, place)
        for report in reports
        for place, entry in enumerate(report.packed.entries)
        if fits(entry, wanted)
    ]
    hits.sort(key=lambda hit: hit.order)
    page = hits[wanted.skip : wanted.skip + wanted.count]
    matches: dict[UUID, tuple[Packed, list[int]]] = {}
    for hit in page:
        _add(answer, hit.report.packed, [hit.place], "match")
        matches.setdefault(hit.report.report_id, (hit.report.packed, []))[1].append(hit.place)
    for packed, places in matches.values():
        answer.stamp(packed.bodies)
        _add(answer, packed, reach(packed.entries, places, wanted.includes), "include")
    return len(hits)


def _add(answer: BundleWriter, packed: Packed, places: Sequence[int], mode: Mode) -> None:
    for place in places:
        entry = packed.entries[place]
        answer.add(entry.kind, entry.id, packed.body(place), mode)


def _links(base: str, wanted: Search, total: int) -> list[tuple[str, str]]:
    """self, next and previous: addresses to POST to, again with the header `person-id`."""

    def page(skip: int) -> str:
        return f"{start}_count={wanted.count}&_skip={skip}"

    asked = urlencode(wanted.applied) + "&" if wanted.applied else ""
    start = f"{base}/{wanted.kind}/_search?{asked}"
    links = [("self", page(wanted.skip))]
    if wanted.count and wanted.skip + wanted.count < total:
        links.append(("next", page(wanted.skip + wanted.count)))
    if wanted.count and wanted.skip:
        links.append(("previous", page(max(0, wanted.skip - wanted.count))))
    return links
