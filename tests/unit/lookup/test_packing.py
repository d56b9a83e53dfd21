"""Packing loses nothing, finds the trees, and stays small."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from results_service.reports.compression import compress, decompress
from results_service.reports.packing import Entry, Packed, index
from results_service.reports.showing import as_companion
from results_service.reports.stored import Outline, RuleFacts, outline, unpack, unpack_all
from results_service.reports.stored import pack as pack_with
from tests.integration.lookup.builder import Item, Report

COMPARED = RuleFacts(["Q1"], "2026-11-02")
TREE = [Item("1"), Item("2", parent="1"), Item("3", parent="2"), Item("4")]


def packed(report: Report) -> Packed:
    return index(report.mapped(new_id()))


def pack(whole: Packed) -> bytes:
    return pack_with(whole, COMPARED)


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


def test_the_first_form_is_still_read() -> None:
    whole = packed(Report(items=TREE))
    head = msgspec.msgpack.encode(whole.entries)
    stored = compress(len(head).to_bytes(4, "big") + head + whole.bodies)
    assert unpack(stored) == whole
    assert unpack_all(stored) == (whole, None)
    assert described(outline(stored)) == described(outline(pack(whole)))


def test_what_the_rules_compare_comes_back_and_older_forms_have_none() -> None:
    whole = packed(Report(items=TREE))
    assert unpack_all(pack(whole)) == (whole, COMPARED)
    raw = decompress(pack(whole))
    end = 4 + (int.from_bytes(raw[:4], "big") & 0x7FFFFFFF)
    before = msgspec.msgpack.encode(msgspec.msgpack.decode(raw[4:end])[:4])
    second = (len(before) | 1 << 31).to_bytes(4, "big") + before + raw[end:]
    assert unpack_all(compress(second)) == (whole, None)
    assert described(outline(compress(second))) == described(outline(pack(whole)))


def test_an_outline_holds_what_includes_need_and_is_shared_by_reports_of_one_shape() -> None:
    whole = packed(Report(items=TREE))
    opened = outline(pack(whole))
    entries = enumerate(whole.entries)
    assert described(opened) == [(e.kind, e.id, e.top, e.links, whole.body(place)) for place, e in entries]
    assert outline(pack(packed(Report(items=TREE)))).shape is opened.shape
    assert outline(pack(packed(Report(items=TREE[:2])))).shape is not opened.shape


def test_a_body_that_does_not_begin_with_its_id_keeps_it() -> None:
    whole = Packed([Entry("Specimen", "s", 0, 2, 0, None, None, None, None, [], ["a|b"], {})], b"{}")
    assert unpack(pack(whole)) == whole
    assert outline(pack(whole)).identifiers([0]) == [b"s"]


def described(opened: Outline) -> list[tuple[str, str, int, dict[str, list[int]], bytes]]:
    places = opened.shape.places
    ids, members = opened.identifiers(range(len(places))), opened.members(range(len(places)))
    return [
        (hung.kind, own.decode(), hung.top, hung.links, b"{" + rest)
        for hung, own, rest in zip(places, ids, members, strict=True)
    ]
