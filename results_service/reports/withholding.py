"""What a sperring keeps from a reader: which reports it covers, and taking them out of the transaction.

A report is covered as a whole, by any of its accepted versions: it is shown as a whole, and an earlier
version tells what the shown one says. What is covered is named to the database, whose row-level security
then shows no row of it, whoever reads (migration 0006).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, sql
from psycopg.rows import tuple_row

from core_record.access.service import Restrictions
from core_record.privacy.service import FIELDS
from results_service.reports.packing import Packed
from results_service.reports.showing import beside_id
from results_service.reports.stored import unpack

GENERAL = "General"
OUTCOME_SYSTEM = "http://nhn.no/fhir/nilar/CodeSystem/pvk-outcome-cs"
_FIELDS_OF_KIND = {
    **dict.fromkeys(("PAT", "CYTO", "HIST", "MPAT", "OBD"), "PAT"),
    **dict.fromkeys(("RAD", "BLD", "CT", "MA", "MR", "RTG", "UL"), "RAD"),
    **dict.fromkeys(("NUK", "SCI"), "NUK"),
    **{code: code for code in ("CLIN", "MBIO", "MGEN", "FARM", "IMTR")},
}
"""Kind of message (Volven 8202) → field of medicine. Kinds of no one field (LAB, AN, MORS) have none."""

_VERSIONS = """
SELECT v.report_id, v.message_id, CASE WHEN %(content)s THEN v.resources END
FROM results.report_version v
WHERE v.person_id = %(person)s AND v.held IS NULL AND EXISTS (
    SELECT 1 FROM results.report r WHERE r.person_id = v.person_id AND r.report_id = v.report_id)
"""
# What lies below an organisation, as far down as organisations go (owner, hospital, department).
_BELOW = """
SELECT o.org_number FROM core_record.organisation o
LEFT JOIN core_record.organisation p ON p.org_number = o.parent
WHERE o.org_number = ANY(%(wanted)s) OR o.parent = ANY(%(wanted)s) OR p.parent = ANY(%(wanted)s)
"""


class _Version(Struct, frozen=True):
    report_id: UUID
    message_id: UUID
    packed: Packed | None


async def withhold(
    conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions, *, apply: bool
) -> int:
    """How many of the person's shown reports the restrictions cover; `apply` hides them until commit.

    What `core_record.access.look_up` asks of this service; called before anything is read.
    """
    covered = await covered_reports(conn, person_id, restrictions)
    if apply and covered:
        named = ",".join(sorted(str(report) for report in covered))
        await conn.execute(sql.SQL("SET LOCAL akson.withheld = {}").format(sql.Literal(named)), prepare=False)
    return len(covered)


async def covered_reports(
    conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions
) -> frozenset[UUID]:
    """The ids of the shown reports that the restrictions cover, with those shown beside them."""
    content = bool(restrictions.fields) and not restrictions.everything
    versions = await _versions(conn, person_id, content=content)
    if restrictions.everything:
        return frozenset(version.report_id for version in versions)
    sources = await _from_sources(conn, versions, restrictions.sources)
    covered = {
        version.report_id
        for version in versions
        if version.message_id in sources or fields_of(version.packed) & restrictions.fields
    }
    shown = {version.report_id for version in versions}
    return frozenset(covered | ({beside_id(report) for report in covered} & shown))


def fields_of(packed: Packed | None) -> frozenset[str]:
    """The fields of medicine of a version: of each of its results, and of its kind of message.

    One that says no field, with results that say none, may be of any of them: nothing is guessed.
    """
    if packed is None:
        return frozenset()
    kinds = (coding.rpartition("|")[2] for coding in packed.entries[0].codes)
    of_kind = {field for field in map(_FIELDS_OF_KIND.get, kinds) if field}
    results = [entry.category for entry in packed.entries if entry.kind == "Observation"]
    if not of_kind and (not results or None in results):
        return frozenset(FIELDS)
    return frozenset(of_kind | {field for field in results if field})


def withheld_issue() -> dict[str, Any]:
    """What a reader is told: that something is withheld; neither what nor how much."""
    return {
        "severity": "information",
        "code": "suppressed",
        "details": {"coding": [{"system": OUTCOME_SYSTEM, "code": GENERAL}]},
        "diagnostics": "The person has restricted some data. They can be opened with the person's consent"
        " (FORHOYET_SAMTYKKE), or in an emergency (FORHOYET_AKUTT); the person is told.",
    }


async def _versions(conn: AsyncConnection[Any], person_id: UUID, *, content: bool) -> list[_Version]:
    async with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        await cursor.execute(_VERSIONS, {"person": person_id, "content": content})
        rows = await cursor.fetchall()
    return [_Version(report, message, unpack(data) if data else None) for report, message, data in rows]


async def _from_sources(
    conn: AsyncConnection[Any], versions: Iterable[_Version], sources: frozenset[str]
) -> frozenset[UUID]:
    """The messages that a source sent. One whose sender is not on record counts as sent by any."""
    messages = {version.message_id for version in versions}
    if not sources or not messages:
        return frozenset()
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(_BELOW, {"wanted": list(sources)})
        below = {org_number for (org_number,) in await cursor.fetchall()}
        await cursor.execute(
            "SELECT id, sender FROM results.intake_message WHERE id = ANY(%s)", (list(messages),)
        )
        senders: dict[UUID, str | None] = dict(await cursor.fetchall())
    return frozenset(m for m in messages if senders.get(m) is None or senders[m] in below)
