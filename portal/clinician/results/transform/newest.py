"""The newest value of each analysis, what it was before, and a little course: the table where it is narrow.

Numbers are as sent. What is compared and drawn is final (corrected and added to, too) or preliminary, in the
row's own unit and without a comparator; anything else is shown in words alone. A conversion, or a value in
another unit, is not drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.rows import CellValue, Line, Moment, TableRow

_DRAWN = 12
_WIDE, _HIGH, _MARGIN = 96.0, 24.0, 3.0
_NO_VALUE = frozenset({"cancelled", "waiting"})
_COMPARED = frozenset({"", "added", "amended", "amended-preliminary", "preliminary"})


@dataclass(frozen=True, slots=True)
class NewestLine:
    """One analysis. `day`: when the newest was sampled (`sampled` false: answered). `now`: the values of that
    time, each with its own unit, and `references` what they state, each once. `before`, `before_day`: the one
    before it, and `change`: "up" | "down" | "same", or "" where the two cannot be compared. `course`:
    points of a line (SVG) in a box of 96 × 24, oldest first; "" with fewer than two; `end_x` and `end_y`: the
    newest of them."""

    line: Line = field(default_factory=Line)
    day: str = ""
    sampled: bool = True
    now: list[CellValue] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    change: str = ""
    before: str = ""
    before_day: str = ""
    course: str = ""
    end_x: float = 0.0
    end_y: float = 0.0


@dataclass(frozen=True, slots=True)
class NewestGroup:
    """Lines of one field (8202) and group of NLK."""

    area: str = ""
    name: str = ""
    lines: list[NewestLine] = field(default_factory=list)


def grouped(rows: Iterable[tuple[TableRow, NewestLine]]) -> list[NewestGroup]:
    """The newest values of these rows by field and group, in the order of the table."""
    found: dict[tuple[str, str], list[NewestLine]] = {}
    for row, line in rows:
        found.setdefault((row.area, row.group), []).append(line)
    return [NewestGroup(area, name, lines) for (area, name), lines in found.items()]


def newest_of(row: TableRow) -> NewestLine:
    """A row's newest value, whenever it was. Made once a table: filters choose among the lines."""
    moments = sorted(row.values, key=lambda moment: (dates.sort_key(moment[0]), moment[1]), reverse=True)
    if not moments:
        return NewestLine(row.line)
    first, *rest = moments
    earlier = next(_told(row, rest), None)
    points = list(_numbers(row, moments))[:_DRAWN][::-1]
    xs, ys = _drawn(points)
    return NewestLine(
        line=replace(row.line, cells=[]),
        day=dates.show_day(first[0]),
        sampled=first[1],
        now=[_with_unit(value, row.line.unit) for value in row.values[first]],
        references=list(dict.fromkeys(value.reference for value in row.values[first] if value.reference)),
        change=_change(row.values[first], earlier[1]) if earlier else "",
        before=_shown(earlier[1]) if earlier else "",
        before_day=dates.show_day(earlier[0][0]) if earlier else "",
        course=" ".join(f"{x:g},{y:g}" for x, y in zip(xs, ys, strict=True)),
        end_x=xs[-1] if xs else 0.0,
        end_y=ys[-1] if ys else 0.0,
    )


def _with_unit(value: CellValue, unit: str) -> CellValue:
    """A value with its unit, which is the row's where it has none of its own; no unit without a value."""
    return replace(value, unit=(value.unit or unit) if value.value else "")


def _told(row: TableRow, moments: Iterable[Moment]) -> Iterator[tuple[Moment, CellValue]]:
    """The values of these times that say something in few words."""
    for moment in moments:
        for value in row.values[moment]:
            if value.value and value.state not in _NO_VALUE and value.opens in ("", "comment"):
                yield moment, value


def _shown(value: CellValue) -> str:
    return f"{value.value} {value.unit}".strip()


def _change(values: Sequence[CellValue], earlier: CellValue) -> str:
    now = [number for value in values if (number := _number(value)) is not None]
    before = _number(earlier)
    if len(now) != 1 or before is None:
        return ""
    return "same" if now[0] == before else "up" if now[0] > before else "down"


def _number(value: CellValue) -> Decimal | None:
    """A number that may be compared with others of its row."""
    if not value.numeric or value.unit or value.state not in _COMPARED:
        return None
    try:
        found = Decimal(value.value.replace(",", "."))
    except InvalidOperation:  # with a comparator: "< 5" is no point
        return None
    return found if found.is_finite() else None


def _numbers(row: TableRow, moments: Iterable[Moment]) -> Iterator[tuple[float, float]]:
    """Time and number of what can be drawn, the newest first."""
    for moment in moments:
        at = dates.parse(moment[0])
        for value in row.values[moment] if at else ():
            number = _number(value)
            if at is not None and number is not None:
                yield at.timestamp(), float(number)


def _drawn(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """The points in the box, by time and size."""
    if len(points) < 2:
        return [], []
    times, numbers = [point[0] for point in points], [point[1] for point in points]
    xs = _scaled(times, _WIDE)
    return xs, [_HIGH - y for y in _scaled(numbers, _HIGH)]


def _scaled(numbers: Sequence[float], length: float) -> list[float]:
    least, most = min(numbers), max(numbers)
    room = length - 2 * _MARGIN
    if most == least:
        return [length / 2 for _ in numbers]
    return [round(_MARGIN + room * (number - least) / (most - least), 1) for number in numbers]
