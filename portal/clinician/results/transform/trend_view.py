"""One analysis over time as it is shown: a graph for each series, and everything as a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.chart import NARROW, WIDE, Chart, chart_of
from portal.clinician.results.transform.richtext import plain
from portal.clinician.results.transform.trend import Point, Series, series_of

_LISTED = 40


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One value in the table, with the laboratory's own words."""

    sampled: str = ""
    value: str = ""
    unit: str = ""
    flag: str = ""
    ours: str = ""
    reference: str = ""
    laboratory: str = ""
    state: str = ""
    commented: bool = False
    history: bool = False
    report_id: str = ""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One series: of one code and one unit, never joined with another. `other`: another code, same name."""

    name: str = ""
    code: str = ""
    unit: str = ""
    other: bool = False
    drawn: bool = False
    banded: bool = False
    limited: bool = False
    flagged: bool = False
    wide: Chart = field(default_factory=Chart)
    narrow: Chart = field(default_factory=Chart)
    rows: list[TrendRow] = field(default_factory=list)
    left_out: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class TrendView:
    """An analysis over time; `name` is "" when nothing is shown."""

    analysis: str = ""
    name: str = ""
    series: list[SeriesView] = field(default_factory=list)


def trend_of(points: Iterable[Point], analysis: str, *, everything: bool = False) -> TrendView:
    """How to show an analysis over time; without series when the person has no value of it.

    The graph holds every value, the table the newest unless `everything` is asked for.
    """
    series = series_of(points, analysis)
    name = series[0].name if series else ""
    return TrendView(analysis, name, [_view(one, everything=everything) for one in series])


def _view(series: Series, *, everything: bool) -> SeriesView:
    newest_first = series.points[::-1]
    listed = newest_first if everything else newest_first[:_LISTED]
    wide, narrow = chart_of(series, WIDE), chart_of(series, NARROW)
    return SeriesView(
        name=series.name,
        code=series.code,
        unit=series.unit,
        other=not series.asked,
        drawn=wide is not None,
        banded=bool(wide and wide.bands),
        limited=bool(wide and any(mark.shape != "dot" for mark in wide.marks)),
        flagged=bool(wide and any(mark.flag or mark.ours for mark in wide.marks)),
        wide=wide or Chart(),
        narrow=narrow or Chart(),
        rows=[_row(point) for point in listed],
        left_out=len(listed) < len(series.points),
        count=len(series.points),
    )


def _row(point: Point) -> TrendRow:
    return TrendRow(
        sampled=dates.show(point.sampled),
        value=plain(point.shown),
        unit=point.unit,
        flag=point.flag,
        ours=point.judged if point.ours else "",
        reference=point.reference,
        laboratory=point.laboratory,
        state=point.state,
        commented=point.commented,
        history=point.history,
        report_id=point.report_id,
    )
