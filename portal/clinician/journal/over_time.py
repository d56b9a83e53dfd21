"""Measured values over time: a graph for each measure, and every value in a table. Fetched when asked for.

A child's are seen against the growth reference that is loaded, where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.growth import MEASURED, Course, Growth, growth_of
from portal.clients.journal import Cursor, Entry, JournalClient, Measure
from portal.clients.notes import Words, decimal, same
from portal.clinician.journal import growth as growing
from portal.clinician.journal.growth import UNITS, Compared
from portal.clinician.journal.state import JournalState
from portal.clinician.results.transform.chart import NARROW, Chart, Percentile, chart_of
from portal.clinician.results.transform.trend import Point, Series
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.dates import moment_text

HEADING = "journal-over-time"
_MOST = 1000
KIND = "Observation"
_ASKED: dict[str, Any] = {"states": ["final"]}


@dataclass
class MeasuredRow:
    """One value; `who` measured it, in which `unit` (nobody, nowhere: it follows from others).

    `beside`: the length it goes by; `place`: against the reference.
    """

    key: str
    when: str
    value: str
    who: str
    unit: str
    beside: str = ""
    place: Compared = field(default_factory=Compared)


@dataclass
class MeasuredSeries:
    """One measure: its graphs (None: one value alone, with nothing to see it against, is no course) and its
    values, newest first.

    `source`: where its percentiles are from; empty without any.
    """

    key: str
    label: Words
    unit: str
    drawn: bool = False
    wide: Chart = field(default_factory=Chart)
    narrow: Chart = field(default_factory=Chart)
    source: str = ""
    rows: list[MeasuredRow] = field(default_factory=list)


class OverTime(rx.State):
    """What is shown. `of` is whom it was fetched for, by a handle: never shown beside another's name.

    `note`: what is to be said of the comparison with a reference (`weeks`: of gestation). `shown`: how many
    values; `more`: there are older ones, fetched when asked for.
    """

    of: str = ""
    shown: int = 0
    more: bool = False
    series: list[MeasuredSeries] = []  # noqa: RUF012 - Reflex copies defaults
    note: str = ""
    weeks: str = ""
    wrong: str = ""
    _values: dict[str, Entry] = {}  # noqa: RUF012
    _next: Cursor | None = None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show(self) -> Any:
        """Fetch the measured values of the patient that the page shows."""
        self.reset()  # type: ignore[no-untyped-call]
        journal = await self.get_state(JournalState)
        return rx.set_focus(HEADING) if await self._fetch(journal) else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def older(self) -> None:
        """Fetch those before the oldest that are shown; of another patient by now: nothing."""
        journal = await self.get_state(JournalState)
        if self._next is None or self.of != journal.shown:
            return
        self.wrong = ""
        try:
            client = await journal._client()
            page = await client.page([KIND], after=self._next, **_ASKED, count=_MOST)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self._next = page.next
        found = self._values | {one.id: one for one in page.entries[KIND]}
        await self._put(journal, client, [*found.values()])

    async def _fetch(self, journal: JournalState) -> bool:
        try:
            client = await journal._client()
            found, self._next = await _newest(client)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return False
        self.of = journal.shown
        await self._put(journal, client, found)
        return True

    async def _put(self, journal: JournalState, client: JournalClient, found: list[Entry]) -> None:
        growth = await _growth(client, found)
        self._values = {entry.id: entry for entry in found}
        self.series = courses(found, journal._known.measured, growth)
        self.shown, self.more = len(found), self._next is not None
        self.note = growing.note_of(growth)
        self.weeks = decimal(growth.gestation) if growth and growth.gestation else ""

    def _value(self, key: str) -> Entry | None:
        return self._values.get(key)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def hide(self) -> Any:
        """Put them away."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")


async def _newest(client: JournalClient) -> tuple[list[Entry], Cursor | None]:
    """The newest of all, and growth whole, however much else is measured; where older ones begin."""
    page = await client.page([KIND], **_ASKED, count=_MOST)
    found = {one.id: one for one in page.entries[KIND]}
    if page.next is not None:
        grown = await client.page([KIND], measures=MEASURED, **_ASKED, count=_MOST)
        found |= {one.id: one for one in grown.entries[KIND]}
    return [*found.values()], page.next


