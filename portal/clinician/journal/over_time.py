"""Measured values over time: a graph for each measure, and every value in a table. Fetched when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, Measure
from portal.clients.notes import Words, decimal, same
from portal.clinician.journal.state import JournalState
from portal.clinician.results.transform.chart import NARROW, Chart, chart_of
from portal.clinician.results.transform.trend import Point, Series
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.dates import moment_text

HEADING = "journal-over-time"
_MOST = 1000


@dataclass
class MeasuredRow:
    """One value; `who` measured it, in which `unit`."""

    key: str
    when: str
    value: str
    who: str
    unit: str


@dataclass
class MeasuredSeries:
    """One measure: its graphs (None: one value alone is no course) and its values, newest first."""

    key: str
    label: Words
    unit: str
    drawn: bool = False
    wide: Chart = field(default_factory=Chart)
    narrow: Chart = field(default_factory=Chart)
    rows: list[MeasuredRow] = field(default_factory=list)


class OverTime(rx.State):
    """What is shown. `of` is whom it was fetched for, by a handle: never shown beside another's name."""

    of: str = ""
    series: list[MeasuredSeries] = []  # noqa: RUF012 - Reflex copies defaults
    wrong: str = ""
    _values: dict[str, Entry] = {}  # noqa: RUF012

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show(self) -> Any:
        """Fetch the measured values of the patient that the page shows."""
        self.reset()  # type: ignore[no-untyped-call]
        journal = await self.get_state(JournalState)
        return rx.set_focus(HEADING) if await self._fetch(journal) else None

    async def _fetch(self, journal: JournalState) -> bool:
        try:
            found = await (await journal._client()).search(["Observation"], states=["final"], count=_MOST)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return False
        self._values = {entry.id: entry for entry in found["Observation"]}
        self.of, self.series = journal.shown, courses(found["Observation"], journal._known.measured)
        return True

    def _value(self, key: str) -> Entry | None:
        return self._values.get(key)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def hide(self) -> Any:
        """Put them away."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")


def courses(entries: Sequence[Entry], measured: Mapping[str, Measure]) -> list[MeasuredSeries]:
    """The values by measure, in the order of the measures; those that are none of them last."""
    by_measure: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.at):
        by_measure.setdefault(str(entry.body.get("measure")), []).append(entry)
    order = [*measured, *(name for name in by_measure if name not in measured)]
    return [_course(name, by_measure[name], measured.get(name)) for name in order if name in by_measure]


def _course(name: str, entries: list[Entry], measure: Measure | None) -> MeasuredSeries:
    unit = measure.unit if measure else ""
    points = tuple(_point(name, unit, entry) for entry in entries)
    series = Series(name, name, name, unit, unit, True, points)
    wide, narrow = (chart_of(series), chart_of(series, NARROW)) if len(points) > 1 else (None, None)
    return MeasuredSeries(
        key=name,
        label=measure.label if measure else same(name),
        unit=unit,
        drawn=wide is not None,
        wide=wide or Chart(),
        narrow=narrow or Chart(),
        rows=[
            MeasuredRow(
                entry.id,
                moment_text(entry.at),
                decimal(entry.body["value"]),
                (entry.signed or entry.made).name,
                entry.unit,
            )
            for entry in reversed(entries)
        ],
    )


def _point(name: str, unit: str, entry: Entry) -> Point:
    return Point(
        analysis=name,
        unit_key=unit,
        name=name,
        code=name,
        sampled=entry.at.isoformat(),
        shown=decimal(entry.body["value"]),
        unit=unit,
        number=float(entry.body["value"]),
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
