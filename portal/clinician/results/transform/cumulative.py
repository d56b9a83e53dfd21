"""The service's cumulative answer (`/screens/cumulative`), read into the table that the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from portal.clients.beside import number_text
from portal.clients.screens import Converted, Field, Group, ReportHead, Row, TableAnswer, Value
from portal.clients.screens import Join as SentJoin
from portal.clinician.results.transform import dates, ranges
from portal.clinician.results.transform.newest import newest_of
from portal.clinician.results.transform.rows import CellValue, Line, Moment, TableRow
from portal.clinician.results.transform.table import Column, ColumnReport, ResultTable
from portal.clinician.results.transform.trend import Join

_FLAGS = {"1": "high", "2": "low", "3": "outside"}
_PENDING = frozenset(("5", "6", "7", "8", "9", "15"))
_STATES = {"preliminary": "preliminary", "amended": "amended", "appended": "added", "registered": "waiting"}
_KIND = "report|"


def table_of(answer: TableAnswer) -> ResultTable:
    """The service's answer, read."""
    codes: dict[str, set[str]] = {}
    for _, _, row in _rows(answer):
        codes.setdefault(row.name, set()).add(row.code)
    rows = [
        _row(row, one, group, answer.reports, alone=len(codes[row.name]) == 1)
        for one, group, row in _rows(answer)
    ]
    seen: dict[Moment, dict[str, None]] = {}
    for made in rows:
        for moment, values in made.values.items():
            seen.setdefault(moment, {}).update(dict.fromkeys(value.report_id for value in values))
    moments = sorted(seen, key=lambda moment: (dates.sort_key(moment[0]), moment[1]), reverse=True)
    heads = {report.id: report for report in answer.reports}
    return ResultTable(
        rows=rows,
        newest=[newest_of(made) for made in rows],
        moments=moments,
        columns={moment: _column(moment, seen[moment], heads) for moment in moments},
        joins={(j.analysis, j.unit): _join(j) for _, _, row in _rows(answer) for j in row.joins},
        reports=frozenset(heads),
        withheld=answer.withheld,
    )


def _rows(answer: TableAnswer) -> Iterator[tuple[Field, Group, Row]]:
    return ((one, group, row) for one in answer.fields for group in one.groups for row in group.rows)


def _column(moment: Moment, report_ids: Iterable[str], heads: dict[str, ReportHead]) -> Column:
    day, _, time = dates.show(moment[0]).partition(" ")
    found = [heads[i] for i in report_ids if i in heads]
    return Column(day, time, moment[1], [ColumnReport(r.id, r.laboratory, r.kind) for r in found])


def _row(row: Row, one: Field, group: Group, reports: list[ReportHead], *, alone: bool) -> TableRow:
    found: dict[Moment, list[CellValue]] = {}
    undecided = False
    for value in row.values:
        judged = _judged(value)
        cell = _cell(value, row.unit, reports, judged)
        found.setdefault((value.at, value.sampled), []).append(cell)
        undecided = undecided or not _settled(value, cell, judged)
    line = Line(
        key=f"{row.analysis}|{row.unit_key}",
        name=row.name,
        code="" if alone else row.code,
        unit=row.unit,
        reference=next((value.reference for value in row.values if value.reference), ""),
        analysis="" if row.analysis.startswith(_KIND) else row.analysis,
        joined=list(dict.fromkeys(_joined(join, row.analysis) for join in row.joins)),
    )
    search = f"{line.name} {row.code} {' '.join(line.joined)}".casefold()
    return TableRow(line, one.code, group.name, search, undecided, found)


def _joined(join: SentJoin, analysis: str) -> str:
    """The other code (and unit), for the row's head: `NPU01807`, `NPU29296 %`."""
    code = join.analysis.rpartition("|")[2] if join.analysis != analysis else ""
    return f"{code} {join.unit if join.kind == 'conversion' else ''}".strip()


def _cell(value: Value, unit: str, reports: list[ReportHead], judged: ranges.Judgement) -> CellValue:
    flag = _FLAGS.get(value.flag, "other" if value.flag else "")
    return CellValue(
        value=dates.show(value.value) if value.kind == "date" else _limited(value),
        unit=value.unit if value.unit != unit else "",
        numeric=value.kind == "quantity",
        flag=flag,
        flag_text=value.flag_text,
        ours=judged if judged in ("above", "below") and not flag else "",
        state=_state(value),
        history=value.history,
        commented=value.commented,
        opens=_opens(value),
        converted=_limited(value.converted) if value.converted else "",
        source=value.converted.source if value.converted else "",
        code=value.analysis.rpartition("|")[2],
        reference=value.reference,
        report_id=reports[value.report].id if 0 <= value.report < len(reports) else "",
    )


def _limited(value: Value | Converted) -> str:
    """The number or text with its comparator."""
    is_number = isinstance(value, Converted) or value.is_number
    shown = number_text(value.value) if is_number else value.value
    return f"{value.comparator} {shown}" if value.comparator else shown


def _opens(value: Value) -> str:
    if value.kind == "report":
        return "report"
    if value.more or (value.kind == "text" and not value.value):
        return "text"
    return "comment" if value.commented else ""


def _judged(value: Value) -> ranges.Judgement:
    """Where a number lies by the stated range; outside without the laboratory's flag is shown as ours."""
    if value.kind != "quantity" or not value.reference:
        return "undecided"
    try:
        number = Decimal(value.value)
    except InvalidOperation:
        return "undecided"
    return ranges.judge(number, value.comparator, ranges.read(value.reference, value.unit))


def _settled(value: Value, cell: CellValue, judged: ranges.Judgement) -> bool:
    """Surely normal: a final number without flag and comment, inside the stated range."""
    quiet = not (cell.flag or cell.commented or cell.opens or value.preliminary)
    return quiet and judged == "inside" and value.status == "final"


def _state(value: Value) -> str:
    """What must be said of a value besides itself, as `settled.state_of` says it of a result."""
    if value.status == "final":
        return ""
    if value.status in ("cancelled", "entered-in-error"):
        return "cancelled"
    if value.kind == "none" and (value.status == "preliminary" or value.behind in _PENDING):
        return "waiting"
    if value.status == "unknown":
        return f"s{value.behind}" if value.behind else "unknown"
    if value.status == "amended" and value.preliminary:
        return "amended-preliminary"
    return _STATES.get(value.status, "")


def _join(join: SentJoin) -> Join:
    return Join(
        analysis=join.analysis,
        unit=join.unit,
        to_analysis=join.to_analysis,
        to_unit=join.to_unit,
        kind=join.kind,
        source=join.source,
        factor=Decimal(join.factor),
        added=Decimal(join.added),
        decimals=join.decimals,
    )
