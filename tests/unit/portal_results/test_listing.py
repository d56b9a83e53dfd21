"""The list of reports: newest first by sampling, nothing undecided hidden."""

from __future__ import annotations

from portal.clinician.results.transform.listing import (
    Filters,
    ReportRow,
    choose,
    laboratories,
    newest_first,
    order,
    period,
    row_of,
)
from portal.clinician.results.transform.reports import reports_of
from tests.unit.portal_results.build import (
    Json,
    bundle,
    coding,
    extension,
    local,
    nlk,
    observation,
    quantity,
    report,
    susceptible,
    textual,
)


def row(*resources: Json) -> ReportRow:
    return row_of(reports_of(bundle(*resources))[0])


NORMAL = observation("a", nlk("NPU03230", "P-Kalium"), quantity("4.0", "mmol/L"), reference="3,6 - 5,0")


def test_a_row_says_what_the_clinician_must_know_before_opening() -> None:
    found = row(
        report(
            status="amended",
            extensions=(
                extension("report-status", valueCoding=coding("7306", "P")),
                extension("comment", valueCodeableConcept={"coding": [coding("8269", "TA")]}),
            ),
        ),
        observation("a", nlk("A", "P-Kalium"), quantity("6.0"), reference="3,6 - 5,0"),
        observation("b", nlk("B", "P-CRP"), quantity("50"), reference="< 5", flag="1", note="Kontrollert"),
        observation("c", nlk("C", "P-TSH"), status="registered"),
    )
    assert (found.abnormal, found.outside, found.unanswered) == (1, 1, 1)
    assert (found.status, found.preliminary, found.commented, found.prominent) == (
        "amended",
        True,
        True,
        ["TA"],
    )
    assert found.sampled == "01.03.2024 08:00"
    assert found.laboratory == "Fürst medisinsk laboratorium"
    assert found.content == "P-Kalium, P-CRP, P-TSH"
    assert [w.name for w in found.waiting] == ["P-TSH"]


def test_a_culture_is_named_by_its_finding_and_its_drugs_are_not_listed() -> None:
    found = row(
        report(kind="MBIO"),
        observation("m", nlk("NPU06061", "Us-Aerob dyrkning"), textual("Escherichia coli"), members=("d",)),
        observation("d", nlk("NPU54371", "Us-Ampicillin"), susceptible("R", "Resistent")),
    )
    assert (found.content, found.resistant) == ("Escherichia coli, Us-Aerob dyrkning", 1)


def test_a_long_report_names_the_first_and_counts_the_rest() -> None:
    items = [observation(str(n), nlk(str(n), f"Analyse {n}"), quantity("1")) for n in range(7)]
    found = row(report(), *items)
    assert (found.content, found.content_more) == ("Analyse 0, Analyse 1, Analyse 2, Analyse 3", 3)


def test_a_planned_report_without_items_waits_as_a_whole() -> None:
    found = row(report(status="registered", kind_name="Mikrobiologi"))
    assert [w.name for w in found.waiting] == ["Mikrobiologi"]


def test_nothing_waits_in_a_cancelled_report() -> None:
    assert row(report(status="cancelled"), observation("a", nlk("A", "a"), status="registered")).waiting == ()


def test_the_newest_sampling_stands_first_whatever_the_offset_or_precision() -> None:
    rows = [
        ReportRow(id="day", sampled_raw="2024-03-02"),
        ReportRow(id="summer", sampled_raw="2024-03-02T00:45:00+02:00"),
        ReportRow(id="winter", sampled_raw="2024-03-02T00:30:00+01:00"),
        ReportRow(id="unknown", sampled_raw=""),
    ]
    assert [r.id for r in newest_first(rows)] == ["winter", "day", "summer", "unknown"]


def test_abnormal_only_hides_the_surely_normal_and_counts_it() -> None:
    normal = row(report(), NORMAL)
    kept = [
        row(report(), observation("a", nlk("A", "a"), quantity("4.0"))),  # no reference text
        row(report(), observation("a", nlk("A", "a"), quantity("4.0"), reference="Se kommentar")),
        row(report(), observation("a", nlk("A", "a"), quantity("4.0"), reference="3 - 5", note="Hemolyse")),
        row(report(), observation("a", nlk("A", "a"), textual("Ikke påvist"))),
        row(report(), observation("a", nlk("A", "a"), quantity("6.0"), reference="3 - 5")),
        row(report(status="preliminary"), NORMAL),
        row(report(status="cancelled"), NORMAL),
        row(report(kind="HIST", category="PAT"), NORMAL),
        row(report()),
    ]
    assert normal.settled
    assert not any(r.settled for r in kept)
    chosen = choose([normal, *kept], Filters(abnormal_only=True))
    assert (chosen.rows, chosen.hidden) == (kept, 1)
    assert choose([normal, *kept], Filters()).hidden == 0


def test_filters_narrow_by_text_field_laboratory_and_days() -> None:
    rows = [
        ReportRow(
            id="1",
            discipline="radiology",
            laboratory="St. Olavs",
            search="ul lever",
            sampled_raw="2024-01-31",
        ),
        ReportRow(
            id="2", laboratory="Fürst", search="p-kalium fürst", sampled_raw="2024-02-10T09:00:00+01:00"
        ),
    ]
    assert [r.id for r in choose(rows, Filters(text="KALIUM fürst")).rows] == ["2"]
    assert [r.id for r in choose(rows, Filters(discipline="radiology")).rows] == ["1"]
    assert [r.id for r in choose(rows, Filters(laboratory="Fürst")).rows] == ["2"]
    assert [r.id for r in choose(rows, Filters(first_day="2024-02-10", last_day="2024-02-10")).rows] == ["2"]
    assert laboratories(rows) == ["Fürst", "St. Olavs"]
    assert period(rows) == ("31.01.2024", "10.02.2024")


def test_ordering_by_another_column_keeps_the_newest_first_among_equals() -> None:
    rows = [
        ReportRow(id="old", laboratory="A", sampled_raw="2023-01-01", abnormal=1),
        ReportRow(id="new", laboratory="A", sampled_raw="2024-01-01"),
        ReportRow(id="b", laboratory="B", sampled_raw="2022-01-01", outside=2),
    ]
    assert [r.id for r in order(rows, "laboratory", descending=False)] == ["new", "old", "b"]
    assert [r.id for r in order(rows, "abnormal", descending=True)] == ["b", "old", "new"]
    assert [r.id for r in order(rows, "sampled", descending=False)] == ["b", "old", "new"]


def test_a_local_analysis_is_called_by_its_own_text() -> None:
    assert row(report(), observation("a", local("Mengde"), textual("Rikelig"))).content == "Mengde"
