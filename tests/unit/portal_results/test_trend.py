"""One analysis over time: never joined across codes or units, never drawn where there is doubt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.clinician.results.transform.chart import NARROW, chart_of
from portal.clinician.results.transform.reports import reports_of
from portal.clinician.results.transform.trend import Join, Point, points_of, series_of
from portal.clinician.results.transform.trend_view import lighter, trend_of
from tests.unit.portal_results.build import (
    Json,
    bundle,
    local,
    nlk,
    observation,
    quantity,
    report,
    role,
    textual,
)

POTASSIUM = nlk("NPU03230", "P-Kalium")
KEY = "7280|NPU03230"


def result(day: str, value: Json | None, code: Json = POTASSIUM, lab: str = "lab", **more: Any) -> list[Json]:
    """A report of one result, sampled on a day of 2024."""
    when = f"2024-{day}T08:00:00+01:00"
    name = f"r{day}{lab}{len(str(code))}"
    performer = [{"reference": f"PractitionerRole/{lab}"}]
    item = observation(f"o{name}", code, value, report=name, effective=when, **more)
    return [report(name, effective=when, performer=performer), item]


def points(*results: list[Json]) -> list[Point]:
    everything = [resource for one in results for resource in one]
    return points_of(reports_of(bundle(*everything, role("other", "St. Olavs hospital"))))


def test_values_of_one_code_and_unit_are_one_series_oldest_first_across_laboratories() -> None:
    found = points(
        result("03-01", quantity("4.4", "mmol/L")),
        result("01-01", quantity("4.1", "mmol/L"), lab="other"),
        result("02-01", quantity("4.2", "mmol/L")),
    )
    series = series_of(found, KEY)
    assert [[p.shown for p in s.points] for s in series] == [["4,1", "4,2", "4,4"]]


def test_another_unit_or_code_is_another_series() -> None:
    found = points(
        result("01-01", quantity("4.1", "mmol/L")),
        result("02-01", quantity("16", "mg/dL")),
        result("03-01", quantity("4.3", "mmol/L"), nlk("NPU99999", "P-kalium")),
        result("04-01", quantity("140", "mmol/L"), nlk("NPU03429", "P-Natrium")),
    )
    series = series_of(found, KEY)
    assert [(s.code, s.unit, s.asked) for s in series] == [
        ("NPU03230", "mmol/L", True),
        ("NPU03230", "mg/dL", True),
        ("NPU99999", "mmol/L", False),
    ]


def test_one_unit_written_in_two_ways_is_one_unit_and_both_are_shown() -> None:
    code = nlk("NPU02593", "B-Leukocytter")
    found = points(
        result("01-01", quantity("11.0", "10E9/L", ucum="10*9/L"), code),
        result("02-01", quantity("12.0", "10^9 /L", ucum="10*9/L"), code),
    )
    assert [(s.unit, len(s.points)) for s in series_of(found, "7280|NPU02593")] == [("10E9/L, 10^9 /L", 2)]


def test_local_codes_do_not_join_across_laboratories() -> None:
    found = points(
        result("01-01", quantity("1", "g"), local("Mengde")),
        result("02-01", quantity("2", "g"), local("Mengde"), lab="other"),
    )
    assert len({p.analysis for p in found}) == 2


def test_cancelled_and_unanswered_results_are_no_points() -> None:
    found = points(
        result("01-01", quantity("4.1"), status="cancelled"),
        result("02-01", None, status="registered"),
    )
    assert found == []


def test_a_value_repeated_as_history_is_one_point() -> None:
    when = "2024-01-01T08:00:00+01:00"
    found = points_of(
        reports_of(
            bundle(
                report("r1", effective=when),
                observation("a", POTASSIUM, quantity("4.1"), report="r1", effective=when),
                report("r2", effective="2024-02-01T08:00:00+01:00"),
                observation("b", POTASSIUM, quantity("4.1"), report="r2", effective=when, history=True),
            )
        )
    )
    assert [(p.report_id, p.history) for p in found] == [("r1", False)]


def test_a_band_is_drawn_for_a_point_only_where_text_and_flag_agree() -> None:
    found = points(
        result("01-01", quantity("4.1", "mmol/L"), reference="3,6 - 5,0"),
        result("02-01", quantity("6.0", "mmol/L"), reference="3,6 - 5,0", flag="1"),
        result("03-01", quantity("6.1", "mmol/L"), reference="3,6 - 5,0"),
        result("04-01", quantity("4.2", "mmol/L"), reference="3,6 - 5,0", flag="1"),
        result("05-01", quantity("4.3", "mmol/L"), reference="Se kommentar"),
        result("06-01", quantity("4.4", "mmol/L")),
    )
    assert [p.interval is not None for p in found] == [True, True, False, False, False, False]
    assert [p.ours for p in found] == [False, False, True, False, False, False]
    chart = chart_of(series_of(found, KEY)[0])
    assert chart is not None
    assert len(chart.bands) == 2
    assert len(chart.marks) == 6


def test_a_comparator_is_drawn_apart_and_breaks_the_line() -> None:
    found = points(
        result("01-01", quantity("6", "mg/L")),
        result("02-01", quantity("7", "mg/L")),
        result("03-01", quantity("5", "mg/L", "<")),
        result("04-01", quantity("8", "mg/L")),
        result("05-01", quantity("9", "mg/L")),
    )
    chart = chart_of(series_of(found, KEY)[0])
    assert chart is not None
    assert [m.shape for m in chart.marks] == ["dot", "dot", "below", "dot", "dot"]
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert chart.marks[2].label == "01.03.2024 08:00: < 5 mg/L"


def test_everything_drawn_lies_inside_the_frame() -> None:
    found = points(
        result("01-01", quantity("-3.5")),
        result("02-01", quantity("1200")),
        result("03-01", quantity("0.04")),
    )
    for width in (NARROW, 720):
        chart = chart_of(series_of(found, KEY)[0], width)
        assert chart is not None
        assert all(chart.left <= m.x <= chart.right and chart.top <= m.y <= chart.bottom for m in chart.marks)
        assert all(0 <= t.at <= width for t in chart.x_ticks)
        assert [t.at for t in chart.y_ticks] == sorted((t.at for t in chart.y_ticks), reverse=True)


def test_one_value_alone_and_zero_can_be_drawn() -> None:
    for value in ("4.1", "0"):
        chart = chart_of(series_of(points(result("01-01", quantity(value))), KEY)[0])
        assert chart is not None
        assert (len(chart.marks), chart.lines) == (1, [])


def test_texts_are_in_the_table_and_not_in_a_graph() -> None:
    code = nlk("NPU03952", "Virus IgG")
    found = points(result("01-01", textual("Påvist"), code), result("02-01", textual("Ikke påvist"), code))
    view = trend_of(found, "7280|NPU03952")
    assert view.name == "Virus IgG"
    assert [(s.drawn, [r.value for r in s.rows]) for s in view.series] == [(False, ["Ikke påvist", "Påvist"])]


def test_an_unknown_analysis_has_no_series() -> None:
    assert trend_of([], KEY).series == []


def test_the_table_stands_newest_first_with_the_laboratorys_words() -> None:
    found = points(
        result("01-01", quantity("4.1", "mmol/L"), reference="3,6 - 5,0", note="Hemolyse"),
        result("02-01", quantity("6.1", "mmol/L"), reference="3,6 - 5,0", status="amended"),
    )
    rows = trend_of(found, KEY).series[0].rows
    assert [(r.value, r.reference, r.ours, r.state, r.commented) for r in rows] == [
        ("6,1", "3,6 - 5,0", "above", "amended", False),
        ("4,1", "3,6 - 5,0", "", "", True),
    ]


def test_a_long_table_lists_the_newest_until_all_are_asked_for() -> None:
    found = points(
        *(result(f"{n // 27 + 1:02d}-{n % 27 + 1:02d}", quantity(str(n), "mmol/L")) for n in range(60))
    )
    short = trend_of(found, KEY).series[0]
    assert (len(short.rows), short.left_out, short.count, len(short.wide.marks)) == (40, True, 60, 60)
    assert not trend_of(found, KEY, everything=True).series[0].left_out


CREATININE = {code: nlk(code, "P-Kreatinin") for code in ("NPU04998", "NPU01807", "NPU18016")}
EQUIVALENT = Join("7280|NPU01807", "umol/L", "7280|NPU04998", "umol/L", "equivalent", "Fagrådet 2026-03")
HBA1C = Join(
    "7280|NPU29296",
    "%",
    "7280|NPU27300",
    "mmol/mol",
    "conversion",
    "Hoelzel 2004",
    Decimal("10.93135112"),
    Decimal("-23.5242676"),
    0,
)


def joins(*rows: Join) -> dict[tuple[str, str], Join]:
    return {(row.analysis, row.unit): row for row in rows}


def creatinine(*codes: str) -> list[Point]:
    return points(
        *(
            result(f"0{n}-01", quantity(f"8{n}", "µmol/L", ucum="umol/L"), CREATININE[code])
            for n, code in enumerate(codes, 1)
        )
    )


def test_codes_called_p_kreatinin_are_never_one_series_without_a_row() -> None:
    found = trend_of(creatinine(*CREATININE), "7280|NPU04998")
    assert [(s.code, s.other, len(s.rows)) for s in found.series] == [
        ("NPU04998", False, 1),
        ("NPU01807", True, 1),
        ("NPU18016", True, 1),
    ]


def test_an_explicit_row_joins_two_and_the_view_says_by_which() -> None:
    found = trend_of(creatinine(*CREATININE), "7280|NPU04998", joins(EQUIVALENT))
    joined = found.series[0]
    assert [(row.value, row.code, row.converted) for row in joined.rows] == [
        ("82", "NPU01807", ""),
        ("81", "", ""),
    ]
    assert [(j.kind, j.code, j.source) for j in joined.joined] == [
        ("equivalent", "NPU01807", "Fagrådet 2026-03")
    ]
    assert [s.code for s in found.series[1:]] == ["NPU18016"]
    assert [len(line.split()) for line in joined.wide.lines] == [2]


def test_the_same_series_is_found_from_either_code() -> None:
    known = creatinine("NPU04998", "NPU01807")
    assert [
        [row.value for row in trend_of(known, asked, joins(EQUIVALENT)).series[0].rows]
        for asked in ("7280|NPU04998", "7280|NPU01807")
    ] == [["82", "81"], ["82", "81"]]


def test_hba1c_in_two_units_stays_apart_until_a_conversion_is_known() -> None:
    known = points(
        result("01-01", quantity("6.5", "%", ucum="%"), nlk("NPU29296", "B-HbA1c"), reference="4,3 - 6,1"),
        result("02-01", quantity("48", "mmol/mol", ucum="mmol/mol"), nlk("NPU27300", "B-HbA1c")),
    )
    apart = trend_of(known, "7280|NPU27300")
    assert [(s.code, [row.value for row in s.rows]) for s in apart.series] == [
        ("NPU27300", ["48"]),
        ("NPU29296", ["6,5"]),
    ]
    (joined,) = trend_of(known, "7280|NPU27300", joins(HBA1C)).series
    assert [(row.value, row.unit, row.converted) for row in joined.rows] == [
        ("48", "mmol/mol", ""),
        ("6,5", "%", "48"),
    ]
    assert joined.unit == "mmol/mol"
    assert all(
        47 <= float(tick.label.replace(",", ".")) <= 49 for tick in joined.wide.y_ticks
    )  # both in mmol/mol
    assert not joined.banded


def test_where_the_equivalences_are_not_known_the_view_says_so() -> None:
    assert trend_of(creatinine("NPU04998"), "7280|NPU04998", None).unjoined
    assert not trend_of(creatinine("NPU04998"), "7280|NPU04998").unjoined


def test_a_graph_of_many_values_is_drawn_in_few_parts_and_holds_them_all() -> None:
    found = points(
        *(
            result(
                f"{n // 27 + 1:02d}-{n % 27 + 1:02d}",
                quantity(str(4 + n % 3), "mmol/L"),
                reference="3,6 - 5,0",
                flag="1" if n % 3 else "",
            )
            for n in range(100)
        )
    )
    series = series_of(found, KEY)[0]
    whole = chart_of(series)
    assert whole is not None
    light = lighter(whole)
    assert len(light.marks) == 2  # flagged, and not
    assert sum(mark.path.count("Z") for mark in light.marks) == 100
    assert light.lines == whole.lines
    assert sum(band.width for band in light.bands) <= light.right - light.left + 1
    assert len(light.bands) < len(whole.bands)
