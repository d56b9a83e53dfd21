"""Includes and trees: what goes with a match."""

from __future__ import annotations

from results_service.lookup.graph import reach
from results_service.lookup.parameters import Include
from results_service.reports.reading import Entry


def entry(kind: str, top: int, **links: list[int]) -> Entry:
    named = {name.replace("_", "-"): places for name, places in links.items()}
    return Entry(kind, "x", 0, 0, top, None, None, None, None, [], [], named)


REPORT = [
    entry("DiagnosticReport", 0, result=[1, 4], based_on=[5], specimen=[6]),
    entry("Observation", 1, has_member=[2], specimen=[6]),
    entry("Observation", 1, has_member=[3]),
    entry("Observation", 1, specimen=[8]),
    entry("Observation", 4),
    entry("ServiceRequest", 5, requester=[7]),
    entry("Specimen", 6, collector=[7]),
    entry("PractitionerRole", 7),
    entry("Specimen", 8),
]
RESULT = Include("DiagnosticReport", "result", iterate=False)
SPECIMEN = Include("Observation", "specimen", iterate=True)


def test_nothing_is_added_without_includes() -> None:
    assert reach(REPORT, [0], []) == []


def test_a_member_brings_its_whole_tree_and_no_other() -> None:
    assert reach(REPORT, [3], []) == [1, 2]
    assert reach(REPORT, [4], []) == []


def test_included_results_come_as_whole_trees() -> None:
    assert reach(REPORT, [0], [RESULT]) == [1, 2, 3, 4]


def test_iterating_follows_what_was_added() -> None:
    assert reach(REPORT, [0], [RESULT, SPECIMEN]) == [1, 2, 3, 4, 6, 8]
    requester = Include("ServiceRequest", "requester", iterate=True)
    assert reach(REPORT, [0], [Include("DiagnosticReport", "based-on", iterate=False), requester]) == [5, 7]
    assert reach(REPORT, [0], [requester]) == []


def test_includes_of_a_match_hold_for_the_tree_that_came_with_it() -> None:
    assert reach(REPORT, [2], [Include("Observation", "specimen", iterate=False)]) == [1, 3, 6, 8]


def test_a_ring_of_members_ends() -> None:
    ring = [entry("Observation", 0, has_member=[1]), entry("Observation", 1, has_member=[0])]
    assert reach(ring, [0], [Include("Observation", "has-member", iterate=True)]) == [1]
