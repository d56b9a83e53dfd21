"""One analysis over time as it is shown: a graph for each series, and everything as a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from portal.clients.beside import number_text
from portal.clinician.results.transform import dates
from portal.clinician.results.transform.chart import NARROW, WIDE, Band, Chart, Mark, chart_of
from portal.clinician.results.transform.richtext import plain
from portal.clinician.results.transform.trend import NO_JOINS, Join, Joins, Point, Series, series_of

_LISTED = 40
_MANY = 60
_GAP = 0.6  # rounding between two bands that touch


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One value in the table, with the laboratory's own words.

    `converted` is ours: the number in the series' own unit, "" where the laboratory's is in it. `code` is the
    laboratory's where it is another than the series'.
    """

    sampled: str = ""
    value: str = ""
    unit: str = ""
    converted: str = ""
    code: str = ""
    flag: str = ""
    ours: str = ""
    reference: str = ""
    laboratory: str = ""
    state: str = ""
    commented: bool = False
    history: bool = False
    report_id: str = ""


@dataclass(frozen=True, slots=True)
class JoinView:
    """By what results of another code or unit stand in a series. `kind` as in `Join`."""

    kind: str = ""
    code: str = ""
    unit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One series: of one code and one unit, and what `joined` says. `other`: another code, same name."""

    name: str = ""
    code: str = ""
    unit: str = ""
    joined: list[JoinView] = field(default_factory=list)
    other: bool = False
    drawn: bool = False
    banded: bool = False
    limited: bool = False
    flagged: bool = False
    converted: bool = False
    wide: Chart = field(default_factory=Chart)
    narrow: Chart = field(default_factory=Chart)
    rows: list[TrendRow] = field(default_factory=list)
    left_out: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class TrendView:
    """An analysis over time; `name` is "" when nothing is shown.

    `unjoined`: the equivalences could not be fetched, so that every code and unit stands for itself.
    """

    analysis: str = ""
    name: str = ""
    series: list[SeriesView] = field(default_factory=list)
    unjoined: bool = False


def trend_of(
    points: Iterable[Point], analysis: str, joins: Joins | None = NO_JOINS, *, everything: bool = False
) -> TrendView:
    """How to show an analysis over time; without series when the person has no value of it.

    The graph holds every value, the table the newest unless `everything` is asked for. `joins`: None when
    they are not known.
    """
    series = series_of(points, analysis, joins or NO_JOINS)
    name = series[0].name if series else ""
    shown = [_view(one, everything=everything) for one in series]
    return TrendView(analysis, name, shown, unjoined=joins is None)


def _view(series: Series, *, everything: bool) -> SeriesView:
    newest_first = series.points[::-1]
    listed = newest_first if everything else newest_first[:_LISTED]
    drawn = replace(series, points=tuple(_drawn(point, series.join_of(point)) for point in series.points))
    wide, narrow = chart_of(drawn, WIDE), chart_of(drawn, NARROW)
    return SeriesView(
        name=series.name,
        code=series.code,
        unit=series.unit,
        joined=[JoinView(j.kind, j.analysis.rpartition("|")[2], j.unit, j.source) for j in series.joined],
        other=not series.asked,
        drawn=wide is not None,
        banded=bool(wide and wide.bands),
        limited=bool(wide and any(mark.shape in ("below", "above") for mark in wide.marks)),
        converted=bool(wide and any(mark.shape == "converted" for mark in wide.marks)),
        flagged=bool(wide and any(mark.flag or mark.ours for mark in wide.marks)),
        wide=lighter(wide or Chart()),
        narrow=lighter(narrow or Chart()),
        rows=[_row(point, series) for point in listed],
        left_out=len(listed) < len(series.points),
        count=len(series.points),
    )


def lighter(chart: Chart) -> Chart:
    """A graph of many values in few parts that look the same: like marks as one path, equal bands as one."""
    if len(chart.marks) <= _MANY:
        return chart
    paths: dict[tuple[str, str, bool], list[str]] = {}
    for mark in chart.marks:
        paths.setdefault((mark.shape, mark.flag, mark.ours), []).append(mark.path)
    bands: list[Band] = []
    for band in chart.bands:
        last = bands[-1] if bands else None
        if last and (last.y, last.height) == (band.y, band.height) and band.x - last.x - last.width < _GAP:
            bands[-1] = replace(last, width=round(band.x + band.width - last.x, 1))
        else:
            bands.append(band)
    marks = [Mark(shape=s, flag=f, ours=o, path=" ".join(found)) for (s, f, o), found in paths.items()]
    return replace(chart, marks=marks, bands=bands)


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FIGURES = 3


def _drawn(point: Point, join: Join | None) -> Point:
    """A point as the graph has it: a converted one at its converted place, without a band of another unit."""
    if join is None or not join.converts or point.number is None:
        return point
    return replace(
        point,
        number=join.number(point.number),
        comparator=_TURNED.get(point.comparator, point.comparator) if join.factor < 0 else point.comparator,
        interval=None,
        converted=True,
    )


def converted(point: Point, join: Join | None) -> str:
    """The converted number with its comparator, rounded as the table of equivalences says."""
    if join is None or not join.converts or point.number is None:
        return ""
    drawn = _drawn(point, join)
    number = drawn.number or 0.0
    shown = f"{number:.{join.decimals}f}" if join.decimals is not None else f"{number:.{_FIGURES}g}"
    return f"{drawn.comparator} {number_text(shown)}".strip()


def _row(point: Point, series: Series) -> TrendRow:
    return TrendRow(
        sampled=dates.show(point.sampled),
        value=plain(point.shown),
        unit=point.unit,
        converted=converted(point, series.join_of(point)),
        code=point.code if point.analysis != series.analysis else "",
        flag=point.flag,
        ours=point.judged if point.ours else "",
        reference=point.reference,
        laboratory=point.laboratory,
        state=point.state,
        commented=point.commented,
        history=point.history,
        report_id=point.report_id,
    )
