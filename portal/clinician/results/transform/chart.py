"""The geometry of a graph of one series: numbers for an SVG, in its own coordinates. Nothing is interpolated.

Exact values are dots joined by lines; a value with a comparator ("<5") is a hollow triangle at its limit that
points where the value may lie, and breaks the line. A reference band is drawn for its own point alone; the
percentiles of a growth reference run behind the values.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil, floor, log10

from portal.clients.beside import number_text
from portal.clinician.results.transform import dates
from portal.clinician.results.transform.trend import Point, Series

WIDE, NARROW = 720, 340
HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 34
_TICKS_ABOUT = 5
_LABEL_WIDTH = 84
_RIGHT_LABELLED, _LABEL_HEIGHT = 36, 11
_LABEL_ORDER = (50, 3, 97, 10, 90, 25, 75)
"""Which percentiles are labelled first where there is little room."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale: its place and its text."""

    at: float = 0.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The stated reference range of one point."""

    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One value. `shape`: "dot" | "below" | "above" | "converted"; `path` draws it; `label` says it."""

    x: float = 0.0
    y: float = 0.0
    shape: str = "dot"
    path: str = ""
    flag: str = ""
    ours: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile over time: runs of instants and values, which are not joined to each other."""

    percentile: int
    runs: list[list[tuple[datetime, float]]]


@dataclass(frozen=True, slots=True)
class Curve:
    """A run of a percentile. `label` stands at (`x`, `y`) where there is room; `middle`: the median."""

    points: str = ""
    label: str = ""
    x: float = 0.0
    y: float = 0.0
    middle: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawable graph. `lines` are SVG point lists."""

    width: int = WIDE
    height: int = HEIGHT
    left: float = _LEFT
    right: float = WIDE - _RIGHT
    top: float = _TOP
    bottom: float = HEIGHT - _BOTTOM
    y_ticks: list[Tick] = field(default_factory=list)
    x_ticks: list[Tick] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values and seconds to places. y grows downwards."""

    start: float
    seconds: float
    low: float
    high: float
    width: int
    right: int = _RIGHT

    def x(self, point: Point) -> float:
        return self.x_at(dates.sort_key(point.sampled).timestamp())

    def x_at(self, seconds: float) -> float:
        if not self.seconds:
            return round((_LEFT + self.width - self.right) / 2, 1)
        share = (seconds - self.start) / self.seconds
        return round(_LEFT + 10 + share * (self.width - self.right - _LEFT - 20), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)


def chart_of(series: Series, width: int = WIDE, percentiles: Sequence[Percentile] = ()) -> Chart | None:
    """The graph of a series, before percentiles where there are some; None when it holds no number."""
    points = [point for point in series.points if point.number is not None]
    if not points:
        return None
    behind = [value for one in percentiles for run in one.runs for _, value in run]
    ticks = _ticks([*_values(points), *behind])
    moments = [dates.sort_key(point.sampled).timestamp() for point in points]
    moments += [at.timestamp() for one in percentiles for run in one.runs for at, _ in run]
    right = _RIGHT_LABELLED if behind else _RIGHT
    scale = _Scale(min(moments), max(moments) - min(moments), ticks[0], ticks[-1], width, right)
    step = ticks[1] - ticks[0]
    return Chart(
        width=width,
        right=width - right,
        y_ticks=[Tick(scale.y(value), _label(value, step)) for value in ticks],
        x_ticks=_days(points, scale, width),
        bands=_bands(points, scale, width),
        lines=_lines(points, scale),
        marks=[_mark(point, scale) for point in points],
        curves=_curves(percentiles, scale),
    )


def _values(points: Sequence[Point]) -> list[float]:
    """Every number the scale must hold: values and the limits of the bands."""
    found = [point.number for point in points if point.number is not None]
    for point in points:
        if point.interval:
            found += [
                float(limit) for limit in (point.interval.low, point.interval.high) if limit is not None
            ]
    return found


def _ticks(values: list[float]) -> list[float]:
    """Round numbers from below the smallest to above the greatest value."""
    low, high = min(values), max(values)
    if low == high:
        low, high = (low - abs(low) * 0.5, high + abs(high) * 0.5) if low else (-1.0, 1.0)
    rough = (high - low) / _TICKS_ABOUT
    power = 10.0 ** floor(log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first, last = floor(low / step), ceil(high / step)
    return [round(n * step, 12) for n in range(first, last + 1)]


def _label(value: float, step: float) -> str:
    decimals = max(0, -floor(log10(step) + 1e-9))
    return number_text(f"{value:.{decimals}f}")


def _days(points: Sequence[Point], scale: _Scale, width: int) -> list[Tick]:
    """Sampling days below the graph: the last, and as many others as have room."""
    found: list[Tick] = []
    for point in reversed(points):
        at = scale.x(point)
        if not found or found[-1].at - at >= _LABEL_WIDTH:
            found.append(Tick(at, dates.show_day(point.sampled)))
    edge = _LABEL_WIDTH / 2
    return [Tick(min(max(t.at, edge), width - edge), t.label) for t in reversed(found)]


def _bands(points: Sequence[Point], scale: _Scale, width: int) -> list[Band]:
    """Each point's own band, reaching half-way to its neighbours."""
    places = [scale.x(point) for point in points]
    found: list[Band] = []
    for n, point in enumerate(points):
        if point.interval is None:
            continue
        left = (places[n - 1] + places[n]) / 2 if n else float(_LEFT)
        right = (places[n] + places[n + 1]) / 2 if n + 1 < len(places) else float(width - _RIGHT)
        low, high = point.interval.low, point.interval.high
        top = scale.y(scale.high if high is None else float(high))
        bottom = scale.y(scale.low if low is None else float(low))
        found.append(Band(round(left, 1), top, round(max(right - left, 0.5), 1), round(bottom - top, 1)))
    return found


