"""The cumulative table in sight: numbers verbatim, nothing left out uncounted, nothing joined in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest

from portal.clients.screens import TableAnswer
from portal.clinician.results.transform.cumulative import table_of
from portal.clinician.results.transform.reports import reports_of
from portal.clinician.results.transform.rows import CellValue
from portal.clinician.results.transform.table import COLUMNS, TableView, Wanted, view_of
from portal.clinician.results.transform.trend import points_of
from results_service.codes import CodeBook
from results_service.codes.equivalence_files import builtin
from results_service.codes.equivalences import Equivalences
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.packing import index
from results_service.reports.reading import OpenReport
from results_service.reports.svarrapport import read_message
from results_service.screens.table import TableMaker
from tests.unit.screens.test_table import TODAY

Json = dict[str, Any]
MESSAGES = Path(__file__).resolve().parents[2] / "messages"


def value(n: int = 0, number: str = "4.4", **more: Any) -> Json:
    found = {
        "report": n,
        "kind": "quantity",
        "at": f"2024-01-{n + 1:02d}T08:00:00+01:00",
        "value": number,
        "unit": "mmol/L",
        "status": "final",
    }
    return found | more


def row(*values: Json, analysis: str = "7280|NPU03230", name: str = "P-Kalium", **more: Any) -> Json:
    return {
        "analysis": analysis,
        "code": analysis[-8:],
        "name": name,
        "unit": "mmol/L",
        "values": list(values),
    } | more


def answer(*rows: Json, reports: int = 40) -> TableAnswer:
    heads = [{"id": f"r{n}", "laboratory": "Fürst", "kind": "Medisinsk biokjemi"} for n in range(reports)]
    groups = [{"name": "Elektrolytter", "rows": list(rows)}]
    found = {"reports": heads, "fields": [{"code": "CLIN", "groups": groups}]}
    return msgspec.convert(found, TableAnswer)


def shown(*rows: Json, **wanted: Any) -> TableView:
    return view_of(table_of(answer(*rows)), Wanted(**wanted))


def cells(view: TableView) -> list[list[list[CellValue]]]:
    return [line.cells for group in view.groups for line in group.lines]


def only(*rows: Json) -> CellValue:
    (((cell,),),) = cells(shown(*rows))
    return cell


def test_a_number_is_shown_as_it_was_sent_with_its_limit_and_flag() -> None:
    cell = only(row(value(number="4.40", comparator="<", flag="2", flagText="Lav", reference="3,6 - 5,0")))
    assert (cell.value, cell.flag, cell.ours, cell.numeric) == ("< 4,40", "low", "", True)


def test_a_number_outside_its_range_without_the_laboratorys_flag_is_marked_as_ours() -> None:
    cell = only(row(value(number="6.0", reference="3,6 - 5,0")))
    assert (cell.flag, cell.ours) == ("", "above")


def test_a_unit_is_said_where_it_is_not_the_rows() -> None:
    assert only(row(value(unit="mg/dL"))).unit == "mg/dL"
    assert only(row(value())).unit == ""


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"status": "cancelled", "kind": "none", "value": ""}, "cancelled"),
        ({"status": "registered", "kind": "none", "value": ""}, "waiting"),
        ({"status": "amended"}, "amended"),
        ({"status": "amended", "preliminary": True}, "amended-preliminary"),
        ({"status": "preliminary", "preliminary": True}, "preliminary"),
        ({"status": "unknown", "behind": "14"}, "s14"),
        ({}, ""),
    ],
)
def test_the_state_of_a_result_is_said(more: Json, state: str) -> None:
    assert only(row(value(**more))).state == state


@pytest.mark.parametrize(
    ("more", "opens"),
    [
        ({"kind": "text", "value": "Se svaret …", "more": True}, "text"),
        ({"kind": "text", "value": "Påvist"}, ""),
        ({"kind": "report", "value": ""}, "report"),
        ({"commented": True}, "comment"),
    ],
)
def test_what_a_cell_cannot_say_leads_to_the_report(more: Json, opens: str) -> None:
    cell = only(row(value(**more)))
    assert (cell.opens, cell.report_id) == (opens, "r0")


def test_a_converted_number_stands_beside_the_laboratorys() -> None:
    converted = {"value": "48", "comparator": "", "unit": "mmol/mol", "source": "Hoelzel 2004"}
    join = {
        "analysis": "7280|NPU29296",
        "unit": "%",
        "toAnalysis": "7280|NPU27300",
        "toUnit": "mmol/mol",
        "kind": "conversion",
        "source": "Hoelzel 2004",
        "factor": "10.93135112",
        "added": "-23.5242676",
        "decimals": 0,
    }
    made = row(
        value(number="6.5", unit="%", analysis="7280|NPU29296", converted=converted),
        analysis="7280|NPU27300",
        unit="mmol/mol",
        joins=[join],
    )
    cell = only(made)
    assert (cell.value, cell.unit, cell.converted, cell.code) == ("6,5", "%", "48", "NPU29296")
    table = table_of(answer(made))
    assert table.rows[0].line.joined == ["NPU29296 %"]
    assert table.joins["7280|NPU29296", "%"].decimals == 0


def test_columns_are_a_window_over_all_times_newest_first() -> None:
    view = shown(row(*(value(n) for n in range(25))))
    assert (len(view.columns), view.total, view.columns[0].day) == (COLUMNS, 25, "25.01.2024")
    older = shown(row(*(value(n) for n in range(25))), start=20)
    assert [column.day for column in older.columns][-1] == "01.01.2024"
    assert len(older.columns) == 5
    beyond = shown(row(value()), start=99)
    assert len(beyond.columns) == 1


def test_rows_without_a_value_in_sight_are_counted_and_can_be_had() -> None:
    rows = (row(*(value(n) for n in range(1, 25))), row(value(0), analysis="7280|NPU03429", name="P-Natrium"))
    view = shown(*rows)
    assert (view.rows, view.elsewhere, view.left_out) == (1, 1, 0)
    everything = shown(*rows, everything=True)
    assert (everything.rows, everything.elsewhere) == (2, 0)
    assert [column.day for column in shown(*rows, text="natrium").columns] == ["01.01.2024"]


def test_filters_say_how_many_rows_they_leave_out_and_never_hide_the_undecided() -> None:
    inside = row(value(reference="3,6 - 5,0"))
    text = row(value(kind="text", value="Ikke påvist"), analysis="7280|NPU1", name="Virus")
    unflagged = row(value(), analysis="7280|NPU2", name="Uten referanse")
    view = shown(inside, text, unflagged, abnormal_only=True)
    assert ([line.name for group in view.groups for line in group.lines], view.left_out) == (
        ["Virus", "Uten referanse"],
        1,
    )
    assert shown(inside, text, area="MBIO").left_out == 2


def test_a_date_of_answer_is_a_column_of_its_own() -> None:
    view = shown(row(value(), value(at="2024-01-01T08:00:00+01:00", report=1, sampled=False)))
    assert sorted((column.sampled, column.day) for column in view.columns) == [
        (False, "01.01.2024"),
        (True, "01.01.2024"),
    ]


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.xml")), ids=lambda path: path.stem)
def test_the_service_and_the_page_mean_the_same_by_an_analysis(path: Path) -> None:
    """What a course is asked by in the table must be what the page's own points are known by."""
    message = read_message(read_bytes(path.read_bytes())).message
    assert message is not None
    report_id = uuid5(UUID(int=0), path.name)
    mapped = map_report(message, report_id, CodeBook.builtin())
    maker = TableMaker(CodeBook.builtin(), Equivalences(builtin()), TODAY)
    maker.add(OpenReport(report_id, index(mapped)))
    table = table_of(msgspec.json.decode(msgspec.json.encode(maker.made()), type=TableAnswer))
    bundle = {"entry": [{"resource": msgspec.json.decode(r.body)} for r in mapped.resources]}
    (report,) = reports_of(bundle)
    points = {point.analysis for point in points_of([report])}
    keys = {r.line.analysis for r in table.rows if r.line.analysis}
    assert points <= keys | {join[0] for join in table.joins}
