"""Which fields of medicine a version belongs to: what a sperring of a field covers."""

from __future__ import annotations

import pytest

from core_record.privacy.service import FIELDS
from results_service.reports.fields import ANY, as_column, fields_of
from results_service.reports.packing import Entry, Packed
from results_service.reports.withholding import withheld_issue

KINDS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8202"


def entry(kind: str, category: str | None, codes: list[str]) -> Entry:
    return Entry(kind, "id", 0, 0, 0, None, None, category, None, codes, [], {})


def version(kind: str, *results: str | None) -> Packed:
    report = entry("DiagnosticReport", "LAB", [f"{KINDS}|{kind}"])
    return Packed([report, *(entry("Observation", field, []) for field in results)], b"")


@pytest.mark.parametrize(
    ("packed", "fields"),
    [
        (version("CLIN", "CLIN", "CLIN"), {"CLIN"}),
        (version("CLIN", "CLIN", "MGEN"), {"CLIN", "MGEN"}),  # genetics in a biochemistry message
        (version("HIST", "PAT"), {"PAT"}),
        (version("CYTO"), {"PAT"}),  # cancelled: no results, the kind says it
        (version("MR", "RAD"), {"RAD"}),
        (version("SCI", "NUK"), {"NUK"}),
        (version("MBIO", None), {"MBIO"}),
        (version("LAB", "FARM"), {"FARM"}),
        (version("LAB", "FARM", None), set(FIELDS)),  # something in it says no field: it may be of any
        (version("AN"), set(FIELDS)),
        (version("UKJENT", None), set(FIELDS)),
    ],
)
def test_a_version_is_of_every_field_that_something_in_it_is_of(packed: Packed, fields: set[str]) -> None:
    assert fields_of(packed) == fields


def test_the_column_names_the_fields_and_any_stands_for_all_there_will_be() -> None:
    assert as_column(fields_of(version("CLIN", "CLIN", "MGEN"))) == "CLIN MGEN"
    assert as_column(fields_of(version("AN"))) == ANY


def test_a_reader_is_told_that_something_is_withheld_and_not_what() -> None:
    issue = withheld_issue()
    assert issue["details"]["coding"][0]["code"] == "General"
    assert not any(field in str(issue) for field in FIELDS)
