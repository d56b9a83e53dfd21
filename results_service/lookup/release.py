"""What a citizen is told about reports that are not shown yet: how many, why, and from when. Never what.

Classes after Helseplattformen (HelsaMi): 1 at once, 2 after 14 days at the latest, 3 when a clinician
releases it, 4 not electronically. Preliminary reports are never released by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from results_service.reports.reading import Waiting

WAITING_SYSTEM = "http://akson.no/fhir/CodeSystem/results-waiting"
COUNT_URL = "http://akson.no/fhir/StructureDefinition/results-waiting-count"
EARLIEST_URL = "http://akson.no/fhir/StructureDefinition/results-waiting-earliest"
_TEXTS = {
    "preliminary": "{count} report(s) are preliminary and are shown when they are final.",
    "class-2": "{count} report(s) are shown after review, at the latest 14 days after they were issued.",
    "class-3": "{count} report(s) are shown when a clinician releases them.",
    "class-4": "{count} report(s) are not shown electronically. Ask the clinician who ordered them.",
}


def waiting_issues(hidden: Sequence[Waiting]) -> list[dict[str, Any]]:
    """One OperationOutcome issue (`suppressed`, FHIR R4 IssueType) for each reason."""
    return [_issue(waiting) for waiting in hidden]


def _issue(waiting: Waiting) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = [{"url": COUNT_URL, "valueInteger": waiting.count}]
    if waiting.earliest is not None:
        extensions.append(
            {"url": EARLIEST_URL, "valueDateTime": waiting.earliest.isoformat(timespec="seconds")}
        )
    return {
        "extension": extensions,
        "severity": "information",
        "code": "suppressed",
        "details": {"coding": [{"system": WAITING_SYSTEM, "code": waiting.reason}]},
        "diagnostics": _TEXTS[waiting.reason].format(count=waiting.count),
    }
