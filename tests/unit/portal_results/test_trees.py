"""Trees of results: each result whole, once, whatever refers to what."""

from __future__ import annotations

from portal.clinician.results.transform.reports import reports_of
from tests.unit.portal_results.build import (
    bundle,
    nlk,
    observation,
    only,
    quantity,
    report,
)


def test_a_tree_is_read_whole_and_a_ring_does_not_hang() -> None:
    found = only(
        report(results=("top",)),
        observation("top", nlk("T", "t"), members=("mid",)),
        observation("mid", nlk("M", "m"), members=("leaf",)),
        observation("leaf", nlk("L", "l"), quantity("1")),
        observation("ring1", nlk("R1", "r1"), quantity("2"), members=("ring2",)),
        observation("ring2", nlk("R2", "r2"), quantity("3"), members=("ring1",)),
    )
    assert [root.id for root in found.roots] == ["top", "ring1"]
    assert [item.id for item in found.items()] == ["top", "mid", "leaf", "ring1", "ring2"]


def test_an_item_below_two_parents_stands_whole_below_the_first_and_as_a_mention_below_the_second() -> None:
    found = only(
        report(results=("a", "b")),
        observation("a", nlk("A", "a"), members=("c",)),
        observation("b", nlk("B", "b"), members=("c",)),
        observation("c", nlk("C", "c"), quantity("1")),
    )
    assert [c.repeated for root in found.roots for c in root.children] == [False, True]


def test_a_very_deep_chain_is_shown_without_failing() -> None:
    chain = [observation(f"i{n}", nlk(f"C{n}", str(n)), members=(f"i{n + 1}",)) for n in range(1500)]
    assert len(only(report(results=("i0",)), *chain).items()) == 1500


def test_a_reference_to_what_the_bundle_does_not_hold_is_no_failure() -> None:
    found = only(report(results=("gone", "a")), observation("a", nlk("A", "a"), members=("lost",)))
    assert [item.id for item in found.items()] == ["a"]


def test_results_of_two_reports_stay_apart() -> None:
    found = reports_of(
        bundle(
            report("r1", results=("a",), effective="2024-01-01"),
            report("r2", results=("b",), effective="2024-02-01"),
            observation("a", nlk("A", "a"), report="r1"),
            observation("b", nlk("B", "b"), report="r2"),
        )
    )
    assert [(r.id, [i.id for i in r.items()]) for r in found] == [("r2", ["b"]), ("r1", ["a"])]
