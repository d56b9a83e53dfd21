"""SQL for writing reports. Every statement names the person first; row-level security checks it once more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from kit.ids import new_id
from results_service.reports.compression import compress
from results_service.reports.fields import as_column, fields_of
from results_service.reports.models import KnownMessage, StoredVersion
from results_service.reports.packing import Entry, items_of
from results_service.reports.stored import RuleFacts, pack, unpack_all
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
    generated, serv_type, status, sampled, release_class, preliminary, held, resources, fields, source)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_VERSIONS = """
SELECT version_id, message_id, key_hash, fingerprint, generated, serv_type, status, sampled, requisitions,
    report_date, release_class, preliminary, held, resources, source
FROM results.report_version WHERE person_id = %s AND report_id = %s
"""
_VERSIONS_OF_KEY = _VERSIONS.replace("SELECT ", "SELECT report_id, ", 1).replace(
    "AND report_id = %s", "AND key_hash = %s"
)
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


def mark_held(
    conn: Connection[Any], message_hash: bytes, fingerprint: bytes, reason: str | None, report_id: UUID
) -> None:
    """A copy of this message shall get the same answer: it waits for a person, or (None) does so no more."""
    conn.execute(
        "UPDATE results.known_message SET held = %s, report_id = %s"
        " WHERE message_hash = %s AND fingerprint = %s",
        (reason, report_id, message_hash, fingerprint),
    )


def set_aside(
    conn: Connection[Any], person_id: UUID, report_id: UUID, version_id: UUID, new_id: UUID, reason: str
) -> None:
    """Keep a version under another id, never shown again."""
    conn.execute(
        "UPDATE results.report_version SET version_id = %s, held = %s"
        " WHERE person_id = %s AND report_id = %s AND version_id = %s",
        (new_id, reason, person_id, report_id, version_id),
    )


def keep_received(conn: Connection[Any], person_id: UUID, report_id: UUID, new: UUID, old: UUID) -> None:
    """Let the version `new` have come when `old` did."""
    conn.execute(
        "UPDATE results.report_version AS n SET received = o.received FROM results.report_version AS o"
        " WHERE n.person_id = %(person)s AND n.report_id = %(report)s AND n.version_id = %(new)s"
        " AND o.person_id = %(person)s AND o.report_id = %(report)s AND o.version_id = %(old)s",
        {"person": person_id, "report": report_id, "new": new, "old": old},
    )


def drop_held(conn: Connection[Any], person_id: UUID, report_id: UUID, version_id: UUID) -> None:
    """Take a held version away that is stored anew; the message itself stays."""
    conn.execute(
        "DELETE FROM results.report_version"
        " WHERE person_id = %s AND report_id = %s AND version_id = %s AND held IS NOT NULL",
        (person_id, report_id, version_id),
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
            version.release_class,
            version.preliminary,
            version.held,
            pack(version.packed, RuleFacts(sorted(facts.requisitions), facts.report_date)),
            as_column(fields_of(version.packed)),
            version.source,
        ),
        binary=True,
    )


def versions_of(conn: Connection[Any], person_id: UUID, report_id: UUID) -> list[StoredVersion]:
    """Every version of a report, held ones too."""
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        return [_version(row) for row in cursor.execute(_VERSIONS, (person_id, report_id))]


def versions_of_key(
    conn: Connection[Any], person_id: UUID, key_hash: bytes
) -> Iterator[tuple[UUID, StoredVersion]]:
    """Every version that came under a report number, with the report it was put in; companions too."""
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        for row in cursor.execute(_VERSIONS_OF_KEY, (person_id, key_hash)):
            yield row[0], _version(row[1:])


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
    packed, compared = unpack_all(row[13])
    if compared is None:  # stored before these lay with the rest
        compared = RuleFacts(row[8] or [], row[9])
    facts = VersionFacts(
        version_id=row[0],
        generated=row[4],
        serv_type=row[5],
        status=row[6],
        fingerprint=row[3],
        sampled=row[7],
        requisitions=frozenset(compared.requisitions),
        report_date=compared.report_date,
        items=items_of(packed),
    )
    return StoredVersion(facts, row[1], row[2], row[10], row[11], row[12], packed, row[14])


def _one(conn: Connection[Any], query: Any, values: Any) -> tuple[Any, ...]:
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        row = cursor.execute(query, values).fetchone()
    assert row is not None  # noqa: S101 - every query given here returns exactly one row
    return row
