"""What came since the clinician's last visit (`/screens/new`), read."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.clinician.results.transform import dates, fhir
from portal.clinician.results.transform.fhir import Json

KINDS = ("new", "changed", "cancelled", "notice")


@dataclass(frozen=True, slots=True)
class News:
    """`since` is shown; "" at the first visit. `reports`: report → one of `KINDS`.

    `known` is false where the service could not tell.
    """

    since: str = ""
    reports: dict[str, str] = field(default_factory=dict)
    known: bool = True


NOT_KNOWN = News(known=False)


def news_of(answer: Json) -> News:
    """The service's answer; a kind it may bring later counts as changed."""
    kinds = {
        fhir.text_of(report.get("id")): fhir.text_of(report.get("kind"))
        for report in fhir.objects(answer.get("reports"))
    }
    reports = {report_id: kind if kind in KINDS else "changed" for report_id, kind in kinds.items()}
    return News(dates.show(fhir.text_of(answer.get("since"))), reports)
