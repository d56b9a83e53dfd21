"""The cumulative table: analyses by sampling times, and the part of it that is in sight.

Nothing is hidden without being counted: the columns are a window over all sampling times, and rows without a
value in the window, or left out by a filter, are said in number.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from portal.clinician.results.transform.newest import NewestGroup, NewestLine, grouped
from portal.clinician.results.transform.rows import Line, Moment, TableRow
from portal.clinician.results.transform.trend import Join

COLUMNS = 10


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines of one field (8202) and group of NLK."""

    area: str = ""
    name: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """A report of a column, to be opened from its head."""

    id: str = ""
    laboratory: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A time of sampling; where `sampled` is false the date of an answer without one."""

    day: str = ""
    time: str = ""
    sampled: bool = True
    reports: list[ColumnReport] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableView:
    """The part in sight. `start` counts columns from the newest; `elsewhere`: rows with values only outside
    the window; `left_out`: rows that the filters hide; `withheld`: the person has restricted some data.

    `newest`: every row's newest value, whenever it was: what is shown where the screen is narrow."""

    columns: list[Column] = field(default_factory=list)
    groups: list[LineGroup] = field(default_factory=list)
    newest: list[NewestGroup] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    start: int = 0
    total: int = 0
    rows: int = 0
    elsewhere: int = 0
    left_out: int = 0
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the table to show: words in names and codes, a field, only rows with a deviation, a window."""

    text: str = ""
    area: str = ""
    abnormal_only: bool = False
    start: int = 0
    everything: bool = False
    """Rows without a value in the window too."""


@dataclass(slots=True)
class ResultTable:
    """The whole table, which stays on the server. `newest`: a line for each of `rows`."""

    rows: list[TableRow]
    newest: list[NewestLine]
    moments: list[Moment]
    columns: dict[Moment, Column]
    joins: dict[tuple[str, str], Join]
    reports: frozenset[str]
    withheld: bool = False


def view_of(table: ResultTable, wanted: Wanted) -> TableView:
    """What to show: a window of sampling times and the rows that have something in it."""
    words = wanted.text.casefold().split()
    both = zip(table.rows, table.newest, strict=True)
    chosen = [(row, line) for row, line in both if _passes(row, wanted, words)]
    passed = [row for row, _ in chosen]
    times = {moment for row in passed for moment in row.values}
    moments = [moment for moment in table.moments if moment in times]
    start = max(0, min(wanted.start, len(moments) - 1))
    window = moments[start : start + COLUMNS]
    inside = [row for row in passed if wanted.everything or any(moment in row.values for moment in window)]
    return TableView(
        columns=[table.columns[moment] for moment in window],
        groups=_groups(inside, window),
        newest=grouped(chosen),
        areas=list(dict.fromkeys(row.area for row in table.rows if row.area)),
        start=start,
        total=len(moments),
        rows=len(inside),
        elsewhere=len(passed) - len(inside),
        left_out=len(table.rows) - len(passed),
        withheld=table.withheld,
    )


def _passes(row: TableRow, wanted: Wanted, words: list[str]) -> bool:
    return (
        (not wanted.area or row.area == wanted.area)
        and (not wanted.abnormal_only or row.undecided)
        and all(word in row.search for word in words)
    )


def _groups(rows: list[TableRow], window: list[Moment]) -> list[LineGroup]:
    found: dict[tuple[str, str], list[Line]] = {}
    for row in rows:
        cells = [row.values.get(moment, []) for moment in window]
        found.setdefault((row.area, row.group), []).append(replace(row.line, cells=cells))
    return [LineGroup(one, group, lines) for (one, group), lines in found.items()]
