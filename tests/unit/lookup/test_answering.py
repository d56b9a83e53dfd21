"""Entity tags and gzip, by the headers alone."""

from __future__ import annotations

import pytest

from kit.ids import parse_national_id
from results_service.lookup.answering import is_known, wants_gzip
from results_service.lookup.bundle import BundleWriter

NUMBER = parse_national_id("13116900216")


@pytest.mark.parametrize("wanted", [['W/"a"'], ['"a"'], ['"b", W/"a"'], ['"b"', '"a"'], ["*"], [' W/"a" ']])
def test_given_a_tag_that_is_ours_then_the_client_knows_the_answer(wanted: list[str]) -> None:
    assert is_known(wanted, 'W/"a"')


@pytest.mark.parametrize("wanted", [[], ['"b"'], ["a"], ['W/"A"'], ["", "**"]])
def test_given_another_tag_then_it_does_not(wanted: list[str]) -> None:
    assert not is_known(wanted, 'W/"a"')


@pytest.mark.parametrize("offered", ["gzip", "deflate, gzip", "br;q=1, GZIP;q=0.5", "*", "gzip , br"])
def test_given_gzip_is_asked_for_then_it_is_used(offered: str) -> None:
    assert wants_gzip([offered])


@pytest.mark.parametrize(
    "offered", ["", "identity", "gzip;q=0", "*, gzip;q=0", "x-gzip", "gzip;q=1..2", "br"]
)
def test_given_it_is_not_then_nothing_is_packed(offered: str) -> None:
    assert not wants_gzip([offered])


def test_given_something_else_is_stamped_or_told_then_the_tag_is_another() -> None:
    def tag(stamp: bytes, total: int, *, told: bool = False) -> str:
        writer = BundleWriter("http://x/fhir", NUMBER)
        writer.stamp(stamp)
        if told:
            writer.add_outcome([{"severity": "information", "code": "suppressed"}])
        writer.finish("searchset", total, [("self", "http://x")])
        return writer.joined().etag

    tags = [tag(b"a", 1), tag(b"b", 1), tag(b"a", 2), tag(b"a", 1, told=True)]
    assert len(set(tags)) == len(tags)
    assert tag(b"a", 1) == tags[0]
