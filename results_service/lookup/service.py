"""Searching one person's results: find, follow includes, join the answer. Runs inside a decided look-up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from kit.wire import Step
from results_service.lookup import paging
from results_service.lookup.bundle import BundleWriter, Mode
from results_service.lookup.graph import reach, reach_from_report
from results_service.lookup.matching import asked, fits, newest_first, part_filter, report_filter
from results_service.lookup.paging import Order, links
from results_service.lookup.parameters import Search
from results_service.lookup.release import waiting_issues
from results_service.release.told import tell
from results_service.reports import reading
from results_service.reports.reading import OpenReport, Packed, Page, ReportRow
from results_service.reports.stored import outline

_AT_ONCE = 100  # reports in a page that is read together with the decision's facts


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
) -> None:
    """Fill a searchset; with `released_at` (citizens) only what is released by then, and what waits."""
    if wanted.kind == "DiagnosticReport":
        filtered = report_filter(wanted, released_at)
        rows, total = await reading.newest(conn, person_id, filtered, _page(wanted))
        going_on = _fill_reports(wanted, answer, rows, total)
    else:
        total, going_on = await _search_parts(conn, person_id, wanted, answer, released_at)
    if released_at is not None:
        issues = waiting_issues(await reading.waiting(conn, person_id, released_at))
        if wanted.kind == "DiagnosticReport":
            issues += await tell(conn, person_id, [UUID(report) for report in answer.reports], released_at)
        if issues:
            answer.add_outcome(issues)
    answer.finish("searchset", total, links(answer.base, wanted, total, going_on))


def step_at_once(wanted: Search) -> Step | None:
    """The one read of a clinician's search, for whoever is served; None when it takes more, or is large.

    Large pages wait for the decision: a refusal should neither cost them nor fail with them.
    """
    if wanted.kind != "DiagnosticReport" or wanted.count > _AT_ONCE:
        return None
    return reading.newest_step(report_filter(wanted, None), _page(wanted))


def fill_at_once(wanted: Search, answer: BundleWriter, rows: list[tuple[Any, ...]]) -> bool:
    """`search` for a clinician by the rows of `step_at_once`; False where they do not suffice."""
    found = reading.came_of_newest(rows, _page(wanted))
    if found is None:
        return False
    going_on = _fill_reports(wanted, answer, *found)
    answer.finish("searchset", found[1], links(answer.base, wanted, found[1], going_on))
    return True


async def history(
    conn: AsyncConnection[Any],
    person_id: UUID,
    report_id: UUID,
    wanted: Search,
    answer: BundleWriter,
    released_at: datetime | None,
) -> bool:
    """Fill the history of a report, newest first, with what `wanted` includes; False when it is not found."""
    rows = await reading.history(conn, person_id, report_id, released_at)
    for row in rows:
        packed = row.packed
        answer.stamp(row.version_id.bytes, row.body, packed.bodies)
        for place in (0, *reach(packed.entries, [0], wanted.includes)):
            entry = packed.entries[place]
            body = packed.body(place) if place else row.body
            answer.add_version(entry.kind, entry.id, body, str(row.version_id), row.generated)
    url = f"{answer.base}/DiagnosticReport/{report_id}/_history"
    answer.finish("history", len(rows), [("self", url)])
    return bool(rows)


def _fill_reports(wanted: Search, answer: BundleWriter, rows: list[ReportRow], total: int) -> str:
    """The `_page` of what follows these."""
    page = _page(wanted)
    goes_on = len(rows) > wanted.count if page.behind else 0 < len(rows) < total - wanted.skip
    rows = rows[: wanted.count]
    answer.stamp(*(row.stored for row in rows))
    answer.add_reports([row.report_id for row in rows], partial(reading.bodies, rows))
    if wanted.includes:
        found = [row.resources for row in rows if row.resources is not None]
        answer.stamp(*found)
        outlines = [outline(resources) for resources in found]
        answer.add_others([(one, reach_from_report(one.shape, wanted.includes)) for one in outlines])
    return paging.behind_report(reading.bodies(rows[-1:])[0]) if rows and goes_on else ""


def _page(wanted: Search) -> Page:
    """Raises `Malformed` when `_page` is none of ours."""
    behind = paging.report_page(wanted.page)
    if behind is None:
        return Page(wanted.skip, wanted.count, bool(wanted.includes))
    # One more tells whether anything follows.
    return Page(0, wanted.count + 1, bool(wanted.includes), behind)


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
