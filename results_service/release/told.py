"""What a citizen is told beside the reports: the clinician's words, and what has changed since last seen.

Issues of the answer's OperationOutcome (severity information); the extension names the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from results_service.release import service
from results_service.release.agreements import Agreement, by_agreement_alone
from results_service.release.models import Changed
from results_service.release.service import Release

TOLD_SYSTEM = "http://akson.no/fhir/CodeSystem/results-told"
REPORT_URL = "http://akson.no/fhir/StructureDefinition/results-told-report"
AT_URL = "http://akson.no/fhir/StructureDefinition/results-told-at"
BY_URL = "http://akson.no/fhir/StructureDefinition/results-told-by"
COMMENT_URL = "http://akson.no/fhir/StructureDefinition/results-told-comment"
_TEXTS = {
    "released": "A clinician has released this report.",
    "agreed": "Shown before it was assessed, as agreed with a clinician.",
    "changed": "Changed since it was shown to the person.",
    "changed-waits": "Shown to the person before; a newer version is not released yet.",
}


async def tell(
    conn: AsyncConnection[Any], person_id: UUID, reports: Sequence[UUID], now: datetime
) -> list[dict[str, Any]]:
    """The issues for the reports shown now; and from here on they are shown."""
    issues = [
        _released(one) for one in await service.releases(conn, person_id, reports) if one.kind == "released"
    ]
    agreement, early = await by_agreement_alone(conn, person_id, reports, now)
    if agreement is not None:
        issues += [_by_agreement(one, agreement) for one in early]
    issues += [
        _changed(one, waits)
        for one, waits in await service.changed_since_shown(conn, person_id, now)
        if waits or one.report_id in reports
    ]
    if reports:
        await service.note_shown(conn, person_id, reports)
    return issues


def _released(one: Release) -> dict[str, Any]:
    by = ", ".join(part for part in (one.by_name, one.organisation) if part)
    said = [(BY_URL, "valueString", by), (COMMENT_URL, "valueString", one.comment)]
    return _issue("agreed" if one.agreed else "released", one.report_id, one.at.isoformat(), said)


def _by_agreement(report: UUID, one: Agreement) -> dict[str, Any]:
    by = ", ".join(part for part in (one.by_name, one.organisation) if part)
    return _issue("agreed", report, one.agreed_at.isoformat(), [(BY_URL, "valueString", by)])


def _changed(one: Changed, waits: bool) -> dict[str, Any]:
    return _issue("changed-waits" if waits else "changed", one.report_id, one.seen_at.isoformat(), [])


def _issue(code: str, report: UUID, at: str, said: list[tuple[str, str, str | None]]) -> dict[str, Any]:
    extensions = [{"url": REPORT_URL, "valueId": str(report)}, {"url": AT_URL, "valueDateTime": at}]
    extensions += [{"url": url, name: value} for url, name, value in said if value]
    return {
        "extension": extensions,
        "severity": "information",
        "code": "informational",
        "details": {"coding": [{"system": TOLD_SYSTEM, "code": code}]},
        "diagnostics": _TEXTS[code],
    }
