"""SQL for writing reports. Every statement names the person first; row-level security checks it once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from kit.ids import new_id
from results_service.reports.compression import compress
from results_service.reports.models import KnownMessage, StoredVersion
from results_service.reports.packing import Entry, items_of
from results_service.reports.stored import pack, unpack
from results_service.reports.tokens import tokens_of
from results_service.reports.versions import VersionFacts

# The insert waits for a copy that is being stored just now, so that one of two copies is always the second.
_REMEMBER = """
WITH made AS (
    INSERT INTO results.known_message (message_hash, fingerprint, key_hash, intake_id, report_id, version_id)
    VALUES (%(message_hash)s, %(fingerprint)s, %(key_hash)s, %(intake_id)s, %(report_id)s, %(version_id)s)
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT is_new, others, CASE WHEN is_new AND others = '{}'
    THEN results.claim_report_key(%(key_hash)s, %(person_id)s) END
FROM (SELECT EXISTS (SELECT FROM made) AS is_new, ARRAY(
    SELECT key_hash FROM results.known_message
    WHERE message_hash = %(message_hash)s AND fingerprint <> %(fingerprint)s) AS others) AS asked
"""
_RECALL = """
SELECT intake_id, report_id, version_id, held FROM results.known_message
WHERE message_hash = %s AND fingerprint = %s
"""
_INSERT_VERSION = """
INSERT INTO results.report_version (person_id, report_id, version_id, message_id, key_hash, fingerprint,
    generated, serv_type, status, sampled, requisitions, report_date, release_class, preliminary, held,
    resources)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_VERSIONS = """
SELECT version_id, message_id, key_hash, fingerprint, generated, serv_type, status, sampled, requisitions,
    report_date, release_class, preliminary, held, resources
FROM results.report_version WHERE person_id = %s AND report_id = %s
"""
_PUT_REPORT = """
INSERT INTO results.report (person_id, report_id, version_id, effective, issued, category, status, codes,
    tags, release_class, preliminary, warnings, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (person_id, report_id) DO UPDATE SET version_id = excluded.version_id,
    effective = excluded.effective, issued = excluded.issued, category = excluded.category,
    status = excluded.status, codes = excluded.codes, tags = excluded.tags,
    release_class = excluded.release_class, preliminary = excluded.preliminary, warnings = excluded.warnings,
    body = excluded.body
"""


class Remembering:
    """Notes a message by its hashes, or recalls the copy that was noted before.

    The question is sent at once, its answer read by `answer`: in a pipeline many share one round trip.
    """

    def __init__(
        self,
        conn: Connection[Any],
        *,
        message_hash: bytes,
        fingerprint: bytes,
        key_hash: bytes,
        person_id: UUID,
        intake_id: UUID,
        report_id: UUID,
    ) -> None:
        self._conn = conn
        self._values: dict[str, Any] = {
            "message_hash": message_hash,
            "fingerprint": fingerprint,
            "key_hash": key_hash,
            "person_id": person_id,
            "intake_id": intake_id,
            "report_id": report_id,
            "version_id": new_id(),
        }
        self._cursor = conn.cursor(row_factory=tuple_row, binary=True)
        self._cursor.execute(_REMEMBER, self._values)

    def answer(self) -> KnownMessage:
        """What is known; with a message that no other shares its MsgId with comes whose number it is."""
        made, others, claimed = self._cursor.fetchone() or (False, [], None)
        names = self._values
        if made:
            ids = names["intake_id"], names["report_id"], names["version_id"]
            return KnownMessage(True, *ids, None, frozenset(others), claimed)
        hashes = (names["message_hash"], names["fingerprint"])
        intake, report, version, held = _one(self._conn, _RECALL, hashes)
        return KnownMessage(False, intake, report, version, held, frozenset(others))


def mark_held(conn: Connection[Any], message_hash: bytes, fingerprint: bytes, reason: str) -> None:
    """A copy of this message shall get the same answer: it waits for a person."""
    conn.execute(
        "UPDATE results.known_message SET held = %s WHERE message_hash = %s AND fingerprint = %s",
        (reason, message_hash, fingerprint),
    )


def claim_key(conn: Connection[Any], key_hash: bytes, person_id: UUID) -> tuple[UUID, bool]:
    """(the person the report number belongs to, whether it was free); locks the number until commit."""
    owner, first = _one(
        conn, "SELECT owner, first FROM results.claim_report_key(%s, %s)", (key_hash, person_id)
    )
    return owner, first


def add_version(conn: Connection[Any], person_id: UUID, report_id: UUID, version: StoredVersion) -> None:
    """Keep a version as it came."""
    facts = version.facts
    conn.execute(
        _INSERT_VERSION,
        (
            person_id,
            report_id,
            facts.version_id,
            version.message_id,
            version.key_hash,
            facts.fingerprint,
            facts.generated,
            facts.serv_type,
            facts.status,
            facts.sampled,
            sorted(facts.requisitions),
            facts.report_date,
            version.release_class,
            version.preliminary,
            version.held,
            pack(version.packed),
        ),
        binary=True,
    )


def versions_of(conn: Connection[Any], person_id: UUID, report_id: UUID) -> list[StoredVersion]:
    """Every version of a report, held ones too."""
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        return [_version(row) for row in cursor.execute(_VERSIONS, (person_id, report_id))]


def warnings_of(conn: Connection[Any], person_id: UUID, report_id: UUID) -> list[str]:
    """The warnings that a shown report carries for good."""
    row = conn.execute(
        "SELECT warnings FROM results.report WHERE person_id = %s AND report_id = %s", (person_id, report_id)
    ).fetchone()
    return list(row[0]) if row else []


def put_report(
    conn: Connection[Any],
    person_id: UUID,
    report_id: UUID,
    version: StoredVersion,
    body: bytes,
    warnings: list[str],
) -> None:
    """Make `version` what is shown of the report; `body` is its DiagnosticReport with notices."""
    head: Entry = version.packed.entries[0]
    conn.execute(
        _PUT_REPORT,
        (
            person_id,
            report_id,
            version.facts.version_id,
            head.effective,
            head.issued,
            head.category,
            head.status,
            tokens_of(head.codes),
            tokens_of(_codes_in(version.packed.entries)),
            version.release_class,
            version.preliminary,
            warnings,
            compress(body),
        ),
        binary=True,
    )


def drop_report(conn: Connection[Any], person_id: UUID, report_id: UUID) -> None:
    """Stop showing a companion, and forget its copy of the version."""
    where = (person_id, report_id)
    gone = conn.execute(
        "DELETE FROM results.report WHERE person_id = %s AND report_id = %s RETURNING true", where
    )
    if gone.fetchone():
        conn.execute("DELETE FROM results.report_version WHERE person_id = %s AND report_id = %s", where)


def _codes_in(entries: Sequence[Entry]) -> Iterator[str]:
    """Every code that a search for observations or by `_tag` can find the report by."""
    for entry in entries:
        yield from entry.tags
        if entry.kind == "Observation":
            yield from entry.codes


def _version(row: tuple[Any, ...]) -> StoredVersion:
    packed = unpack(row[13])
    facts = VersionFacts(
        version_id=row[0],
        generated=row[4],
        serv_type=row[5],
        status=row[6],
        fingerprint=row[3],
        sampled=row[7],
        requisitions=frozenset(row[8]),
        report_date=row[9],
        items=items_of(packed),
    )
    return StoredVersion(facts, row[1], row[2], row[10], row[11], row[12], packed)


def _one(conn: Connection[Any], query: Any, values: Any) -> tuple[Any, ...]:
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        row = cursor.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 - every query given here returns exactly one row
    return row
