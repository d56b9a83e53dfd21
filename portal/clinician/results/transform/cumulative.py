"""The service's cumulative answer (`/screens/cumulative`), read into the table that the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from portal.clinician.results.transform import dates, fhir, ranges
from portal.clinician.results.transform.fhir import Json
from portal.clinician.results.transform.table import (
    CellValue,
    Column,
    ColumnReport,
    Line,
    Moment,
    ResultTable,
    TableRow,
)
from portal.clinician.results.transform.trend import Join

_FLAGS = {"1": "high", "2": "low", "3": "outside"}
_PENDING = frozenset(("5", "6", "7", "8", "9", "15"))
_STATES = {"preliminary": "preliminary", "amended": "amended", "appended": "added"}


def table_of(answer: Json) -> ResultTable:
    """The service's answer, read."""
    reports = fhir.objects(answer.get("reports"))
    rows = [
        _row(row, fhir.text_of(one.get("code")), fhir.text_of(group.get("name")), reports)
        for one in fhir.objects(answer.get("fields"))
        for group in fhir.objects(one.get("groups"))
        for row in fhir.objects(group.get("rows"))
    ]
    seen: dict[Moment, dict[str, None]] = {}
    for row in rows:
        for moment, values in row.values.items():
            seen.setdefault(moment, {}).update(dict.fromkeys(value.report_id for value in values))
    moments = sorted(seen, key=lambda moment: (dates.sort_key(moment[0]), moment[1]), reverse=True)
    heads = {fhir.text_of(report.get("id")): report for report in reports}
    columns = {moment: _column(moment, seen[moment], heads) for moment in moments}
    return ResultTable(rows, moments, columns, dict(_joins(answer)), frozenset(heads))


def _column(moment: Moment, report_ids: Iterable[str], heads: dict[str, Json]) -> Column:
    day, _, time = dates.show(moment[0]).partition(" ")
    reports = [
        ColumnReport(i, fhir.text_of(heads[i].get("laboratory")), fhir.text_of(heads[i].get("kind")))
        for i in report_ids
        if i in heads
    ]
    return Column(day, time, moment[1], reports)


def _row(row: Json, field_code: str, group: str, reports: list[Json]) -> TableRow:
    found: dict[Moment, list[CellValue]] = {}
    undecided = False
    unit, analysis = fhir.text_of(row.get("unit")), fhir.text_of(row.get("analysis"))
    values = fhir.objects(row.get("values"))
    for value in values:
        cell = _cell(value, unit, reports)
        moment = (fhir.text_of(value.get("at")), value.get("sampled", True) is not False)
        found.setdefault(moment, []).append(cell)
        undecided = undecided or not _settled(value, cell)
    named = next((v for v in values if fhir.text_of(v.get("reference"))), {})
    line = Line(
        key=f"{analysis}|{fhir.text_of(row.get('unitKey'))}",
        name=fhir.text_of(row.get("name")),
        code=fhir.text_of(row.get("code")),
        unit=unit,
        reference=fhir.text_of(named.get("reference")),
        analysis="" if analysis.startswith("report|") else analysis,
        joined=list(dict.fromkeys(_joined(join, analysis) for join in fhir.objects(row.get("joins")))),
    )
    search = f"{line.name} {line.code} {' '.join(line.joined)}".casefold()
    return TableRow(line, field_code, group, search, undecided, found)


def _joined(join: Json, analysis: str) -> str:
    """The other code (and unit), for the row's head: `NPU01807`, `NPU29296 %`."""
    other = fhir.text_of(join.get("analysis"))
    code = other.rpartition("|")[2] if other != analysis else ""
    unit = fhir.text_of(join.get("unit")) if join.get("kind") == "conversion" else ""
    return f"{code} {unit}".strip()


