"""Searching one person's results: find, follow includes, join the answer. Runs inside a decided look-up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from results_service.lookup import paging
from results_service.lookup.answering import Answer
from results_service.lookup.bundle import BundleWriter, Mode
from results_service.lookup.graph import reach, reach_from_report
from results_service.lookup.matching import asked, fits, newest_first, part_filter, report_filter
from results_service.lookup.paging import Order, links
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
    def order(self) -> Order:
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
        total, going_on = await _search_reports(conn, person_id, wanted, answer, released_at)
    else:
        total, going_on = await _search_parts(conn, person_id, wanted, answer, released_at)
    if released_at is not None:
        issues = waiting_issues(await reading.waiting(conn, person_id, released_at))
        if wanted.kind == "DiagnosticReport":
            issues += await tell(conn, person_id, [UUID(report) for report in answer.reports], released_at)
        if issues:
            answer.add_outcome(issues)
    body = answer.finish("searchset", total, links(answer.base, wanted, total, going_on))
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
) -> tuple[int, str]:
    """How many match in all, and the `_page` of what follows these."""
    behind = paging.report_page(wanted.page)
    rows, total = await reading.newest(
        conn,
        person_id,
        report_filter(wanted, released_at),
        skip=0 if behind else wanted.skip,
        count=wanted.count + 1 if behind else wanted.count,  # one more tells whether anything follows
        opened=bool(wanted.includes),
        behind=behind,
    )
    goes_on = len(rows) > wanted.count if behind else 0 < len(rows) < total - wanted.skip
    rows = rows[: wanted.count]
    found: dict[Shape, list[int]] = {}
    answer.stamp(b"".join([row.stored for row in rows]))
    answer.add_reports([(row.report_id, row.body) for row in rows])
    for row in rows:
        if (others := row.others) is not None:
            places = found.get(others.shape)
            if places is None:  # most reports of a person have one of a few shapes
                places = found[others.shape] = reach_from_report(others.shape, wanted.includes)
            answer.add_others(others, places)
    return total, paging.behind_report(rows[-1].body) if rows and goes_on else ""


async def _search_parts(
    conn: AsyncConnection[Any],
    person_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> tuple[int, str]:
    """How many match in all, and the `_page` of what follows these."""
    behind, ready = paging.part_page(wanted.page), asked(wanted)
    reports = await reading.opened(conn, person_id, part_filter(wanted, released_at))
    hits = [
        _Hit(report, place)
        for report in reports
        for place in range(len(report.packed.entries))
        if fits(report.packed, place, ready)
    ]
    hits.sort(key=lambda hit: hit.order)
    begin = bisect_right(hits, behind, key=lambda hit: hit.order) if behind else wanted.skip
    page = hits[begin : begin + wanted.count]
    matches: dict[UUID, tuple[Packed, list[int]]] = {}
    for hit in page:
        _add(answer, hit.report.packed, [hit.place], "match")
        matches.setdefault(hit.report.report_id, (hit.report.packed, []))[1].append(hit.place)
    for packed, places in matches.values():
        answer.stamp(packed.bodies)
        _add(answer, packed, reach(packed.entries, places, wanted.includes), "include")
    goes_on = page and begin + len(page) < len(hits)
    return len(hits), paging.behind_part(page[-1].order) if goes_on else ""


def _add(answer: BundleWriter, packed: Packed, places: Sequence[int], mode: Mode) -> None:
    for place in places:
        entry = packed.entries[place]
        answer.add(entry.kind, entry.id, packed.body(place), mode)
