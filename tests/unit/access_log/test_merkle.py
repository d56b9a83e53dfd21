"""Merkle trees as RFC 6962 defines them: known roots, and proofs that hold for their own leaf alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.access_log.merkle import (
    ACTOR_ROW,
    PERSON_ROW,
    leaf_hash,
    node_hash,
    proofs_of,
    root_from,
    root_of,
)

HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 2.1 word for word: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@given(HASHES)
def test_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert root_of(leaves) == by_definition(leaves)


@given(HASHES, st.data())
def test_a_proof_holds_for_its_leaf_at_its_place_alone(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    (proof,) = proofs_of(leaves, [place])
    assert root_from(leaves[place], place, len(leaves), proof) == root_of(leaves)
    other = data.draw(st.integers(0, len(leaves) - 1))
    if other != place:
        assert root_from(leaves[place], other, len(leaves), proof) != root_of(leaves)
        assert root_from(leaves[other], place, len(leaves), proof) != root_of(leaves)
    assert root_from(leaves[place], place, len(leaves), [*proof, leaves[0]]) is None
    if proof:
        assert root_from(leaves[place], place, len(leaves), proof[:-1]) is None


def test_leaves_nodes_and_tables_are_hashed_apart() -> None:
    row = b"\x07" * 32
    assert len({leaf_hash(PERSON_ROW, row), leaf_hash(ACTOR_ROW, row), hashlib.sha256(row).digest()}) == 3
    assert leaf_hash(PERSON_ROW, row) == hashlib.sha256(b"\x00P" + row).digest()
    assert node_hash(row, row) == hashlib.sha256(b"\x01" + row + row).digest()


def test_no_leaves() -> None:
    assert root_of([]) == hashlib.sha256(b"").digest()
    with pytest.raises(IndexError):
        proofs_of([b"\x00" * 32], [1])
