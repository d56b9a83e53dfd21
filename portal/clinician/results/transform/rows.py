"""What a table of analyses is made of: a value, a line, and a row with its values by sampling time."""

from __future__ import annotations

from dataclasses import dataclass, field

Moment = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class CellValue:
    """One result in a cell. `value` is as sent; `unit` only where it is another than the row's.

    `opens`: "" or why the report must be read: "text" | "comment" | "report". `converted` is ours, in the
    row's unit, by `source`. `code`: the laboratory's, where it is another than the row's. `reference` is the
    value's own.
    """

    value: str = ""
    unit: str = ""
    numeric: bool = False
    flag: str = ""
    flag_text: str = ""
    ours: str = ""
    state: str = ""
    history: bool = False
    commented: bool = False
    opens: str = ""
    converted: str = ""
    source: str = ""
    code: str = ""
    reference: str = ""
    report_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One analysis in one unit. `cells` follow the columns. `reference` is the newest that a value states.

    `code` is "" unless another analysis has the same name.
    """

    key: str = ""
    name: str = ""
    code: str = ""
    unit: str = ""
    reference: str = ""
    analysis: str = ""
    joined: list[str] = field(default_factory=list)
    cells: list[list[CellValue]] = field(default_factory=list)


@dataclass(slots=True)
class TableRow:
    """A row as fetched; `values` by sampling time."""

    line: Line
    area: str
    group: str
    search: str
    undecided: bool
    values: dict[Moment, list[CellValue]]