def _cell(value: Json, unit: str, reports: list[Json]) -> CellValue:
    place = value.get("report")
    report = reports[place] if isinstance(place, int) and 0 <= place < len(reports) else {}
    kind, shown = fhir.text_of(value.get("kind")), fhir.text_of(value.get("value"))
    own_unit = fhir.text_of(value.get("unit"))
    converted = fhir.first(value.get("converted"))
    flag = fhir.text_of(value.get("flag"))
    return CellValue(
        value=dates.show(shown) if kind == "date" else _limited(value),
        unit=own_unit if own_unit != unit else "",
        numeric=kind == "quantity",
        flag=_FLAGS.get(flag, "other" if flag else ""),
        flag_text=fhir.text_of(value.get("flagText")),
        ours="" if flag else _outside(value, own_unit),
        state=_state(value, kind),
        history=bool(value.get("history")),
        commented=bool(value.get("commented")),
        opens=_opens(value, kind, shown),
        converted=_limited(converted),
        source=fhir.text_of(converted.get("source")),
        code=fhir.text_of(value.get("analysis")).rpartition("|")[2],
        report_id=fhir.text_of(report.get("id")),
    )


def _limited(value: Json) -> str:
    """The number or text with its comparator."""
    return f"{fhir.text_of(value.get('comparator'))} {fhir.text_of(value.get('value'))}".strip()


def _opens(value: Json, kind: str, shown: str) -> str:
    if kind == "report":
        return "report"
    if value.get("more") or (kind == "text" and not shown):
        return "text"
    return "comment" if value.get("commented") else ""


def _outside(value: Json, unit: str) -> str:
    """Outside the stated range though not flagged by the laboratory: "above" | "below"; ours, and said so."""
    judged = _judged(value, unit)
    return judged if judged in ("above", "below") else ""


def _judged(value: Json, unit: str) -> ranges.Judgement:
    if value.get("kind") != "quantity":
        return "undecided"
    try:
        number = Decimal(fhir.text_of(value.get("value")))
    except InvalidOperation:
        return "undecided"
    interval = ranges.read(fhir.text_of(value.get("reference")), unit)
    return ranges.judge(number, fhir.text_of(value.get("comparator")), interval)


def _settled(value: Json, cell: CellValue) -> bool:
    """Surely normal: a final number without flag and comment, inside the stated range."""
    quiet = not (cell.flag or cell.commented or cell.opens or value.get("preliminary"))
    inside = _judged(value, fhir.text_of(value.get("unit"))) == "inside"
    return quiet and inside and fhir.text_of(value.get("status")) == "final"


def _state(value: Json, kind: str) -> str:
    """What must be said of a value besides itself, as `settled.state_of` says it of a result."""
    status, behind = fhir.text_of(value.get("status")), fhir.text_of(value.get("behind"))
    if status in ("cancelled", "entered-in-error"):
        return "cancelled"
    if kind == "none" and (status in ("registered", "preliminary") or behind in _PENDING):
        return "waiting"
    if status == "unknown":
        return f"s{behind}" if behind else "unknown"
    if status == "amended" and value.get("preliminary"):
        return "amended-preliminary"
    if status == "registered":
        return "waiting"
    return _STATES.get(status, "")


def _joins(answer: Json) -> Iterator[tuple[tuple[str, str], Join]]:
    for one in fhir.objects(answer.get("fields")):
        for group in fhir.objects(one.get("groups")):
            for row in fhir.objects(group.get("rows")):
                for join in fhir.objects(row.get("joins")):
                    made = _join(join)
                    yield (made.analysis, made.unit), made


def _join(join: Json) -> Join:
    decimals = join.get("decimals")
    return Join(
        analysis=fhir.text_of(join.get("analysis")),
        unit=fhir.text_of(join.get("unit")),
        to_analysis=fhir.text_of(join.get("toAnalysis")),
        to_unit=fhir.text_of(join.get("toUnit")),
        kind=fhir.text_of(join.get("kind")),
        source=fhir.text_of(join.get("source")),
        factor=Decimal(fhir.text_of(join.get("factor")) or "1"),
        added=Decimal(fhir.text_of(join.get("added")) or "0"),
        decimals=decimals if isinstance(decimals, int) else None,
    )
