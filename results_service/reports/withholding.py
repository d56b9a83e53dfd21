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

from core_record.access.service import Restrictions
from kit import wire
from results_service.reports.fields import ANY, fields_of
from results_service.reports.showing import EARLIER_VERSION, beside_id
from results_service.reports.stored import unpack

GENERAL = "General"
OUTCOME_SYSTEM = "http://nhn.no/fhir/nilar/CodeSystem/pvk-outcome-cs"

# Decided by the columns. Versions stored before there were any come with what decides instead; versions shown
# beside another come too, since the other decides of them.
_VERSIONS = """
SELECT report_id, covered, companion, message_id, resources FROM (
    SELECT v.report_id::text, %(companion)s = ANY(r.warnings) AS companion,
        coalesce(%(by_field)s AND (v.fields = %(any)s
            OR string_to_array(v.fields, ' ') && %(fields)s::text[]), false)
        OR coalesce(v.source = ANY(%(below)s::text[]), false) AS covered,
        CASE WHEN %(by_source)s AND v.source IS NULL THEN v.message_id END AS message_id,
        CASE WHEN %(by_field)s AND v.fields IS NULL THEN v.resources END AS resources
    FROM results.report r JOIN results.report_version v USING (person_id, report_id)
    WHERE r.person_id = %(person)s AND v.held IS NULL
) AS known WHERE covered OR companion OR message_id IS NOT NULL OR resources IS NOT NULL
"""
_SHOWN = "SELECT report_id::text FROM results.report WHERE person_id = %s"
# What lies below an organisation, as far down as organisations go (owner, hospital, department).
_BELOW = """
SELECT o.org_number FROM core_record.organisation o
LEFT JOIN core_record.organisation p ON p.org_number = o.parent
WHERE o.org_number = ANY(%(wanted)s) OR o.parent = ANY(%(wanted)s) OR p.parent = ANY(%(wanted)s)
"""


class _Version(Struct, frozen=True):
    """A version that its columns say is covered, or of which something else is to be asked.

    `report_id` is text, since it goes back to the database in a text.
    """

    report_id: str
    covered: bool
    companion: bool
    message_id: UUID | None
    resources: bytes | None


async def withhold(
    conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions, *, apply: bool
) -> int:
    """How many of the person's shown reports the restrictions cover; `apply` hides them until commit.

    What `core_record.access.look_up` asks of this service; called before anything is read.
    """
    covered = await covered_reports(conn, person_id, restrictions)
    if apply and covered:
        await _name(conn, covered)
    return len(covered)


async def _name(conn: AsyncConnection[Any], covered: Iterable[str]) -> None:
    """Name them to the second wall (migration 0015), by the last digit of their ids."""
    named: dict[str, list[str]] = {digit: [] for digit in "0123456789abcdef"}
    for report in covered:
        named[report[-1]].append(report)
    settings: list[sql.Composable] = [sql.SQL("SET LOCAL akson.withheld = 'some'")]
    settings += [
        sql.SQL("SET LOCAL {} = {}").format(
            sql.Identifier("akson", f"withheld_{digit}"), sql.Literal(",".join(reports))
        )
        for digit, reports in named.items()
    ]
    await conn.execute(sql.SQL("; ").join(settings), prepare=False)


async def covered_reports(
    conn: AsyncConnection[Any], person_id: UUID, restrictions: Restrictions
) -> frozenset[str]:
    """The ids of the shown reports that the restrictions cover, with those shown beside them."""
    if restrictions.everything:
        return frozenset(report for (report,) in await _rows(conn, _SHOWN, (person_id,)))
    below = await _below(conn, restrictions.sources)
    versions = await _versions(conn, person_id, restrictions.fields, below)
    sources = await _from_sources(conn, {v.message_id for v in versions if v.message_id}, below)
    covered = {
        version.report_id
        for version in versions
        if version.covered
        or version.message_id in sources
        or (version.resources and fields_of(unpack(version.resources)) & restrictions.fields)
    }
    if companions := {version.report_id for version in versions if version.companion}:
        covered |= companions & {str(beside_id(UUID(report))) for report in covered}
    return frozenset(covered)


def withheld_issue() -> dict[str, Any]:
    """What a reader is told: that something is withheld; neither what nor how much."""
    return {
        "severity": "information",
        "code": "suppressed",
        "details": {"coding": [{"system": OUTCOME_SYSTEM, "code": GENERAL}]},
        "diagnostics": "The person has restricted some data. They can be opened with the person's consent"
        " (FORHOYET_SAMTYKKE), or in an emergency (FORHOYET_AKUTT); the person is told.",
    }


async def _versions(
    conn: AsyncConnection[Any], person_id: UUID, fields: Iterable[str], below: frozenset[str]
) -> list[_Version]:
    wanted = sorted(fields)
    values = {
        "person": person_id,
        "by_field": bool(wanted),
        "fields": wanted,
        "any": ANY,
        "companion": EARLIER_VERSION,
        "by_source": bool(below),
        "below": sorted(below),
    }
    return [_Version(*row) for row in await _rows(conn, _VERSIONS, values)]


async def _below(conn: AsyncConnection[Any], sources: frozenset[str]) -> frozenset[str]:
    """The organisations that are, or lie below, the sources."""
    if not sources:
        return frozenset()
    return sources | {number for (number,) in await _rows(conn, _BELOW, {"wanted": list(sources)})}


async def _from_sources(
    conn: AsyncConnection[Any], messages: set[UUID], below: frozenset[str]
) -> frozenset[UUID]:
    """Which of the messages one of the sources sent. Without a sender on record it counts as sent."""
    if not messages:
        return frozenset()
    asked = "SELECT id, sender FROM results.intake_message WHERE id = ANY(%s)"
    senders: dict[UUID, str | None] = dict(await _rows(conn, asked, (list(messages),)))
    return frozenset(m for m in messages if senders.get(m) is None or senders[m] in below)


async def _rows(conn: AsyncConnection[Any], query: str, values: Any) -> list[Any]:
    (result,) = await wire.run(conn, (wire.composed(query.encode()), values))
    return wire.rows(conn, result)
