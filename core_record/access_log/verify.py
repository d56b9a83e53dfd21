"""Verification of the access log: each chain is rebuilt from its rows, without the database's functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from kit.db import set_person_sync

FORMAT = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# In the order of `access_log_text` (migration 0002).
_HASHED = (
    "person_id, seq, event_id, at, db_role, actor_kind, actor_hash, actor_name, hpr_number, role,"
    " organisation, organisation_name, place, place_name, basis, reason, relation, action, items::text,"
    " outcome, outcome_code, correlation_id, attestation_id, withheld::text"
)


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong with a chain, and at which row (None: the chain as a whole)."""

    person_id: UUID
    seq: int | None
    code: str


@dataclass(slots=True)
class ChainReport:
    """The result of verifying: chains and rows seen, and every fault."""

    chains: int = 0
    rows: int = 0
    faults: list[ChainFault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """True when nothing was found."""
        return not self.faults


def verify_chain(conn: Connection[Any], person_id: UUID, report: ChainReport | None = None) -> ChainReport:
    """Rebuild one person's chain; faults: `row-missing`, `row-changed`, `link-broken`, `end-missing`.

    `conn` is in a transaction of the owner; it serves `person_id` afterwards.
    """
    report = report or ChainReport()
    report.chains += 1
    set_person_sync(conn, person_id)
    head = conn.execute(
        "SELECT seq, hash FROM core_record.access_log_head WHERE person_id = %s", (person_id,)
    ).fetchone()
    rows = conn.execute(
        f"SELECT {_HASHED}, format, prev, hash FROM core_record.access_log WHERE person_id = %s ORDER BY seq",  # noqa: S608
        (person_id,),
    )
    expected_seq, expected_prev = 1, hashlib.sha256(person_id.bytes).digest()
    for *values, form, prev, row_hash in rows:
        report.rows += 1
        seq = values[1]
        text = _text(form, values)
        codes = _faults(text, seq, bytes(prev), bytes(row_hash), expected_seq, expected_prev)
        report.faults += [ChainFault(person_id, seq, code) for code in codes]
        expected_seq, expected_prev = seq + 1, bytes(row_hash)
    if head is None or (head[0], bytes(head[1])) != (expected_seq - 1, expected_prev):
        report.faults.append(ChainFault(person_id, None, "end-missing"))
    return report


def verify_all(conn: Connection[Any]) -> ChainReport:
    """Verify every chain. `conn` is in a transaction of the owner (`akson_owner`).

    Chains are found both by their heads and by all known persons, so that a removed head is noticed.
    """
    report = ChainReport()
    for person_id, has_head in _persons(conn):
        set_person_sync(conn, person_id)
        if has_head or _has_rows(conn, person_id):
            verify_chain(conn, person_id, report)
    return report


def _persons(conn: Connection[Any]) -> Iterator[tuple[UUID, bool]]:
    yield from conn.execute(
        "SELECT person_id, bool_or(has_head) FROM ("
        " SELECT person_id, true AS has_head FROM core_record.access_log_head"
        " UNION ALL SELECT person_id, false FROM core_record.person_number) p GROUP BY person_id"
    ).fetchall()


def _has_rows(conn: Connection[Any], person_id: UUID) -> bool:
    found = conn.execute("SELECT 1 FROM core_record.access_log WHERE person_id = %s LIMIT 1", (person_id,))
    return found.fetchone() is not None


def _faults(
    text: str, seq: int, prev: bytes, row_hash: bytes, expected_seq: int, expected_prev: bytes
) -> Iterator[str]:
    if seq != expected_seq:
        yield "row-missing"
    elif prev != expected_prev:
        yield "link-broken"
    if hashlib.sha256(prev + text.encode()).digest() != row_hash:
        yield "row-changed"


def _text(form: int, values: list[Any]) -> str:
    """The row as PostgreSQL's `jsonb_build_array(...)::text` prints it; form 1 has two columns fewer."""
    return json.dumps([form, *map(_plain, values if form > 1 else values[:-2])], ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
