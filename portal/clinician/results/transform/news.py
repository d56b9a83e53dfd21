"""What came since the clinician's last visit (`/screens/new`), read."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.clients.screens import NewsAnswer
from portal.clinician.results.transform import dates

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


def news_of(answer: NewsAnswer) -> News:
    """The service's answer; a kind it may bring later counts as changed."""
    reports = {r.id: r.kind if r.kind in KINDS else "changed" for r in answer.reports}
    return News(dates.show(answer.since) if answer.since else "", reports)
