"""One analysis over time, across reports and laboratories.

Values are joined where code and unit are the same: NLK and other national codes across laboratories, local
codes within one laboratory (clinical rule 10). A unit is the same when its UCUM code is, or its very text.
Across codes and units they are joined by the service's table of equivalences alone, never by name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.clinician.results.transform import dates, ranges
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.settled import outside_unflagged, state_of

# Code lists whose codes mean the same at every laboratory.
_NATIONAL = frozenset(("7280", "7270", "7010", "8219", "8220"))


@dataclass(frozen=True, slots=True)
class Point:
    """One result of an analysis. `ours`: outside the stated range though not flagged by the laboratory.

    `converted`: as drawn, its number is ours, in another unit than it was sent in.
    """

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
    converted: bool = False


def analysis_key(item: Item, sender: str) -> str:
    """What makes two results the same analysis, as the service's table has it; "" for one without a name."""
    code = item.code
    if not item.codes and not item.name:
        return ""
    if code.register in _NATIONAL and code.code:
        return f"{code.register}|{code.code}"
    named = code.code or item.name
    return f"{sender}|{code.register or code.system}|{named}" if named else ""


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
    key = analysis_key(item, report.sender)
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
class Join:
    """A row of the table of equivalences: results of `analysis` in `unit` are compared with another's.

    `kind`: "successor" | "equivalent" | "conversion"; `factor` and `added` are a conversion's.
    """

    analysis: str
    unit: str
    to_analysis: str
    to_unit: str
    kind: str
    source: str
    factor: Decimal = Decimal(1)
    added: Decimal = Decimal(0)
    decimals: int | None = None

    @property
    def converts(self) -> bool:
        """Whether the number changes."""
        return self.kind == "conversion"

    def number(self, value: float) -> float:
        """The number in the other unit."""
        return value * float(self.factor) + float(self.added)


Joins = Mapping[tuple[str, str], Join]
NO_JOINS: Joins = {}


@dataclass(frozen=True, slots=True)
class Series:
    """The results of one analysis in one unit, oldest first. `asked`: of the analysis that was asked for.

    `joined` holds the equivalences by which results of other codes and units stand in it.
    """

    analysis: str
    name: str
    code: str
    unit: str
    unit_key: str
    asked: bool
    points: tuple[Point, ...]
    joined: tuple[Join, ...] = ()

    def join_of(self, point: Point) -> Join | None:
        """The equivalence by which a point stands here; None when it is of this code and unit."""
        found = (j for j in self.joined if (j.analysis, j.unit) == (point.analysis, point.unit_key))
        return next(found, None)


def series_of(points: Iterable[Point], analysis: str, joins: Joins = NO_JOINS) -> list[Series]:
    """The analysis's series, one for each unit; then other codes with the same name, each for itself.

    What `joins` lead to one code and unit is one series.
    """
    everything = list(points)
    names = {_plain(p.name) for p in everything if p.analysis == analysis and p.name}
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in everything:
        groups.setdefault(_end(point, joins), []).append(point)
    found = [
        _series(end, group, analysis, joins)
        for end, group in groups.items()
        if any(p.analysis == analysis or _plain(p.name) in names for p in group)
    ]
    return sorted(found, key=lambda s: (not s.asked, -len(s.points)))


def _end(point: Point, joins: Joins) -> tuple[str, str]:
    """Where a point is compared."""
    join = joins.get((point.analysis, point.unit_key))
    return (join.to_analysis, join.to_unit) if join else (point.analysis, point.unit_key)


def _series(end: tuple[str, str], points: list[Point], analysis: str, joins: Joins) -> Series:
    own = [p for p in points if (p.analysis, p.unit_key) == end]
    last = (own or points)[-1]
    units = dict.fromkeys(p.unit for p in own if p.unit)
    used = dict.fromkeys(join for p in points if (join := joins.get((p.analysis, p.unit_key))) is not None)
    return Series(
        analysis=end[0],
        name=last.name,
        code=end[0].rpartition("|")[2],
        unit=", ".join(units) or end[1],
        unit_key=end[1],
        asked=any(p.analysis == analysis for p in points),
        points=tuple(points),
        joined=tuple(used),
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def previous(points: Iterable[Point], item: Item, report: Report) -> Point | None:
    """The newest earlier value of the same analysis in the same unit."""
    key, unit = analysis_key(item, report.sender), unit_key(item)
    before = dates.sort_key(item.effective or report.sampled)
    earlier = [
        point
        for point in points
        if point.analysis == key and point.unit_key == unit and dates.sort_key(point.sampled) < before
    ]
    return earlier[-1] if key and earlier else None
