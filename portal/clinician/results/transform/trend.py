"""One analysis over time, across reports and laboratories.

Values are joined only where code and unit are the same: NLK and other national codes across laboratories,
local codes within one laboratory (clinical rule 10). A unit is the same when its UCUM code is, or its very
text.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.clinician.results.transform import dates, ranges
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.settled import outside_unflagged, state_of

# Code lists whose codes mean the same at every laboratory.
_NATIONAL = frozenset(("7280", "7270", "7010", "8219", "8220"))


@dataclass(frozen=True, slots=True)
class Point:
    """One result of an analysis. `ours`: outside the stated range though not flagged by the laboratory."""

    analysis: str
    unit_key: str
    name: str
    code: str
    sampled: str
    shown: str
    unit: str
    number: float | None
    comparator: str
    reference: str
    interval: ranges.Interval | None
    judged: ranges.Judgement
    flag: str
    ours: bool
    state: str
    history: bool
    commented: bool
    report_id: str
    laboratory: str


def analysis_key(item: Item, laboratory: str) -> str:
    """What makes two results the same analysis; "" for a result without a name."""
    code = item.code
    if not item.codes and not item.name:
        return ""
    if code.register in _NATIONAL and code.code:
        return f"{code.register}|{code.code}"
    named = code.code or item.name
    return f"{laboratory}|{code.system}|{named}" if named else ""


def unit_key(item: Item) -> str:
    """What makes two units the same."""
    return item.value.ucum or item.value.unit


def points_of(reports: Iterable[Report]) -> list[Point]:
    """Every value of some reports, oldest first; cancelled ones and those without a value have none."""
    return merged(
        point for report in reports for item in report.items() if (point := _point(item, report)) is not None
    )


def merged(points: Iterable[Point]) -> list[Point]:
    """The points, oldest first. A value that a later report repeats as history is one point, not two."""
    found: dict[tuple[str, str, str, str, str], Point] = {}
    for point in points:
        same = (point.analysis, point.unit_key, point.sampled, point.shown, point.laboratory)
        if same not in found or found[same].history:
            found[same] = point
    return sorted(found.values(), key=lambda point: dates.sort_key(point.sampled))


def _point(item: Item, report: Report) -> Point | None:
    key = analysis_key(item, report.laboratory)
    if item.cancelled or item.value.kind == "none" or not key or item.resistance:
        return None
    value = item.value
    return Point(
        analysis=key,
        unit_key=unit_key(item),
        name=item.name,
        code=item.code.code,
        sampled=item.effective or report.sampled,
        shown=value.shown,
        unit=value.unit,
        number=None if value.decimal is None else float(value.decimal),
        comparator=value.comparator,
        reference="; ".join(item.reference),
        interval=_agreed(item),
        judged=item.judged,
        flag=item.flag,
        ours=outside_unflagged(item),
        state=state_of(item),
        history=item.history,
        commented=bool(item.notes),
        report_id=report.id,
        laboratory=report.laboratory,
    )


def _agreed(item: Item) -> ranges.Interval | None:
    """The interval, where our reading of it and the laboratory's flag agree; else it is not drawn."""
    expected = {
        "high": ("above",),
        "low": ("below",),
        "outside": ("above", "below"),
        "": ("inside", "undecided"),
    }
    return item.interval if item.judged in expected.get(item.flag, ()) else None


@dataclass(frozen=True, slots=True)
class Series:
    """The results of one analysis in one unit, oldest first. `asked`: of the analysis that was asked for."""

    analysis: str
    name: str
    code: str
    unit: str
    asked: bool
    points: tuple[Point, ...]


def series_of(points: Iterable[Point], analysis: str) -> list[Series]:
    """The analysis's series, one for each unit; then other codes with the same name, each for itself."""
    everything = list(points)
    names = {_plain(p.name) for p in everything if p.analysis == analysis and p.name}
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in everything:
        if point.analysis == analysis or _plain(point.name) in names:
            groups.setdefault((point.analysis, point.unit_key), []).append(point)
    found = [_series(group, analysis) for group in groups.values()]
    return sorted(found, key=lambda s: (not s.asked, -len(s.points)))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _series(points: list[Point], analysis: str) -> Series:
    last = points[-1]
    units = dict.fromkeys(p.unit for p in points if p.unit)
    return Series(
        last.analysis, last.name, last.code, ", ".join(units), last.analysis == analysis, tuple(points)
    )


def previous(points: Iterable[Point], item: Item, report: Report) -> Point | None:
    """The newest earlier value of the same analysis in the same unit."""
    key, unit = analysis_key(item, report.laboratory), unit_key(item)
    before = dates.sort_key(item.effective or report.sampled)
    earlier = [
        point
        for point in points
        if point.analysis == key and point.unit_key == unit and dates.sort_key(point.sampled) < before
    ]
    return earlier[-1] if key and earlier else None
