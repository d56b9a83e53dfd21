"""Bundles joined from stored bytes: what is known before they are joined, and what they become."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id, parse_national_id
from results_service.lookup.bundle import BundleWriter
from results_service.lookup.graph import reach_from_report
from results_service.lookup.parameters import Include, read_search
from results_service.reports.packing import Packed, index
from results_service.reports.stored import RuleFacts, outline, pack
from tests.integration.lookup.builder import Item, Report

NUMBER = parse_national_id("13116900216")
BASE = "http://x/fhir"
INCLUDES = read_search(
    "DiagnosticReport", [("_include", "DiagnosticReport:result"), ("_include", "DiagnosticReport:specimen")]
).includes


def stored_reports(sizes: list[int]) -> list[Packed]:
    items = [[Item(str(number)) for number in range(size)] for size in sizes]
    return [index(Report(items=one).mapped(new_id())) for one in items]


def written(reports: list[Packed], includes: tuple[Include, ...]) -> BundleWriter:
    writer = BundleWriter(BASE, NUMBER)
    writer.add_reports([one.entries[0].id for one in reports], lambda: [one.body(0) for one in reports])
    opened = [outline(pack(one, RuleFacts([], None))) for one in reports]
    writer.add_others([(one, reach_from_report(one.shape, includes)) for one in opened])
    writer.finish("searchset", len(reports), [("self", BASE)])
    return writer


def one_by_one(reports: list[Packed], includes: tuple[Include, ...]) -> BundleWriter:
    writer = BundleWriter(BASE, NUMBER)
    for one in reports:
        writer.add("DiagnosticReport", one.entries[0].id, one.body(0), "match")
    for one in reports:
        shape = outline(pack(one, RuleFacts([], None))).shape
        for place in reach_from_report(shape, includes).places:
            entry = one.entries[place]
            writer.add(entry.kind, entry.id, one.body(place), "include")
    writer.finish("searchset", len(reports), [("self", BASE)])
    return writer


@given(st.lists(st.integers(0, 4), max_size=4), st.sampled_from([(), INCLUDES[:1], INCLUDES]))
def test_a_page_is_what_its_entries_are_one_by_one(sizes: list[int], includes: tuple[Include, ...]) -> None:
    reports = stored_reports(sizes)
    page, single = written(reports, includes), one_by_one(reports, includes)
    assert page.joined().body == single.joined().body
    assert (page.counts, page.reports) == (single.counts, single.reports)


def test_given_it_is_not_joined_yet_then_what_it_shows_is_counted_and_no_body_was_asked_for() -> None:
    asked: list[str] = []

    def bodies() -> list[bytes]:
        asked.append("bodies")
        return [b'{"resourceType":"DiagnosticReport"}']

    writer = BundleWriter(BASE, NUMBER)
    writer.add_reports(["r1"], bodies)
    writer.add_outcome([{"severity": "information", "code": "suppressed"}])
    writer.finish("searchset", 1, [])
    assert (writer.counts, writer.reports, asked) == ({"DiagnosticReport": 1}, ["r1"], [])
    answer = writer.joined()
    kinds = [entry["resource"]["resourceType"] for entry in msgspec.json.decode(answer.body)["entry"]]
    assert kinds == ["DiagnosticReport", "OperationOutcome"]
    assert writer.joined() is answer
    assert asked == ["bodies"]
