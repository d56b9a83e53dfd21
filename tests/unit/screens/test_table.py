"""The cumulative table: nothing left out, nothing joined in silence, numbers as they were sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest

from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.codes.equivalence_files import builtin
from results_service.codes.equivalences import Equivalence, Equivalences, Joined, Place
from results_service.codes.systems import LOCAL, NLK, system_url
from results_service.codes.units import ucum
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.packing import Entry, Packed, index
from results_service.reports.reading import OpenReport
from results_service.reports.svarrapport import read_message
from results_service.screens.cells import converted
from results_service.screens.models import Row, Table, Value
from results_service.screens.observed import read_observation
from results_service.screens.table import TableMaker
from tests.shared import REAL_MESSAGES

ROOT = Path(__file__).resolve().parents[3]
OURS = sorted((ROOT / "tests" / "messages").glob("*.xml"))
TODAY = date(2026, 11, 23)
CREATININE = Equivalence(
    "operator", Place(NLK, "NPU01807"), "equivalent", Place(NLK, "NPU04998"), "Fagrådet 2026-03"
)


def opened(path: Path) -> OpenReport:
    message = read_message(read_bytes(path.read_bytes())).message
    assert message is not None
    report_id = uuid5(UUID(int=0), path.name)
    return OpenReport(report_id, index(map_report(message, report_id, CodeBook.builtin())))


def table_of(*reports: OpenReport, rows: tuple[Equivalence, ...] = ()) -> Table:
    maker = TableMaker(CodeBook.builtin(), Equivalences([*builtin(), *rows]), TODAY)
    for report in reports:
        maker.add(report)
    return maker.made()


def rows_of(table: Table) -> list[Row]:
    return [row for field in table.fields for group in field.groups for row in group.rows]


def row(table: Table, name: str) -> Row:
    (found,) = [each for each in rows_of(table) if each.name == name]
    return found


def message(name: str) -> OpenReport:
    return opened(ROOT / "tests" / "messages" / f"{name}.xml")


@pytest.mark.parametrize("path", [*OURS, *REAL_MESSAGES], ids=lambda path: path.stem)
def test_every_result_of_every_message_is_in_the_table_or_led_to(path: Path) -> None:
    try:
        report = opened(path)
    except AssertionError:
        pytest.skip("a message that no report can be read from")
    table = table_of(report)
    values = [value for each in rows_of(table) for value in each.values]
    assert values
    shown = {value.id for value in values}
    leads = any(value.kind == "report" for value in values)
    for place, entry in enumerate(report.packed.entries):
        if entry.kind != "Observation" or entry.id in shown or table.reports[0].status == "cancelled":
            continue
        observation = read_observation(report.packed.body(place))
        top = report.packed.entries[entry.top]
        if observation.main is None:
            assert leads
        elif observation.is_susceptibility:
            assert top.id in shown or leads
        elif not observation.said.history or not observation.has_value:
            assert "has-member" in entry.links
            assert not observation.has_value


def test_numbers_and_units_are_verbatim_with_flag_and_reference() -> None:
    table = table_of(message("ringt-kalium"))
    potassium = row(table, "P-Kalium")
    (value,) = potassium.values
    assert (value.value, value.unit, value.flag, value.reference) == ("6.1", "mmol/L", "1", "3,5 - 4,6")
    assert (potassium.analysis, table.fields[0].code) == ("7280|NPU03230", "CLIN")
    assert table.reports[value.report].laboratory != ""


def test_a_cancelled_report_has_a_row_that_leads_to_it_and_no_value() -> None:
    table = table_of(message("biokjemi-3-kansellering"))
    ((value,),) = [each.values for each in rows_of(table)]
    assert (value.kind, value.status, value.value, value.more) == ("report", "cancelled", "", False)


def test_a_cancelled_result_in_a_changed_report_has_neither_value_nor_flag() -> None:
    table = table_of(message("biokjemi-2-endring"))
    cancelled = [v for each in rows_of(table) for v in each.values if v.status == "cancelled"]
    assert cancelled
    assert {(v.kind, v.value, v.flag, v.reference) for v in cancelled} == {("none", "", "", "")}


def test_a_culture_stands_in_the_table_and_its_drugs_in_the_report_it_leads_to() -> None:
    table = table_of(message("dyrkning-saar"))
    assert all("cillin" not in each.name for each in rows_of(table))
    found = [v for each in rows_of(table) for v in each.values if "aureus" in v.value]
    assert [v.more for v in found] == [True]


def test_a_narrative_leads_to_its_report() -> None:
    table = table_of(message("radiologi-ultralyd"), message("histologi-2-endelig"))
    fields = [field.code for field in table.fields]
    assert {"RAD", "PAT"} <= set(fields)
    assert {v.report for each in rows_of(table) for v in each.values} == {0, 1}


class Made:
    """Reports of one result each, built by hand."""

    def __init__(self) -> None:
        self.reports: list[OpenReport] = []

    def add(
        self, code: str, value: str, unit: str, *, system: str = NLK, lab: str = "111", day: int = 1
    ) -> Made:
        report, role, item = (str(new_id()) for _ in range(3))
        at = datetime(2024, 1, day, 8, tzinfo=UTC)
        quantity = {"value": msgspec.Raw(value.encode()), "unit": unit} | (
            {"code": ucum(unit)} if ucum(unit) else {}
        )
        bodies = [
            msgspec.json.encode(body)
            for body in (
                {
                    "id": report,
                    "status": "final",
                    "code": {"coding": [{"code": "CLIN"}]},
                    "issued": at.isoformat(),
                },
                {
                    "id": item,
                    "status": "final",
                    "code": {"coding": [{"system": system_url(system), "code": code}], "text": "P-Kreatinin"},
                    "effectiveDateTime": at.isoformat(),
                    "valueQuantity": quantity,
                },
                {"id": role, "organization": {"display": f"Lab {lab}", "identifier": {"value": lab}}},
            )
        ]
        ends = [sum(map(len, bodies[: n + 1])) for n in range(3)]
        starts = [0, *ends[:-1]]
        kinds = ("DiagnosticReport", "Observation", "PractitionerRole")
        links: list[dict[str, list[int]]] = [{"result": [1], "performer": [2]}, {"specimen": []}, {}]
        entries = [
            Entry(kind, i, start, end, n, at, at, "CLIN", "final", [], [], links[n])
            for n, (kind, i, start, end) in enumerate(
                zip(kinds, (report, item, role), starts, ends, strict=True)
            )
        ]
        self.reports.append(OpenReport(UUID(report), Packed(entries, b"".join(bodies))))
        return self

    def table(self, *rows: Equivalence) -> Table:
        return table_of(*self.reports, rows=rows)


def shown(each: Row) -> list[tuple[str, str, str]]:
    return [(v.value, v.unit, v.converted.value if v.converted else "") for v in each.values]


def test_three_codes_called_p_kreatinin_are_three_rows() -> None:
    table = (
        Made()
        .add("NPU04998", "80", "µmol/L")
        .add("NPU01807", "81", "µmol/L")
        .add("NPU18016", "82", "µmol/L")
        .table()
    )
    assert sorted(each.analysis for each in rows_of(table)) == [
        "7280|NPU01807",
        "7280|NPU04998",
        "7280|NPU18016",
    ]
    assert {each.name for each in rows_of(table)} == {"P-Kreatinin"}


def test_an_explicit_row_joins_two_of_them_and_the_table_says_by_which() -> None:
    made = Made().add("NPU04998", "80", "µmol/L").add("NPU01807", "81", "µmol/L", day=2)
    (joined,) = rows_of(made.table(CREATININE))
    assert (joined.analysis, shown(joined)) == (
        "7280|NPU04998",
        [("81", "µmol/L", ""), ("80", "µmol/L", "")],
    )
    assert [(j.analysis, j.kind, j.source) for j in joined.joins] == [
        ("7280|NPU01807", "equivalent", "Fagrådet 2026-03")
    ]
    assert [value.analysis for value in joined.values] == ["7280|NPU01807", ""]


def test_hba1c_in_percent_stays_verbatim_with_the_converted_number_beside_it() -> None:
    made = Made().add("NPU29296", "6.5", "%").add("NPU27300", "48", "mmol/mol", day=2)
    (joined,) = rows_of(made.table())
    assert (joined.unit, shown(joined)) == ("mmol/mol", [("48", "mmol/mol", ""), ("6.5", "%", "48")])
    said = joined.values[1].converted
    assert said is not None
    assert "0,09148" in said.source
    assert [j.factor for j in joined.joins] == ["10.93135112"]


def test_another_unit_of_one_code_without_a_row_is_a_row_of_its_own() -> None:
    table = Made().add("NPU03230", "4.40", "mmol/L").add("NPU03230", "16", "mg/dL").table()
    assert [(each.unit, shown(each)) for each in rows_of(table)] == [
        ("mg/dL", [("16", "mg/dL", "")]),
        ("mmol/L", [("4.40", "mmol/L", "")]),
    ]


def test_a_local_code_belongs_to_its_laboratory() -> None:
    made = (
        Made().add("KREA", "80", "µmol/L", system=LOCAL).add("KREA", "81", "µmol/L", system=LOCAL, lab="222")
    )
    assert sorted(each.analysis for each in rows_of(made.table())) == ["111|8212|KREA", "222|8212|KREA"]
    own = Equivalence(
        "operator",
        Place(LOCAL, "KREA", "umol/L", "111"),
        "equivalent",
        Place(NLK, "NPU04998", "umol/L"),
        "avtalt",
    )
    assert sorted(each.analysis for each in rows_of(made.table(own))) == ["222|8212|KREA", "7280|NPU04998"]


def test_a_limit_stays_a_limit_when_it_is_converted_and_turns_with_a_negative_factor() -> None:
    joined = Joined(Place(NLK, "B", "x"), "conversion", "k", Decimal(-2), Decimal(1), None)
    made = converted(Value(0, "i", "quantity", "2024", value="1.2345", comparator="<"), joined)
    assert made is not None
    assert (made.value, made.comparator) == ("-1.47", ">")
