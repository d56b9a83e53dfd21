"""Merkle trees over batches of log rows (RFC 6962 section 2.1: leaves and inner nodes are hashed apart).

A leaf's data is one letter for the table the row stands in and the row's own hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

PERSON_ROW, ACTOR_ROW = b"P", b"A"


def leaf_hash(table: bytes, row_hash: bytes) -> bytes:
    """The leaf of a row; `table` is `PERSON_ROW` or `ACTOR_ROW`."""
    return hashlib.sha256(b"\x00" + table + row_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """An inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The tree's root; of no leaves the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def proofs_of(leaves: Sequence[bytes], positions: Sequence[int]) -> list[list[bytes]]:
    """For each position the hashes beside its way to the root, from the leaf upwards.

    Raises `IndexError` for a position that is not in the tree.
    """
    if positions and not 0 <= min(positions) <= max(positions) < len(leaves):
        raise IndexError("no such leaf")
    places, found = list(positions), [list[bytes]() for _ in positions]
    level = list(leaves)
    while len(level) > 1:
        for number, place in enumerate(places):
            if (beside := place ^ 1) < len(level):
                found[number].append(level[beside])
            places[number] = place >> 1
        level = _above(level)
    return found


def root_from(leaf: bytes, position: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, or None when it has not the form of a proof for that place."""
    left, here, last = list(proof), leaf, size - 1
    if not 0 <= position < size:
        return None
    while last:
        if position ^ 1 <= last:
            if not left:
                return None
            beside = left.pop(0)
            here = node_hash(beside, here) if position & 1 else node_hash(here, beside)
        position, last = position >> 1, last >> 1
    return None if left else here


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level: pairs are joined, one left over goes up as it is (RFC 6962's tree exactly)."""
    joined = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return joined + list(level[-1:] if len(level) % 2 else [])
