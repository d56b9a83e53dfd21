"""What the guide says of every report, held against all real messages; tables read from the guide itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from results_service.intake.guard import find_message, read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.fhir.status import item_status, report_status
from results_service.reports.svarrapport import read_message
from tests.integration.expectations.facts import (
    INVESTIGATIONS,
    REPORT_ID,
    RESULT_CODES,
    Facts,
    Json,
    extension,
    known,
    nlk,
)
from tests.shared import REAL_MESSAGES, SHARED, requires_shared

pytestmark = requires_shared
OSLO = ZoneInfo("Europe/Oslo")
# The national service itself: copies name it as Requester (clinical rule 12).
NATIONAL_SERVICE = {"112374", "8139764", "994598759"}

every_message = pytest.mark.parametrize("path", REAL_MESSAGES, ids=lambda p: f"{p.parent.name}/{p.stem}")


def both(path: Path) -> tuple[etree._Element, Facts]:
    """The message and what the mapping makes of it."""
    root = find_message(read_bytes(path.read_bytes()))
    message = read_message(root).message
    assert message is not None
    return root, Facts.of_mapped(map_report(message, REPORT_ID, nlk()))


def table(heading: str) -> Iterator[tuple[str, str, str]]:
    """(row, column, FHIR status) of a status table of the guide."""
    assert SHARED is not None
    guide = (SHARED / "reference" / "svarrapport-to-fhir.md").read_text("utf-8")
    lines = guide.partition(f"## {heading}")[2].lstrip().splitlines()[1:]
    columns = "NMCHA"
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        row, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        first = row.split()[0]
        yield from ((("" if first == "none" else first), c, s) for c, s in zip(columns, cells, strict=True))


def test_given_the_guides_tables_then_every_status_is_theirs() -> None:
    reports = list(table("DiagnosticReport.status"))
    items = list(table("Observation.status"))
    assert (len(reports), len(items)) == (4 * 5, 16 * 5)
    assert [r for r in reports if report_status(r[0], r[1]) != r[2]] == []
    assert [i for i in items if item_status(i[0], i[1]) != i[2]] == []


@every_message
def test_given_any_message_then_a_top_result_can_be_found_by_every_code_of_its_tree(path: Path) -> None:
    _, facts = both(path)
    for result in facts.observations:
        tags = {(tag.get("system"), tag["code"]) for tag in result["meta"].get("tag", [])}
        is_top = f"Observation/{result['id']}" not in facts.parents
        wanted = {code for member in tree(result, facts) for code in codes_of(member)}
        assert tags >= wanted if is_top else not tags


def tree(result: Json, facts: Facts) -> Iterator[Json]:
    """A result and all below it."""
    yield result
    for member in result.get("hasMember", []):
        yield from tree(facts.by_reference[member["reference"]], facts)


def codes_of(result: Json) -> set[tuple[str | None, str]]:
    """The codes of the examination and of its result."""
    examined = result["code"].get("coding", [])
    answered = result.get("valueCodeableConcept", {}).get("coding", [])
    codings = [c for c in examined if known([c], INVESTIGATIONS)]
    codings += [c for c in answered if known([c], RESULT_CODES)]
    return {(c.get("system"), c["code"]) for c in codings if c.get("code")}


@every_message
def test_given_any_message_then_the_oldest_sampling_is_the_reports_date(path: Path) -> None:
    _, facts = both(path)
    (report,) = facts.of("DiagnosticReport")
    dates = [at(result["effectiveDateTime"]) for result in facts.observations]
    if dates:
        assert at(report["effectiveDateTime"]) == min(dates)
    for result in facts.observations:
        assert result["issued"] == report["issued"]
        (back,) = extension(result, "nilar-diagnostic-report-ref")
        assert back["valueReference"]["reference"] == f"DiagnosticReport/{report['id']}"


def at(text: str) -> datetime:
    """A date begins at midnight in Oslo."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=OSLO)


@every_message
def test_given_any_message_then_flags_are_the_laboratorys_alone(path: Path) -> None:
    root, facts = both(path)
    sent = [item.find("{*}DevResultInd") for item in root.iter("{*}ResultItem")]
    assert len(sent) == len(facts.observations)
    for flag, result in zip(sent, facts.observations, strict=True):
        given = [c["code"] for concept in result.get("interpretation", []) for c in concept["coding"]]
        wanted = [] if flag is None or result["status"] == "cancelled" else [flag.get("V")]
        assert given == wanted


@every_message
def test_given_any_message_then_the_national_service_never_asked(path: Path) -> None:
    _, facts = both(path)
    for request in facts.of("ServiceRequest"):
        asked = request["requester"]
        if "reference" not in asked:
            assert asked == {"display": "ikke oppgitt"}
            continue
        role = facts.by_reference[asked["reference"]]
        named = [role.get("organization", {}), *role.get("healthcareService", [])]
        ids = {place.get("identifier", {}).get("value") for place in named}
        assert not ids & NATIONAL_SERVICE
        assert "NILAR" not in {place.get("display") for place in named}


@every_message
def test_given_any_message_then_who_answers_for_a_result_is_who_the_message_names(path: Path) -> None:
    root, facts = both(path)
    report = root.find("{*}ServReport")
    assert report is not None
    for item, result in zip(root.iter("{*}ResultItem"), facts.observations, strict=True):
        wanted = answering(item, report)
        roles = [facts.by_reference[performer["reference"]] for performer in result["performer"]]
        said = Counter(name for role in roles for name in names_of(role))
        missing = [name for name in wanted if name not in said]
        assert not missing, f"of {result['id']}: {len(missing)} of {len(wanted)} names"


def answering(item: etree._Element, report: etree._Element) -> list[str]:
    """Names of those responsible for a result: its own, else of the result it lies in, else the report's."""
    for place in [item, *item.iterancestors("{*}ResultItem"), report]:
        found = [name for party in place.findall("{*}RelServProv") for name in names_in(party)]
        if found:
            return found
    provider = report.find("{*}ServProvider")
    assert provider is not None
    return names_in(provider)


def names_in(party: etree._Element) -> list[str]:
    """Every name in a party, white space as one space."""
    found = [" ".join((name.text or "").split()) for name in party.iter("{*}Name")]
    return [name for name in found if name]


def names_of(role: Json) -> list[str]:
    """The names a role shows."""
    places = [role.get("practitioner", {}), role.get("organization", {}), *role.get("healthcareService", [])]
    return [re.sub(r"\s+", " ", place["display"]) for place in places if "display" in place]
