"""What has been fetched of the open patient's results, kept in this process for as long as a page needs it.

Reflex state holds the visible page alone; filters, sorting and "over time" need the whole, and must not ask
the service again for each click. An overview belongs to one tab of one session with one patient open, is made
anew whenever the page is opened, and is forgotten after a short time. It is never written down.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from portal.clinician.results.transform.listing import Summary, summary_of
from portal.clinician.results.transform.news import NOT_KNOWN, News
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.table import ResultTable
from portal.clinician.results.transform.trend import Joins, Point, merged, points_of

KEPT_SECONDS = 15 * 60
KEPT_OVERVIEWS = 200
_SECRET = secrets.token_bytes(32)


def overview_key(*parts: str) -> str:
    """A name for session, tab, patient and basis together that tells nothing of them."""
    joined = "\x1f".join(parts).encode()
    return hmac.new(_SECRET, joined, hashlib.sha256).hexdigest()


@dataclass
class Overview:
    """The reports of one patient as far as they are fetched. `total` is the service's own number of them.

    `behind`: where the rest begins, "" when there is none, None when only `total` tells.
    `table` is None until it is fetched: analyses by dates, and which codes and units are compared.
    """

    total: int = 0
    fetched: int = 0
    behind: str | None = None
    summaries: dict[str, Summary] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    versions: dict[str, list[Report]] = field(default_factory=dict)
    news: News = NOT_KNOWN
    table: ResultTable | None = None
    fetched_at: float = field(default_factory=time.monotonic)

    def add(self, reports: list[Report], total: int) -> None:
        """Take in a page of reports. An empty one ends it: there are fewer than the service said."""
        self.summaries |= {
            report.id: summary_of(report, self.news.reports.get(report.id, "")) for report in reports
        }
        self.points = merged([*self.points, *points_of(reports)])
        self.fetched += len(reports)
        self.total = total if reports else self.fetched

    def holds(self, report_id: str) -> bool:
        """Whether a report is one of the patient's, in the list or in the table."""
        return report_id in self.summaries or (self.table is not None and report_id in self.table.reports)

    @property
    def joins(self) -> Joins | None:
        """The equivalences of this patient's results; None while they are not known."""
        return self.table.joins if self.table else None

    @property
    def complete(self) -> bool:
        """Whether everything is fetched."""
        return self.fetched >= self.total if self.behind is None else not self.behind


class Overviews:
    """The overviews of all tabs, the least used forgotten first."""

    def __init__(self, most: int = KEPT_OVERVIEWS, seconds: float = KEPT_SECONDS) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[str, Overview] = OrderedDict()

    def start(self, key: str) -> Overview:
        """A new, empty overview."""
        self._forget_old()
        self._kept[key] = overview = Overview()
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return overview

    def get(self, key: str) -> Overview | None:
        """The overview of a key, if it is still kept. Its time runs from when it was fetched."""
        self._forget_old()
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def drop(self, key: str) -> None:
        """Forget one."""
        self._kept.pop(key, None)

    def _forget_old(self) -> None:
        now = time.monotonic()
        for key in [k for k, overview in self._kept.items() if now - overview.fetched_at > self._seconds]:
            del self._kept[key]


overviews = Overviews()
