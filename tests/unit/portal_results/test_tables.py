"""Rows of a laboratory report, and drugs against microbes."""

from __future__ import annotations

import pytest

from portal.clinician.results.transform.reports import Report, reports_of
from portal.clinician.results.transform.resistance import Cell, resistance
from portal.clinician.results.transform.richtext import Paragraph
from portal.clinician.results.transform.tables import rows_of, visible
from portal.clinician.results.transform.trend import points_of
from tests.unit.portal_results.build import (
    OWN,
    Json,
    bundle,
    coding,
    local,
    nlk,
    observation,
    quantity,
    report,
    susceptible,
    textual,
)


def one(*resources: Json) -> Report:
    return reports_of(bundle(*resources))[0]


def test_a_row_holds_what_was_sent_and_marks_what_is_ours_as_ours() -> None:
    shown = rows_of(
        one(
            report(),
            observation("a", nlk("NPU03230", "P-Kalium"), quantity("6.0", "mmol/L"), reference="3,6 - 5,0"),
            observation(
                "b", nlk("NPU19748", "P-CRP"), quantity("14", "mg/L"), reference="< 5", flag="1", note="OK"
            ),
            observation(
                "c", nlk("NPU02593", "B-Leukocytter"), quantity("11.0", "10E9/L"), reference="Alltid *-merket"
            ),
        )
    )
    assert [(r.value, r.unit, r.flag, r.ours, r.reference) for r in shown] == [
        ("6,0", "mmol/L", "", "above", "3,6 - 5,0"),
        ("14", "mg/L", "high", "", "< 5"),
        ("11,0", "10E9/L", "", "", "Alltid *-merket"),
    ]
    assert shown[1].notes == ["OK"]


def test_short_texts_stand_in_the_cell_and_long_ones_on_lines_of_their_own() -> None:
    long = "Påvist IgM, men ikke IgG. Kan skyldes tidlig infeksjon.\nNy prøve anbefales."
    shown = rows_of(
        one(
            report(),
            observation(
                "a", nlk("NPU03952", "Virus IgG"), textual("Ikke påvist"), note="Påvist IgM, men ikke IgG"
            ),
            observation("b", nlk("B", "Vurdering"), textual(long)),
        )
    )
    assert (shown[0].value, shown[0].texts, shown[0].notes) == (
        "Ikke påvist",
        [],
        ["Påvist IgM, men ikke IgG"],
    )
    assert (shown[1].value, shown[1].texts) == ("", [Paragraph(long)])


def test_cancelled_waiting_and_changed_rows_say_so() -> None:
    shown = rows_of(
        one(
            report(),
            observation("a", nlk("A", "a"), quantity("1"), status="cancelled", note="Trukket"),
            observation("b", nlk("B", "b"), status="registered"),
            observation("c", nlk("C", "c"), quantity("12.0"), status="amended", note="forrige svaret var 15"),
            observation("d", nlk("D", "d"), quantity("1"), history=True),
        )
    )
    assert [(r.value, r.state, r.history) for r in shown] == [
        ("", "cancelled", False),
        ("", "waiting", False),
        ("12,0", "amended", False),
        ("1", "", True),
    ]


def test_the_previous_value_is_of_the_same_code_and_unit_and_earlier() -> None:
    def at(report_id: str, day: str, value: str, unit: str = "mmol/L") -> list[Json]:
        when = f"2024-{day}T08:00:00+01:00"
        item = observation(
            f"{report_id}-k",
            nlk("NPU03230", "P-Kalium"),
            quantity(value, unit),
            report=report_id,
            effective=when,
        )
        return [report(report_id, effective=when), item]

    reports = reports_of(
        bundle(
            *at("r1", "01-01", "4.1"),
            *at("r2", "02-01", "9", "g/L"),
            *at("r3", "03-01", "4.4"),
            *at("r4", "04-01", "5"),
        )
    )
    third = next(r for r in reports if r.id == "r3")
    shown = rows_of(third, points_of(reports))[0]
    assert (shown.previous, shown.previous_date) == ("4,1 mmol/L", "01.01.2024")


def test_abnormal_only_hides_whole_trees_of_normal_values_and_counts_them() -> None:
    rows = rows_of(
        one(
            report(results=("a", "t", "u")),
            observation("a", nlk("A", "a"), quantity("4"), reference="3 - 5"),
            observation("t", nlk("T", "t"), quantity("4"), reference="3 - 5", members=("t1",)),
            observation("t1", nlk("T1", "t1"), quantity("9"), reference="3 - 5"),
            observation("u", nlk("U", "u"), quantity("4"), reference="3 - 5", members=("u1",)),
            observation("u1", nlk("U1", "u1"), quantity("4"), reference="3 - 5"),
        )
    )
    shown = visible(rows, abnormal_only=True)
    assert [r.id for r in shown.rows] == ["t", "t1"]
    assert shown.hidden == 3
    assert visible(rows, abnormal_only=False).hidden == 0


def culture() -> Report:
    """Two microbes in one urine; the drugs stand in any order."""
    return one(
        report(kind="MBIO", results=("k2", "e1", "e2", "m1", "m2", "e3", "k1")),
        observation("m1", nlk("NPU06061", "Us-Aerob dyrkning"), textual("Escherichia coli"),
                    members=("q1", "e1", "e2", "e3")),
        observation("m2", nlk("NPU06061", "Us-Aerob dyrkning"), textual("Klebsiella pneumoniae"),
                    members=("k1", "k2")),
        observation("q1", local("Mengde"), textual(">100.000 pr.ml.")),
        observation("e1", nlk("NPU54371", "Us-Ampicillin"), susceptible("R", "Resistent")),
        observation("e2", nlk("NPU54389", "Us-Mecillinam"), susceptible("S", "Sensitiv", "0,25"),
                    note="Høy dose"),
        observation("e3", nlk("NPU57715", "Us-Trimetoprim-sulfa"), susceptible("I", "Intermediært følsom")),
        observation("k1", nlk("NPU54371", "Us-Ampicillin"), susceptible("R", "Resistent")),
        observation("k2", nlk("NPU57715", "Us-Trimetoprim-sulfa"), susceptible("I", "Intermediært følsom")),
    )  # fmt: skip