async def _growth(client: JournalClient, found: Sequence[Entry]) -> Growth | None:
    """The comparison, where there is something to compare; None: it was not to be had."""
    if not any(entry.body.get("measure") in MEASURED for entry in found):
        return Growth()
    try:
        return await growth_of(client.api)
    except ServiceProblem:
        return None


def courses(
    entries: Sequence[Entry], measured: Mapping[str, Measure], growth: Growth | None = None
) -> list[MeasuredSeries]:
    """The values by measure, in the order of the measures; what follows from weight and height after these,
    those that are none of them last."""
    by_measure: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.at):
        by_measure.setdefault(str(entry.body.get("measure")), []).append(entry)
    compared = {course.measure: course for course in growth.courses} if growth else {}
    grown = [name for name in MEASURED if name in by_measure]
    derived = [_derived(compared[name]) for name in UNITS if name in compared]
    order = [*(name for name in measured if name not in grown), *by_measure]
    others = [name for name in dict.fromkeys(order) if name in by_measure and name not in grown]
    made = {
        name: _course(name, by_measure[name], measured.get(name), compared.get(name)) for name in by_measure
    }
    return [*(made[name] for name in grown), *derived, *(made[name] for name in others)]


def _course(
    name: str, entries: list[Entry], measure: Measure | None, compared: Course | None
) -> MeasuredSeries:
    unit = measure.unit if measure else ""
    points = [_point(name, unit, entry.at.isoformat(), float(entry.body["value"])) for entry in entries]
    places = growing.places(compared)
    rows = [
        MeasuredRow(
            key=entry.id,
            when=moment_text(entry.at),
            value=decimal(entry.body["value"]),
            who=(entry.signed or entry.made).name,
            unit=entry.unit,
            place=places.get((entry.at, float(entry.body["value"])), Compared()),
        )
        for entry in reversed(entries)
    ]
    label = measure.label if measure else same(name)
    return _drawn(name, label, unit, points, growing.percentiles(compared), compared, rows)


def _derived(course: Course) -> MeasuredSeries:
    """What follows from weight and height measured together. What goes by length is no course over time."""
    unit = UNITS[course.measure]
    points = [_point(course.measure, unit, one.at.isoformat(), one.value) for one in course.values]
    rows = [
        MeasuredRow(
            key=f"{course.measure}:{one.at.isoformat()}",
            when=moment_text(one.at),
            value=decimal(one.value),
            who="",
            unit="",
            beside="" if one.length is None else f"/ {decimal(one.length)} cm",
            place=growing.compared(one),
        )
        for one in reversed(course.values)
    ]
    by_length = any(one.length is not None for one in course.values)
    label = growing.label_of(course.measure)
    lines = growing.percentiles(course)
    return _drawn(course.measure, label, unit, [] if by_length else points, lines, course, rows)


def _drawn(
    name: str,
    label: Words,
    unit: str,
    points: Sequence[Point],
    lines: Sequence[Percentile],
    compared: Course | None,
    rows: list[MeasuredRow],
) -> MeasuredSeries:
    series = Series(name, name, name, unit, unit, True, tuple(points))
    course = len(points) > 1 or (points and lines)
    wide = chart_of(series, percentiles=lines) if course else None
    narrow = chart_of(series, NARROW, lines) if course else None
    return MeasuredSeries(
        key=name,
        label=label,
        unit=unit,
        drawn=wide is not None,
        wide=wide or Chart(),
        narrow=narrow or Chart(),
        source=growing.sources(compared.references) if compared else "",
        rows=rows,
    )


def _point(name: str, unit: str, at: str, value: float) -> Point:
    return Point(
        analysis=name,
        unit_key=unit,
        name=name,
        code=name,
        sampled=at,
        shown=decimal(value),
        unit=unit,
        number=value,
        comparator="",
        reference="",
        interval=None,
        judged="undecided",
        flag="",
        ours=False,
        state="",
        history=False,
        commented=False,
        report_id="",
        laboratory="",
    )
