"""The list of reports: newest first by sampling, nothing undecided hidden."""

from __future__ import annotations

from typing import Any

from portal.clinician.results.transform.listing import (
    Filters,
    ReportRow,
    Summary,
    choose,
    laboratories,
    newest_first,
    order,
    period,
    summary_of,
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


def summary(*resources: Json) -> Summary:
    return summary_of(reports_of(bundle(*resources))[0])


def row(*resources: Json) -> ReportRow:
    return summary(*resources).row


def listed(name: str, sampled: str, search: str = "", **shown: Any) -> Summary:
    return Summary(ReportRow(id=name, **shown), sampled=sampled, search=search)


def ids(found: list[Summary]) -> list[str]:
    return [one.row.id for one in found]


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
    assert found.unanswered == 1


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
    found = summary(report(status="registered", kind_name="Mikrobiologi"))
    assert [w.name for w in found.waiting] == ["Mikrobiologi"]


def test_nothing_waits_in_a_cancelled_report() -> None:
    assert (
        summary(report(status="cancelled"), observation("a", nlk("A", "a"), status="registered")).waiting
        == ()
    )


def test_the_newest_sampling_stands_first_whatever_the_offset_or_precision() -> None:
    found = [
        listed("day", "2024-03-02"),
        listed("summer", "2024-03-02T00:45:00+02:00"),
        listed("winter", "2024-03-02T00:30:00+01:00"),
        listed("unknown", ""),
    ]
    assert ids(newest_first(found)) == ["winter", "day", "summer", "unknown"]


def test_abnormal_only_hides_the_surely_normal_and_counts_it() -> None:
    normal = summary(report(), NORMAL)
    kept = [
        summary(report(), observation("a", nlk("A", "a"), quantity("4.0"))),  # no reference text
        summary(report(), observation("a", nlk("A", "a"), quantity("4.0"), reference="Se kommentar")),
        summary(
            report(), observation("a", nlk("A", "a"), quantity("4.0"), reference="3 - 5", note="Hemolyse")
        ),
        summary(report(), observation("a", nlk("A", "a"), textual("Ikke påvist"))),
        summary(report(), observation("a", nlk("A", "a"), quantity("6.0"), reference="3 - 5")),
        summary(report(status="preliminary"), NORMAL),
        summary(report(status="cancelled"), NORMAL),
        summary(report(kind="HIST", category="PAT"), NORMAL),
        summary(report()),
    ]
    assert normal.settled
    assert not any(r.settled for r in kept)
    chosen = choose([normal, *kept], Filters(abnormal_only=True))
    assert (chosen.passed, chosen.hidden) == (kept, 1)
    assert choose([normal, *kept], Filters()).hidden == 0


def test_filters_narrow_by_text_field_laboratory_and_days() -> None:
    found = [
        listed("1", "2024-01-31", "ul lever", discipline="radiology", laboratory="St. Olavs"),
        listed("2", "2024-02-10T09:00:00+01:00", "p-kalium fürst", laboratory="Fürst"),
    ]
    assert ids(choose(found, Filters(text="KALIUM fürst")).passed) == ["2"]
    assert ids(choose(found, Filters(discipline="radiology")).passed) == ["1"]
    assert ids(choose(found, Filters(laboratory="Fürst")).passed) == ["2"]
    assert ids(choose(found, Filters(first_day="2024-02-10", last_day="2024-02-10")).passed) == ["2"]
    assert laboratories(found) == ["Fürst", "St. Olavs"]
    assert period(found) == ("31.01.2024", "10.02.2024")


def test_ordering_by_another_column_keeps_the_newest_first_among_equals() -> None:
    found = [
        listed("old", "2023-01-01", laboratory="A", kind="x", abnormal=1),
        listed("new", "2024-01-01", laboratory="A", kind="y"),
        listed("b", "2022-01-01", laboratory="B", kind="X", outside=2),
    ]
    assert ids(order(found, "laboratory", descending=False)) == ["new", "old", "b"]
    assert ids(order(found, "kind", descending=False)) == ["old", "b", "new"]
    assert ids(order(found, "abnormal", descending=True)) == ["b", "old", "new"]
    assert ids(order(found, "sampled", descending=False)) == ["b", "old", "new"]


def test_a_local_analysis_is_called_by_its_own_text() -> None:
    assert row(report(), observation("a", local("Mengde"), textual("Rikelig"))).content == "Mengde"
