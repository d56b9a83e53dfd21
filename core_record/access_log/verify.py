"""Verification of the access log without the database's functions: every chain, every seal, the witness.

All is read as streams in the order of the tables' keys, in one snapshot; memory does not grow with the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import Connection, IsolationLevel
from psycopg.pq import TransactionStatus

from core_record.access_log import verify_seals
from core_record.access_log.heads import key_name
from core_record.access_log.merkle import ACTOR_ROW, PERSON_ROW, leaf_hash
from core_record.access_log.report import ChainReport
from core_record.access_log.rowtext import (
    ACTOR_COLUMNS,
    PERSON_COLUMNS,
    actor_text,
    in_form,
    plain_values,
    row_text,
    selected,
)

PATIENCE = timedelta(minutes=1)
"""How long a row may wait for its seal, and a head for the witness."""
_ITEMS = 2000
_ROW, _SEAL, _END = 0, 1, 2
_LAST = 2**63
_LEAF = (
    "(SELECT substr(h.leaves, s.position * 32 + 1, 32) FROM core_record.log_head h WHERE h.number = s.head)"
)
_ROWS = f"SELECT {selected(PERSON_COLUMNS)}, format, prev, hash FROM core_record.access_log ORDER BY person_id, seq"  # noqa: S608, E501
_SEALS = f"SELECT person_id, seq, {_LEAF} FROM core_record.sealed_row s ORDER BY person_id, seq"  # noqa: S608
_ENDS = "SELECT person_id, seq, hash FROM core_record.access_log_head ORDER BY person_id"
_ACTOR_ROWS = f"SELECT {selected(ACTOR_COLUMNS)} FROM core_record.actor_log ORDER BY actor_hash, event_id"  # noqa: S608
_ACTOR_SEALS = f"SELECT actor_hash, event_id, {_LEAF} FROM core_record.sealed_actor_row s ORDER BY 1, 2"  # noqa: S608


def verify_all(
    conn: Connection[Any], public_keys: list[bytes] | None = None, witness: Path | None = None
) -> ChainReport:
    """Verify everything. `conn` is idle, of `akson_auditor`: all is then read in one snapshot.

    `public_keys`: 32 bytes each; None: signatures are not checked. `witness`: the file of heads; None: the
    database is not compared with anything outside it. Codes and their meaning: `report.FAULTS`.
    """
    if conn.info.transaction_status is TransactionStatus.IDLE:
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    now: datetime = row[0] if row else datetime.now(UTC)
    keys = None if public_keys is None else {key_name(key): key for key in public_keys}
    report = ChainReport()
    _verify_chains(conn, report, now)
    _verify_actor_rows(conn, report, now)
    verify_seals.verify_heads(conn, report, keys, witness, before=now - PATIENCE)
    return report


@dataclass(slots=True)
class _Chain:
    """One person's chain while it passes by."""

    person_id: UUID
    next_seq: int
    prev: bytes
    unsealed_since: datetime | None = None
    ended: bool = False

    @classmethod
    def begin(cls, person_id: UUID) -> _Chain:
        return cls(person_id, 1, hashlib.sha256(person_id.bytes).digest())


def _verify_chains(conn: Connection[Any], report: ChainReport, now: datetime) -> None:
    streams = merge(_rows(conn), _seals(conn), _ends(conn), key=lambda item: item[:3])
    chain: _Chain | None = None
    for person_id, seq, tag, values in streams:
        if chain is None or chain.person_id != person_id:
            _finish(chain, report, now)
            chain = _Chain.begin(person_id)
            report.chains += 1
        if tag == _ROW:
            _row(chain, seq, values, report)
        elif tag == _SEAL:
            _seal(chain, seq, values[0], report)
        else:
            chain.ended = True
            if (values[0], bytes(values[1])) != (chain.next_seq - 1, chain.prev):
                report.chain(person_id, None, "end-missing")
    _finish(chain, report, now)


