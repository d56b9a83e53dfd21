"""Verification of the heads: each against its leaves, its signature, the head before it, and the witness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection

from core_record.access_log import witness
from core_record.access_log.heads import FIRST, Head, is_signed, microseconds
from core_record.access_log.merkle import root_of
from core_record.access_log.report import ChainReport

_HEADS = (
    "SELECT number, at, rows, size, root, prev, key_id, signature, leaves FROM core_record.log_head"
    " ORDER BY number"
)
_SEALS = (
    "SELECT head, count(*) FROM (SELECT head FROM core_record.sealed_row UNION ALL"
    " SELECT head FROM core_record.sealed_actor_row) s GROUP BY head ORDER BY head"
)
Keys = dict[str, bytes]


@dataclass(slots=True)
class _Before:
    """The head before, as the next one must name it."""

    number: int = 0
    rows: int = 0
    hash: bytes = FIRST


def verify_heads(
    conn: Connection[Any], report: ChainReport, keys: Keys | None, path: Path | None, before: datetime
) -> None:
    """Every head, and the witness file beside them; heads older than `before` must be in it."""
    counts, known = _counts(conn), _Witness(path, report, keys)
    seals = next(counts, None)
    last = _Before()
    for head, leaves in _heads(conn):
        report.heads += 1
        while seals is not None and seals[0] < head.number:
            report.seal("head-missing", seals[0])
            seals = next(counts, None)
        sealed = seals[1] if seals is not None and seals[0] == head.number else 0
        if sealed:
            seals = next(counts, None)
        if sealed != head.size:
            report.seal("seal-missing", head.number)
        _verify_head(head, leaves, last, report, keys)
        known.compare(head, before)
        last = _Before(head.number, head.rows, head.hash())
    if seals is not None:
        report.seal("head-missing", seals[0])
    known.finish()


def _verify_head(head: Head, leaves: bytes, last: _Before, report: ChainReport, keys: Keys | None) -> None:
    if head.number != last.number + 1:
        report.seal("head-missing", head.number)
    elif head.prev != last.hash:
        report.seal("head-link-broken", head.number)
    elif head.rows != last.rows + head.size:
        report.seal("head-count-wrong", head.number)
    if root_of([leaves[i : i + 32] for i in range(0, len(leaves), 32)]) != head.root:
        report.seal("root-differs", head.number)
    if keys is not None and not is_signed(head, keys):
        report.seal("head-not-signed", head.number)


class _Witness:
    """The witness file, read along with the database's heads."""

    def __init__(self, path: Path | None, report: ChainReport, keys: Keys | None) -> None:
        self._used, self._report, self._keys = path is not None, report, keys
        self._heads = self._read(path) if path else iter(())
        self._next = next(self._heads, None)

    def compare(self, head: Head, before: datetime) -> None:
        """The witness must have this head exactly."""
        if not self._used:
            return
        while self._next is not None and self._next.number < head.number:
            self._report.seal("head-differs-from-witness", self._next.number)
            self._next = next(self._heads, None)
        if self._next is not None and self._next.number == head.number:
            if self._next != head:
                self._report.seal("head-differs-from-witness", head.number)
            self._next = next(self._heads, None)
        elif self._next is not None or head.at < microseconds(before):
            self._report.seal("head-not-witnessed", head.number)

    def finish(self) -> None:
        """What is left is newer than the database."""
        if self._next is not None:
            self._report.seal("database-behind-witness", self._next.number)
        for _ in self._heads:
            pass  # its own lines are verified while they are read

    def _read(self, path: Path) -> Iterator[Head]:
        last: Head | None = None
        for line, head in witness.read(path):
            if head is None:
                self._report.seal("witness-unreadable", line)
                continue
            if last and (head.number != last.number + 1 or head.prev != last.hash()):
                self._report.seal("witness-out-of-order", head.number)
            if self._keys is not None and not is_signed(head, self._keys):
                self._report.seal("witness-not-signed", head.number)
            last = head
            yield head


def _heads(conn: Connection[Any]) -> Iterator[tuple[Head, bytes]]:
    with conn.cursor(name="verify_heads") as cursor:
        cursor.itersize = 20  # a head's leaves are up to 256 kB
        cursor.execute(_HEADS)
        for number, at, rows, size, root, prev, key, signature, leaves in cursor:
            yield (
                Head(number, microseconds(at), rows, size, bytes(root), bytes(prev), key, bytes(signature)),
                bytes(leaves),
            )


def _counts(conn: Connection[Any]) -> Iterator[tuple[int, int]]:
    with conn.cursor(name="verify_counts") as cursor:
        cursor.execute(_SEALS)
        yield from cursor