def _lines(points: Sequence[Point], scale: _Scale) -> list[str]:
    """Lines between exact values that follow each other."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point.comparator or point.number is None:
            runs.append([])
        else:
            runs[-1].append(f"{scale.x(point)},{scale.y(point.number)}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _curves(percentiles: Sequence[Percentile], scale: _Scale) -> list[Curve]:
    """The runs, each percentile's last one labelled at its end unless another label is there already."""
    taken: list[float] = []
    found: list[Curve] = []
    for one in sorted(percentiles, key=lambda one: _LABEL_ORDER.index(one.percentile)):
        for number, run in enumerate(one.runs, start=1):
            places = [(scale.x_at(at.timestamp()), scale.y(value)) for at, value in run]
            x, y = places[-1]
            room = number == len(one.runs) and all(abs(y - other) >= _LABEL_HEIGHT for other in taken)
            if room:
                taken.append(y)
            label = str(one.percentile) if room else ""
            points = " ".join(f"{left},{top}" for left, top in places)
            found.append(Curve(points, label, round(x + 4, 1), round(y + 4, 1), one.percentile == 50))
    return found


def _mark(point: Point, scale: _Scale) -> Mark:
    x, y = scale.x(point), scale.y(point.number or 0.0)
    exact = "converted" if point.converted else "dot"
    shape = "below" if "<" in point.comparator else "above" if ">" in point.comparator else exact
    return Mark(x, y, shape, _path(x, y, shape, point), point.flag, point.ours, _said(point))


def _path(x: float, y: float, shape: str, point: Point) -> str:
    """Dots are round, flagged ones lozenges, converted ones squares; comparators point down or up."""
    if shape == "below":
        return f"M{x - 6},{y} L{x + 6},{y} L{x},{round(y + 10, 1)} Z"
    if shape == "above":
        return f"M{x - 6},{y} L{x + 6},{y} L{x},{round(y - 10, 1)} Z"
    if shape == "converted":
        return f"M{round(x - 5, 1)},{round(y - 5, 1)} h10 v10 h-10 Z"
    if point.flag or point.ours:
        return f"M{x},{round(y - 7, 1)} L{x + 7},{y} L{x},{round(y + 7, 1)} L{x - 7},{y} Z"
    return f"M{x - 4.5},{y} a4.5,4.5 0 1,0 9,0 a4.5,4.5 0 1,0 -9,0 Z"


def _said(point: Point) -> str:
    return f"{dates.show(point.sampled)}: {point.shown} {point.unit}".strip()