def _row(chain: _Chain, seq: int, values: tuple[Any, ...], report: ChainReport) -> None:
    *columns, form, prev, row_hash = values
    report.rows += 1
    if seq != chain.next_seq:
        report.chain(chain.person_id, seq, "row-missing")
    elif bytes(prev) != chain.prev:
        report.chain(chain.person_id, seq, "link-broken")
    plain = plain_values(columns)
    found = hashlib.sha256(bytes(prev) + row_text(form, plain).encode()).digest()
    if found != row_hash or not in_form(form, plain):
        report.chain(chain.person_id, seq, "row-changed")
    chain.next_seq, chain.prev = seq + 1, bytes(row_hash)
    if chain.unsealed_since is None:
        chain.unsealed_since = columns[3]


def _seal(chain: _Chain, seq: int, leaf: bytes | None, report: ChainReport) -> None:
    """A seal comes right after the row it is of."""
    if chain.next_seq != seq + 1:
        report.chain(chain.person_id, seq, "sealed-row-missing")
        return
    chain.unsealed_since = None
    if leaf is None or bytes(leaf) != leaf_hash(PERSON_ROW, chain.prev):
        report.chain(chain.person_id, seq, "row-not-as-sealed")


def _finish(chain: _Chain | None, report: ChainReport, now: datetime) -> None:
    if chain is None:
        return
    if not chain.ended:
        report.chain(chain.person_id, None, "end-missing")
    if chain.unsealed_since is not None and chain.unsealed_since < now - PATIENCE:
        report.chain(chain.person_id, None, "row-not-sealed")


def _verify_actor_rows(conn: Connection[Any], report: ChainReport, now: datetime) -> None:
    streams = merge(_actor_rows(conn), _actor_seals(conn), key=lambda item: item[:3])
    row: tuple[bytes, UUID] | None = None
    row_hash, waits = b"", False
    for actor, event, tag, values in streams:
        if tag == _ROW:
            _note_waiting(report, waits)
            report.actor_rows += 1
            row, waits = (actor, event), values[2] < now - PATIENCE
            row_hash = hashlib.sha256(actor_text(plain_values(values)).encode()).digest()
        elif row != (actor, event):
            report.seal("sealed-actor-row-missing")
        else:
            waits = False
            if values[0] is None or bytes(values[0]) != leaf_hash(ACTOR_ROW, row_hash):
                report.seal("actor-row-not-as-sealed")
    _note_waiting(report, waits)


def _note_waiting(report: ChainReport, waits: bool) -> None:
    if waits:
        report.seal("actor-row-not-sealed")


def _rows(conn: Connection[Any]) -> Iterator[tuple[UUID, int, int, tuple[Any, ...]]]:
    for row in _stream(conn, "rows", _ROWS):
        yield row[0], row[1], _ROW, row


def _seals(conn: Connection[Any]) -> Iterator[tuple[UUID, int, int, tuple[Any, ...]]]:
    for row in _stream(conn, "seals", _SEALS):
        yield row[0], row[1], _SEAL, row[2:]


def _ends(conn: Connection[Any]) -> Iterator[tuple[UUID, int, int, tuple[Any, ...]]]:
    for row in _stream(conn, "ends", _ENDS):
        yield row[0], _LAST, _END, row[1:]


def _actor_rows(conn: Connection[Any]) -> Iterator[tuple[bytes, UUID, int, tuple[Any, ...]]]:
    for row in _stream(conn, "actor_rows", _ACTOR_ROWS):
        yield bytes(row[0]), row[1], _ROW, row


def _actor_seals(conn: Connection[Any]) -> Iterator[tuple[bytes, UUID, int, tuple[Any, ...]]]:
    for row in _stream(conn, "actor_seals", _ACTOR_SEALS):
        yield bytes(row[0]), row[1], _SEAL, row[2:]


def _stream(conn: Connection[Any], name: str, statement: str) -> Iterator[tuple[Any, ...]]:
    with conn.cursor(name=f"verify_{name}") as cursor:
        cursor.itersize = _ITEMS
        cursor.execute(statement.encode())
        yield from cursor