def test_susceptibilities_form_a_table_of_drugs_against_microbes() -> None:
    table = resistance(culture())
    answers = {drug.name: [(c.answer, c.mic) for c in drug.cells] for drug in table.drugs}
    assert table.microbes == ["Escherichia coli", "Klebsiella pneumoniae"]
    assert answers == {
        "Us-Ampicillin": [("R", ""), ("R", "")],
        "Us-Mecillinam": [("S", "0,25"), ("", "")],
        "Us-Trimetoprim-sulfa": [("I", ""), ("I", "")],
    }
    assert table.used == ["S", "I", "R"]
    assert next(d for d in table.drugs if d.name == "Us-Mecillinam").notes == ["Escherichia coli: Høy dose"]


def test_the_microbes_and_their_amounts_stay_in_the_rows_without_the_drugs() -> None:
    assert [(r.name, r.value, r.level) for r in rows_of(culture())] == [
        ("Us-Aerob dyrkning", "Escherichia coli", 0),
        ("Mengde", ">100.000 pr.ml.", 1),
        ("Us-Aerob dyrkning", "Klebsiella pneumoniae", 0),
    ]


def test_a_blank_stays_blank_and_other_codes_of_the_list_are_text() -> None:
    blank = textual("", coding("8243", "RSB", "Resistensbestemmelse"))
    other = textual("", coding("8243", "RSB"), coding("8271", "X", "Ikke vurdert"))
    table = resistance(
        one(
            report(results=("m",)),
            observation("m", local("Identifikasjon"),
                        textual("Kytococcus schroeteri", coding("8271", "KYSCHR", "Kytococcus schroeteri")),
                        members=("a", "b")),
            observation("a", local("Amfotericin B"), blank),
            observation("b", local("Ukjent"), other),
        )
    )  # fmt: skip
    assert table.microbes == ["Kytococcus schroeteri"]
    assert [drug.cells for drug in table.drugs] == [[Cell()], [Cell("Ikke vurdert")]]


def test_drugs_with_nearly_equal_names_stay_apart_and_the_same_twice_is_two_rows() -> None:
    table = resistance(
        one(
            report(results=("m",)),
            observation("m", local("Identifikasjon"), textual("S. aureus"), members=("a", "b", "c")),
            observation("a", local("Rifampicin"), susceptible("S", "Sensitiv")),
            observation("b", local("Rifampicin-"), susceptible("I", "Intermediær", "0.250")),
            observation("c", local("Rifampicin"), susceptible("R", "Resistent")),
        )
    )
    assert [(d.name, d.cells[0].answer, d.cells[0].mic) for d in table.drugs] == [
        ("Rifampicin", "S", ""),
        ("Rifampicin-", "I", "0,250"),
        ("Rifampicin", "R", ""),
    ]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("0.250", "0,250"),
        ("<=0.25", "<=0,25"),
        ("> 256.0 mg/L", "> 256,0 mg/L"),
        ("0.5 - 1.5", "0,5 - 1,5"),
        ("0,25", "0,25"),
        ("12.03.2026", "12.03.2026"),
        ("v1.2 breakpoints", "v1.2 breakpoints"),
    ],
)
def test_a_concentration_has_the_decimal_comma_of_other_numbers_and_words_stay_as_sent(
    sent: str, shown: str
) -> None:
    trial = observation("a", local("Rifampicin"), susceptible("S", "Sensitiv", sent))
    (row,) = resistance(one(report(), trial)).drugs
    assert row.cells[0].mic == shown


def test_two_microbes_of_one_name_are_told_apart_and_a_missing_one_is_no_name() -> None:
    found = resistance(
        one(
            report(results=("m1", "m2", "c")),
            observation("m1", local("Id"), textual("E. coli"), members=("a",)),
            observation("m2", local("Id"), textual("E. coli"), members=("b",)),
            observation("a", local("Drug"), susceptible("S", "")),
            observation("b", local("Drug"), susceptible("R", "")),
            observation("c", local("Drug"), susceptible("K", "Se kommentar"), note="Se her"),
        )
    )
    assert found.microbes == ["", "E. coli (1)", "E. coli (2)"]
    assert [c.answer for c in found.drugs[0].cells] == ["K", "S", "R"]


def test_a_report_without_susceptibility_has_no_table() -> None:
    assert resistance(one(report(), observation("a", nlk("A", "a"), textual("S")))).drugs == []


def test_all_that_is_said_of_a_trial_stands_at_its_drug() -> None:
    trial = observation(
        "a",
        nlk("A", "Ampicillin"),
        susceptible("S", "Sensitiv", "0,25"),
        status="preliminary",
        reference="S<=1 R>2",
        method={"text": "Etest"},
    )
    trial["extension"].append({"url": OWN + "text-result-unit", "valueString": "mg/L"})
    (row,) = resistance(one(report(), trial)).drugs
    assert row.cells == [Cell("S", "0,25 mg/L", "preliminary")]
    assert row.notes == ["S<=1 R>2", "Etest"]
