"""The cumulative table: every result of every shown report in a row of its analysis, nothing left out.

A report without a result that has a name (narratives, planned and cancelled reports) has a row by its kind,
which leads to the report. Susceptibilities stand in the report's own table, which their culture leads to.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import UTC, date, datetime

from msgspec.structs import replace

from results_service.codes.book import CodeBook
from results_service.codes.equivalences import Equivalences, Joined, Place, unit_key
from results_service.codes.systems import NLK
from results_service.reports.fhir import names
from results_service.reports.reading import Entry, OpenReport, Packed
from results_service.screens.cells import GIVEN_UP, analysis_of, converted, place_of, unit_of, value_of
from results_service.screens.models import Field, Group, Join, ReportHead, Row, Table, Value
from results_service.screens.observed import (
    Coding,
    Laboratory,
    Observation,
    laboratory_of,
    read_observation,
    read_report,
)

_KIND = "report"
_ORDER = ("CLIN", "IMTR", "FARM", "MBIO", "MGEN", "PAT", "RAD", "NUK")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class TableMaker:
    """Takes in reports one by one, newest first, and makes the table of them."""

    def __init__(self, book: CodeBook, equivalences: Equivalences, today: date) -> None:
        self._book = book
        self._equivalences = equivalences
        self._today = today
        self._heads: list[ReportHead] = []
        self._rows: dict[tuple[str, Place], Row] = {}
        self._fields: dict[tuple[str, Place], tuple[str, str]] = {}
        self._known: dict[Place, tuple[Place, Joined | None]] = {}
        self.values = 0

    def add(self, opened: OpenReport) -> None:
        """Take in one report."""
        packed = opened.packed
        head = packed.entries[0]
        laboratory = laboratory_of([packed.body(place) for place in head.links.get("performer", [])])
        self._heads.append(_head(opened, laboratory))
        found = [] if head.status == "cancelled" else _observations(packed)
        named = [(entry, each, main) for entry, each in found if (main := each.main) is not None]
        with_drugs = {entry.top for entry, each, _ in named if each.is_susceptibility}
        sender = laboratory.sender or str(opened.report_id)
        for entry, observation, main in named:
            if not _in_another_row(entry, observation, packed, with_drugs):
                self._put_result(entry, observation, main, sender)
        if len(named) < len(found) or not found:
            self._put_report(opened)

    def _put_result(self, entry: Entry, observation: Observation, main: Coding, sender: str) -> None:
        said = observation.said
        unit = unit_of(observation, said)
        value = value_of(observation, said, entry, len(self._heads) - 1, unit)
        name = observation.code.text or main.display or main.code
        where = place_of(main.system, main.code, name, unit, sender)
        self._put(where, value, name, entry.category or "")

    def _put(self, where: Place, value: Value, name: str, field: str) -> None:
        end, joined = self._end(where)
        if end != where:
            other = analysis_of(where)
            changed = {} if other == analysis_of(end) else {"analysis": other}
            value = replace(value, converted=converted(value, joined) if joined else None, **changed)
        row = self._rows.get((field, end))
        if row is None:
            row = self._rows[field, end] = self._row(end, where, value, name)
            self._fields[field, end] = field, self._group(end)
        if joined and end != where:
            _note(row, where, joined)
        row.values.append(value)
        self.values += 1

    def _put_report(self, opened: OpenReport) -> None:
        """A row of the report's kind, which leads to the report: it holds what no named result says."""
        head, entry = self._heads[-1], opened.packed.entries[0]
        value = Value(
            report=len(self._heads) - 1,
            id=head.id,
            kind="report",
            at=read_report(opened.packed.body(0)).effective_date_time,
            sampled="specimen" in entry.links,
            status=head.status,
            preliminary=head.preliminary,
            more=head.status != "cancelled",
        )
        self._put(Place(_KIND, head.kind_code or head.kind), value, head.kind, _field_of(head))

    def _end(self, where: Place) -> tuple[Place, Joined | None]:
        known = self._known.get(where)
        if known is None:
            joined = self._equivalences.joined(where, self._today)
            known = self._known[where] = (joined.end if joined else where, joined)
        return known

    def _row(self, end: Place, where: Place, value: Value, name: str) -> Row:
        info = self._book.find(end.system, end.code) if end != where else None
        units = (value.unit, info.unit if info else "", end.unit)
        unit = next(unit for unit in units if unit_key(unit) == end.unit or unit == end.unit)
        return Row(analysis_of(end), end.system, end.code, info.name if info else name, unit, end.unit, [])

    def _group(self, end: Place) -> str:
        info = self._book.find(NLK, end.code) if end.system == NLK else None
        return info.group if info else ""

    def made(self) -> Table:
        """The table: fields in their usual order, groups and rows by name, newest values first."""
        fields: dict[str, dict[str, list[Row]]] = {}
        for key, row in self._rows.items():
            field, group = self._fields[key]
            row.values = _newest_first(row.values)
            fields.setdefault(field, {}).setdefault(group, []).append(row)
        order = {code: place for place, code in enumerate(_ORDER)}
        return Table(
            self._heads,
            [
                Field(code, names.FIELDS.get(code, ""), _groups(groups))
                for code, groups in sorted(fields.items(), key=lambda f: (order.get(f[0], len(order)), f[0]))
            ],
        )


