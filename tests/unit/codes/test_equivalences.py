"""The table of equivalences: explicit, one way from each place, no rings, nothing by name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from kit.tables import CodeFileError
from results_service.codes.book import CodeInfo
from results_service.codes.equivalence_files import builtin, read_equivalences, successors
from results_service.codes.equivalences import EquivalenceError, Equivalences, Place, unit_key
from results_service.codes.systems import LOCAL, NLK

TODAY = date(2026, 11, 23)
HEAD = "sender;system;code;unit;to_system;to_code;to_unit;kind;factor;added;decimals;source;valid_from\n"


def table(tmp_path: Path, *lines: str) -> Equivalences:
    path = tmp_path / "equivalences.csv"
    path.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return Equivalences([*builtin(), *read_equivalences(path)])


def nlk(code: str, unit: str = "", sender: str = "") -> Place:
    return Place(NLK, code, unit_key(unit), sender)


def test_creatinine_of_another_code_is_not_joined_by_its_name() -> None:
    built = Equivalences(builtin())
    places = {
        built.joined(nlk(code, "µmol/L"), TODAY) for code in ("NPU04998", "NPU01807", "NPU18016", "NOR35193")
    }
    assert places == {None}


def test_an_explicit_row_joins_two_creatinines_and_keeps_the_number(tmp_path: Path) -> None:
    made = table(tmp_path, ";7280;NPU01807;;7280;NPU04998;;equivalent;;;;Fagrådet 2026-03;")
    found = made.joined(nlk("NPU01807", "µmol/L"), TODAY)
    assert found is not None
    assert (found.end, found.kind, found.source) == (
        nlk("NPU04998", "µmol/L"),
        "equivalent",
        "Fagrådet 2026-03",
    )
    assert (found.factor, found.added) == (Decimal(1), Decimal(0))


def test_creatinine_in_another_unit_is_converted_and_says_by_what() -> None:
    found = Equivalences(builtin()).joined(nlk("NPU04998", "mg/dL"), TODAY)
    assert found is not None
    assert (found.kind, found.end.unit, found.factor) == ("conversion", "umol/L", Decimal("88.4"))
    assert "113,12" in found.source


@pytest.mark.parametrize(("percent", "ifcc"), [("6.5", 48), ("5.0", 31), ("10.0", 86), ("7.0", 53)])
def test_hba1c_in_percent_follows_the_published_equation(percent: str, ifcc: int) -> None:
    found = Equivalences(builtin()).joined(nlk("NPU29296", "%"), TODAY)
    assert found is not None
    assert found.end == nlk("NPU27300", "mmol/mol")
    assert round(Decimal(percent) * found.factor + found.added) == ifcc
    back = (Decimal(percent) * found.factor + found.added) * Decimal("0.09148") + Decimal("2.152")
    assert abs(back - Decimal(percent)) < Decimal("0.00001")


def test_an_hba1c_code_without_a_stated_unit_is_joined_with_nothing() -> None:
    built = Equivalences(builtin())
    assert built.joined(nlk("NPU03835", "%"), TODAY) is None
    assert built.joined(nlk("NPU29296"), TODAY) is None
    assert built.joined(nlk("NPU27300", "%"), TODAY) is None


def test_successors_come_from_nlk_and_hold_from_the_day_the_old_code_ended(tmp_path: Path) -> None:
    rows = successors(
        [
            CodeInfo(NLK, "NOR05040", "P-Amylase", successor="NPU19652", valid_to="2014-05-15"),
            CodeInfo(NLK, "NPU19652", "P-Amylase"),
        ]
    )
    made = Equivalences(rows)
    found = made.joined(nlk("NOR05040", "U/L"), TODAY)
    assert found is not None
    assert (found.kind, found.end) == ("successor", nlk("NPU19652", "U/L"))
    assert made.joined(nlk("NOR05040", "U/L"), date(2014, 5, 14)) is None


def test_steps_follow_each_other_and_conversions_multiply(tmp_path: Path) -> None:
    made = table(
        tmp_path,
        ";7280;A;mg/L;7280;B;g/L;conversion;0,001;;3;tusen milligram;",
        ";7280;B;;7280;C;;successor;;;;NLK;",
        ";7280;C;g/L;7280;D;mmol/L;conversion;2;1;1;to og en;",
    )
    found = made.joined(nlk("A", "mg/L"), TODAY)
    assert found is not None
    assert (found.end, found.factor, found.added) == (nlk("D", "mmol/L"), Decimal("0.002"), Decimal(1))
    assert (found.kind, found.decimals, found.source) == ("conversion", 1, "tusen milligram; NLK; to og en")


def test_a_local_code_belongs_to_its_sender_alone(tmp_path: Path) -> None:
    made = table(tmp_path, "8141234;8212;KREA;µmol/L;7280;NPU04998;µmol/L;equivalent;;;;avtalt;")
    assert made.joined(Place(LOCAL, "KREA", "umol/L", "8141234"), TODAY) is not None
    assert made.joined(Place(LOCAL, "KREA", "umol/L", "999"), TODAY) is None
    assert made.joined(Place(LOCAL, "KREA", "umol/L"), TODAY) is None


def test_a_row_for_one_sender_goes_before_the_one_for_all(tmp_path: Path) -> None:
    made = table(tmp_path, "8141234;7280;NPU29296;%;;;;apart;;;;Laboratoriet rapporterer IFCC i prosent;")
    assert made.joined(nlk("NPU29296", "%", "8141234"), TODAY) is None
    assert made.joined(nlk("NPU29296", "%", "999"), TODAY) is not None


def test_the_operator_can_take_a_row_of_ours_away(tmp_path: Path) -> None:
    made = table(tmp_path, ";7280;NPU29296;%;;;;apart;;;;Fagrådet vil ha dem hver for seg;")
    assert made.joined(nlk("NPU29296", "%"), TODAY) is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["x;8212;KREA;;7280;NPU1;;likt;;;;k;"], "kind must be one of"),
        ([";8212;KREA;;7280;NPU1;;equivalent;;;;k;"], "needs the sender"),
        ([";7280;A;;8212;KREA;;equivalent;;;;k;"], "of no sender"),
        ([";7280;A;g/L;7280;B;mg/L;equivalent;;;;k;"], "cannot change the unit"),
        ([";7280;A;g/L;7280;B;mg/L;conversion;0;;;k;"], "factor that is not 0"),
        ([";7280;A;;7280;B;mg/L;conversion;2;;;k;"], "needs unit, to_unit"),
        ([";7280;A;g/L;7280;B;mg/L;conversion;ti;;;k;"], "Line 2"),
        ([";7280;A;;7280;A;;equivalent;;;;k;"], "where it starts"),
        ([";7280;A;;7280;;;equivalent;;;;k;"], "to_code"),
        ([";7280;A;;7280;B;;equivalent;;;;;"], "source"),
        ([";7280;A;;7280;B;;equivalent;;;;k;i går"], "valid_from"),
        ([";sju;A;;7280;B;;equivalent;;;;k;"], "number in Volven"),
        ([";7280;A;;7280;B;;equivalent;;;;k;", ";7280;A;;7280;C;;equivalent;;;;k;"], "Lines 2 and 3"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, lines: list[str], said: str) -> None:
    with pytest.raises(CodeFileError, match=said):
        table(tmp_path, *lines)


def test_a_row_that_stands_twice_is_one_row(tmp_path: Path) -> None:
    line = ";7280;A;;7280;B;;equivalent;;;;k;"
    assert len(table(tmp_path, line, line)) == len(builtin()) + 1


@pytest.mark.parametrize(
    "lines",
    [
        [";7280;A;;7280;B;;equivalent;;;;k;", ";7280;B;;7280;A;;equivalent;;;;k;"],
        [";7280;A;;7280;B;;successor;;;;k;", ";7280;B;g/L;7280;A;g/L;equivalent;;;;k;"],
        [";7280;A;g/L;7280;A;mg/L;conversion;1000;;;k;", ";7280;A;mg/L;7280;A;g/L;conversion;0,001;;;k;"],
        [";7280;NPU27300;mmol/mol;7280;NPU29296;%;conversion;0,09148;2,152;1;k;"],
    ],
)
def test_a_ring_is_refused_and_named(tmp_path: Path, lines: list[str]) -> None:
    with pytest.raises(EquivalenceError, match=r"ring: .+ → .+\. Leave one of them out"):
        table(tmp_path, *lines)


def test_contradicting_rows_of_one_origin_are_refused() -> None:
    (row, *_) = builtin()
    other = builtin()[1]
    with pytest.raises(EquivalenceError, match="Two rows lead from the same place"):
        Equivalences([row, msgspec.structs.replace(other, start=row.start)])


def test_units_are_the_same_by_ucum_or_by_their_very_text() -> None:
    assert unit_key("10E9/L") == unit_key("10^9 /L") == "10*9/L"
    assert unit_key("10E-3/L") == "10E-3/L"
    assert unit_key("0") == unit_key("") == ""
