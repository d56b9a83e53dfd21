"""Packing loses nothing, finds the trees, and stays small."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from results_service.reports.packing import Packed, index, pack, unpack
from results_service.reports.showing import as_companion
from tests.integration.lookup.builder import Item, Report

TREE = [Item("1"), Item("2", parent="1"), Item("3", parent="2"), Item("4")]


def packed(report: Report) -> Packed:
    return index(report.mapped(new_id()))


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_what_is_packed_comes_back(notes: list[tuple[str, str]]) -> None:
    items = [Item(str(number), note=" ".join(pair)) for number, pair in enumerate(notes)]
    whole = packed(Report(items=items))
    assert unpack(pack(whole)) == whole


def test_bodies_lie_where_the_index_says() -> None:
    whole = packed(Report(items=TREE))
    for place, entry in enumerate(whole.entries):
        body = msgspec.json.decode(whole.body(place))
        assert (body["resourceType"], body["id"]) == (entry.kind, entry.id)


def test_members_know_the_top_of_their_tree() -> None:
    whole = packed(Report(items=TREE))
    assert [e.top for e in whole.entries] == [0, 1, 1, 1, 4, 5, 6, 7]


def test_a_companion_has_ids_of_its_own_and_still_holds_together() -> None:
    whole = packed(Report(items=TREE))
    other = as_companion(whole)
    assert not {e.id for e in whole.entries} & {e.id for e in other.entries}
    text = other.bodies.decode()
    assert not any(e.id in text for e in whole.entries)
    members = msgspec.json.decode(other.body(1))["hasMember"]
    assert members == [{"reference": f"Observation/{other.entries[2].id}"}]