def _head(opened: OpenReport, laboratory: Laboratory) -> ReportHead:
    entry, report = opened.packed.entries[0], read_report(opened.packed.body(0))
    kind = report.code.coding[0] if report.code.coding else None
    return ReportHead(
        id=str(opened.report_id),
        issued=report.issued,
        status=entry.status or report.status,
        preliminary=report.preliminary,
        kind=report.code.text or (kind.display if kind else ""),
        kind_code=kind.code if kind else "",
        category=entry.category or "",
        laboratory=laboratory.name,
    )


def _observations(packed: Packed) -> list[tuple[Entry, Observation]]:
    return [
        (entry, read_observation(packed.body(place)))
        for place, entry in enumerate(packed.entries)
        if entry.kind == "Observation"
    ]


def _in_another_row(entry: Entry, observation: Observation, packed: Packed, with_drugs: Set[int]) -> bool:
    """A drug is in its culture's report; a heading without a value is said by the rows below it."""
    if "has-member" not in entry.links:
        return observation.is_susceptibility
    silent = observation.is_silent and observation.status not in GIVEN_UP
    return silent and not (entry.top in with_drugs and packed.entries[entry.top] is entry)


def _field_of(head: ReportHead) -> str:
    """The field of a report as such: its kind when that is a field, else its main field's."""
    if head.kind_code in names.FIELDS:
        return head.kind_code
    return {"PAT": "PAT", "BLD": "RAD"}.get(head.category, "")


def _note(row: Row, where: Place, joined: Joined) -> None:
    made = Join(
        analysis=analysis_of(where),
        unit=where.unit,
        to_analysis=row.analysis,
        to_unit=joined.end.unit,
        kind=joined.kind,
        source=joined.source,
        factor=format(joined.factor, "f"),
        added=format(joined.added, "f"),
        decimals=joined.decimals,
    )
    if made not in row.joins:
        row.joins = [*row.joins, made]


def _groups(groups: dict[str, list[Row]]) -> list[Group]:
    """Groups by name, those without a name last."""
    return [
        Group(name, sorted(rows, key=lambda row: (row.name.casefold(), row.analysis, row.unit_key)))
        for name, rows in sorted(groups.items(), key=lambda group: (not group[0], group[0].casefold()))
    ]


def _newest_first(values: Iterable[Value]) -> list[Value]:
    """By sampling. A value that a later report repeats as history is one value, not two."""
    found = list(values)
    own = {(v.at, v.value, v.analysis) for v in found if not v.history}
    kept: list[Value] = []
    repeated: set[tuple[str, str, str]] = set()
    for value in found:
        key = (value.at, value.value, value.analysis)
        if value.history and value.value and (key in own or key in repeated):
            continue
        repeated.add(key)
        kept.append(value)
    return sorted(kept, key=lambda value: _moment(value.at), reverse=True)


def _moment(text: str) -> datetime:
    """A FHIR dateTime for ordering; one of less precision counts from its beginning."""
    try:
        moment = datetime.fromisoformat(text if len(text) >= 10 else (text + "-01-01")[:10])
    except ValueError:
        return _LONG_AGO
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
