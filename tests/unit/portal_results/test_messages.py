"""Messages of every kind through the real mapping and every presentation: nothing fails, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid5

import msgspec
import pytest

from portal.clinician.results.transform.listing import summary_of
from portal.clinician.results.transform.report_view import ReportView, view_of
from portal.clinician.results.transform.reports import Report, reports_of
from portal.clinician.results.transform.trend import points_of
from portal.clinician.results.transform.trend_view import trend_of
from portal.clinician.results.transform.versions import differences
from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from tests.shared import REAL_MESSAGES, SHARED, requires_shared
from tests.unit.reports.build import REPORT_ID, read

OWN_MESSAGES = sorted((Path(__file__).parents[2] / "messages").glob("*.xml"))
CODES = CodeBook.builtin()
# As the portal's client decodes: decimals keep their digits.
DECODER = msgspec.json.Decoder(Any, float_hook=Decimal)


def report_in(path: Path) -> Report | None:
    """The report of a message file; None for one that the intake refuses."""
    message = read(path.read_bytes()).message
    if message is None:
        return None
    resources = map_report(message, uuid5(REPORT_ID, path.name), CODES).resources
    found = reports_of({"entry": [{"resource": DECODER.decode(r.body)} for r in resources]})
    assert len(found) == 1
    return found[0]


def real(folder: str, start: str) -> Report:
    """The real message whose file name begins so."""
    found = [p for p in REAL_MESSAGES if p.parent.name == folder and p.name.startswith(start)]
    shown = report_in(found[0])
    assert shown is not None
    return shown


def said(view: ReportView) -> Iterator[str]:
    """Every text that the view shows of its results."""
    for row in view.rows:
        yield from (row.name, row.value, row.reference, *row.notes, *(p.text for p in row.texts))
    for drug in view.resistance.drugs:
        yield from (drug.name, *drug.notes, *(c.answer for c in drug.cells), *(c.mic for c in drug.cells))
    for block in view.blocks:
        yield from (block.title, block.heading, block.value, *block.codes, *block.notes)
        yield from (part.text for part in block.paragraphs)


@pytest.mark.parametrize("path", [*OWN_MESSAGES, *REAL_MESSAGES], ids=lambda path: path.name)
def test_every_presentation_of_a_message_shows_all_of_it(path: Path) -> None:
    report = report_in(path)
    if report is None:
        return
    points = points_of([report])
    view, summary = view_of(report, points), summary_of(report)
    text = " ".join(" ".join(said(view)).split())
    for item in report.items():
        for note in item.notes:
            assert " ".join(note.split()) in text
        for word in item.value.shown.split() if item.value.kind == "quantity" else item.name.split():
            assert word in text
    for point in points:
        assert trend_of(points, point.analysis).series
    assert differences(report, report) == []
    assert summary.row.sampled
    assert not (report.cancelled and (view.rows or view.blocks or view.resistance.drugs or points))


@pytest.mark.skipif(not OWN_MESSAGES, reason="tests/messages is absent")
def test_own_messages_show_each_kind_in_its_own_way() -> None:
    views = {path.stem: view_of(found) for path in OWN_MESSAGES if (found := report_in(path)) is not None}
    assert views["dyrkning-saar"].resistance.drugs
    assert views["histologi-3-tillegg"].blocks
    assert views["radiologi-ct"].blocks
    assert views["biokjemi-1-ny"].rows
    assert views["biokjemi-3-kansellering"].cancelled
    assert views["testmelding"].test


@requires_shared
def test_case_1_biochemistry_is_shown_with_digits_units_and_the_one_flag_as_sent() -> None:
    rows = {row.code: row for row in view_of(real("official", "Svar_biokjemi_v1-4_Ny")).rows}
    assert (rows["NOR05865"].value, rows["NOR05865"].unit) == ("4,4", "10E-3/L")
    assert (rows["NPU01685"].value, rows["NPU01685"].unit) == ("1,1", "")
    assert (rows["NPU02593"].value, rows["NPU02593"].unit) == ("11,0", "10E9/L")
    assert {code for code, row in rows.items() if row.flag} == {"NOR05857"}


@requires_shared
def test_case_2_a_withdrawn_result_has_no_value_and_a_changed_one_says_so() -> None:
    rows = {row.name: row for row in view_of(real("official", "Svar_biokjemi_v1-4_Endring")).rows}
    assert (rows["Us-FT4"].value, rows["Us-FT4"].state) == ("", "cancelled")
    assert (rows["B-Hemoglobin"].value, rows["B-Hemoglobin"].state) == ("12,0", "amended")
    assert "forrige svaret var 15" in rows["B-Hemoglobin"].notes[0]


@requires_shared
def test_case_5_two_microbes_and_their_drugs() -> None:
    table = view_of(real("official", "Svar_mikrobiologi_dyrkning_v1-4_Ny")).resistance
    answers = {d.name.removeprefix("Us-"): [(c.answer, c.mic) for c in d.cells] for d in table.drugs}
    assert table.microbes == ["Escherichia coli", "Klebsiella pneumoniae"]
    assert answers == {
        "Ampicillin": [("R", ""), ("R", "")],
        "Mecillinam": [("S", "0,25"), ("", "")],
        "Trimetoprim": [("S", ""), ("", "")],
        "Trimetoprim+Sulfametoksazol": [("I", ""), ("I", "")],
        "Nitrofurantoin": [("R", ""), ("", "")],
    }


@requires_shared
def test_case_6_an_unflagged_positive_is_never_hidden() -> None:
    report = real("official", "Svar_mikrobiologi_gruppert_v1-4_Endring")
    rows = {row.code: row for row in view_of(report).rows}
    assert (rows["NPU18238"].value, rows["NPU18238"].flag, rows["NPU18238"].state) == (
        "Positiv",
        "",
        "amended",
    )
    assert rows["NPU18237"].state == "cancelled"
    assert not any(row.settled for row in rows.values())


@requires_shared
def test_case_7_an_addendum_stands_first_and_history_is_marked() -> None:
    tops = [b for b in view_of(real("official", "Svar_patologi_histologi_v1-4_Tillegg")).blocks if b.top]
    assert [(b.date, b.history) for b in tops] == [
        ("30.10.2017", False),
        ("15.10.2017", True),
        ("30.09.2017", True),
    ]
    assert real("official", "Svar_patologi_histologi_v1-4_Ny").preliminary


@requires_shared
def test_case_8_a_negative_never_stands_without_its_comment() -> None:
    rows = {row.code: row for row in view_of(real("official", "Svar_mikrobiologi_virologi_v1-4_Ny")).rows}
    assert rows["NPU03952"].value == "Ikke påvist"
    assert any("Påvist IgM, men ikke IgG" in note for note in rows["NPU03952"].notes)
    assert (rows["NPU03953"].value, rows["NPU03953"].flag) == ("Påvist", "high")


@requires_shared
def test_case_9_microbes_of_list_8271_are_no_susceptibility() -> None:
    second = real("field", "04607403_reultMIK_message2")
    table = view_of(second).resistance
    assert (second.status, second.preliminary) == ("amended", True)
    assert table.microbes == ["Kytococcus schroeteri", "Kytococcus sedentarius"]
    assert [(d.name, [c.answer for c in d.cells]) for d in table.drugs] == [("Amfotericin B", ["", ""])]
    assert not real("field", "04607403_reultMIK_message3").preliminary


@requires_shared
def test_case_10_a_cancellation_shows_no_values_and_why() -> None:
    view = view_of(real("field", "FHI_31945250"))
    assert (view.cancelled, view.rows, view.resistance.drugs) == (True, [], [])
    assert "Avbestilt av rekvirent" in " ".join((*view.comments, *view.other_codes))


@requires_shared
def test_case_11_nearly_equal_drugs_stay_apart() -> None:
    table = view_of(real("field", "FHI_001_9aff709a")).resistance
    answers = {d.name: (d.cells[0].answer, d.cells[0].mic) for d in table.drugs}
    assert len(table.drugs) == 13
    assert (answers["Rifampicin"], answers["Rifampicin-"]) == (("S", ""), ("I", "0,250"))
    assert "høy dosering" in next(d for d in table.drugs if d.name == "Ciprofloxacin").notes[0]


@requires_shared
def test_case_12_a_potassium_outside_its_range_is_marked_as_ours_alone() -> None:
    rows = {row.name: row for row in view_of(real("field", "2021-03-19")).rows}
    potassium = rows["S-Kalium"]
    assert (potassium.value, potassium.reference, potassium.flag, potassium.ours) == (
        "6,0",
        "3,6 - 5,0",
        "",
        "above",
    )


@requires_shared
def test_case_15_all_history_is_in_sight() -> None:
    view = view_of(real("field", "6 - 2021.10"))
    assert sum(row.history for row in view.rows) == 6
    assert next(row for row in view.rows if row.code == "NOR05863").state == "cancelled"


def test_the_real_messages_were_read_where_they_are() -> None:
    if SHARED is None:
        pytest.skip("../shared is absent: no real messages to test against")
    assert len(REAL_MESSAGES) > 80
