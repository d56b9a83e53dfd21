"""The list of a person's reports: one row each, filtered and ordered."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import Item, unanswered
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.settled import outside_unflagged, report_settled

_NAMES_SHOWN = 4
# The service shows a final version beside the preliminary one that came after it.
EARLIER = "earlier-version"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A test that is ordered or taken and not yet answered."""

    name: str
    status: str
    sampled: str
    laboratory: str
    report_id: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report in the list. Numbers count results; an `earlier` one stands beside a newer.

    `news`: "" | "new" | "changed" | "cancelled" | "notice", since the clinician's last visit.
    """

    id: str = ""
    sampled: str = ""
    sampling_known: bool = True
    issued: str = ""
    kind: str = ""
    kind_code: str = ""
    discipline: str = "laboratory"
    laboratory: str = ""
    requester: str = ""
    status: str = ""
    preliminary: bool = False
    test: bool = False
    abnormal: int = 0
    outside: int = 0
    resistant: int = 0
    unanswered: int = 0
    commented: bool = False
    notices: int = 0
    earlier: bool = False
    prominent: list[str] = field(default_factory=list)
    content: str = ""
    content_more: int = 0
    news: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A report's row with what it is found, ordered and filtered by, which stays on the server."""

    row: ReportRow
    sampled: str = ""
    issued: str = ""
    search: str = ""
    settled: bool = False
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list to show; an empty value sets no limit. Days are `YYYY-MM-DD`."""

    text: str = ""
    discipline: str = ""
    laboratory: str = ""
    first_day: str = ""
    last_day: str = ""
    abnormal_only: bool = False
    new_only: bool = False


def summary_of(report: Report, news: str = "") -> Summary:
    """A report in the list."""
    items = report.items()
    names = _names(report, items)
    waiting = _waiting(report, items)
    found_by = (*names, report.laboratory, report.requester, report.kind.display, report.number)
    return Summary(
        row=replace(_row(report, items, names, len(waiting)), news=news),
        sampled=report.sampled,
        issued=report.issued,
        search=" ".join(found_by).casefold(),
        settled=report_settled(report),
        waiting=waiting,
    )


def _row(report: Report, items: list[Item], names: list[str], unanswered_count: int) -> ReportRow:
    return ReportRow(
        id=report.id,
        sampled=dates.show(report.sampled),
        sampling_known=report.sampling_known,
        issued=dates.show(report.issued),
        kind=report.kind.display,
        kind_code=report.kind.code,
        discipline=report.discipline,
        laboratory=report.laboratory,
        requester=report.requester,
        status=report.status,
        preliminary=report.preliminary,
        test=report.test,
        abnormal=sum(bool(item.flag) for item in items),
        outside=sum(outside_unflagged(item) for item in items),
        resistant=sum(item.value.susceptibility == "R" for item in items),
        unanswered=unanswered_count,
        commented=bool(report.comments or any(item.notes for item in items)),
        notices=sum(notice.code != EARLIER for notice in report.notices),
        earlier=any(notice.code == EARLIER for notice in report.notices),
        prominent=list(report.prominent),
        content=", ".join(names[:_NAMES_SHOWN]),
        content_more=max(0, len(names) - _NAMES_SHOWN),
    )


def _names(report: Report, items: list[Item]) -> list[str]:
    """What the report holds: analyses by name, findings of cultures by their own text."""
    shown = [item.name for item in items if item.name and not item.resistance]
    found = [
        item.value.shown
        for item in items
        if any(child.resistance for child in item.children) and item.value.kind == "text"
    ]
    return list(dict.fromkeys((*found, *shown))) or [i.heading for i in report.information if i.heading][:1]


def _waiting(report: Report, items: list[Item]) -> tuple[Waiting, ...]:
    """Ordered and not answered; a planned report that lists no tests waits as a whole."""
    if report.cancelled:
        return ()
    if not items and report.status == "registered":
        return (_wait(report, report.kind.display, report.status, report.sampled),)
    return tuple(
        _wait(report, item.name, item.status, item.effective or report.sampled)
        for item in unanswered(report.roots)
    )


def _wait(report: Report, name: str, status: str, sampled: str) -> Waiting:
    return Waiting(name, status, dates.show(sampled), report.laboratory, report.id)


def newest_first(found: Iterable[Summary]) -> list[Summary]:
    """By sampling date; the version that was answered last stands first among equals."""
    return sorted(found, key=lambda s: (dates.sort_key(s.sampled), dates.sort_key(s.issued)), reverse=True)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The reports that pass, and how many the wish for the abnormal alone has hidden."""

    passed: list[Summary]
    hidden: int


def choose(found: Iterable[Summary], wanted: Filters) -> Chosen:
    """The reports to show. Asking for the abnormal hides only what is surely normal, and says how many."""
    words = wanted.text.casefold().split()
    passed = [summary for summary in found if _passes(summary, wanted, words)]
    if not wanted.abnormal_only:
        return Chosen(passed, 0)
    kept = [summary for summary in passed if not summary.settled]
    return Chosen(kept, len(passed) - len(kept))


def _passes(summary: Summary, wanted: Filters, words: list[str]) -> bool:
    return (
        (not wanted.discipline or summary.row.discipline == wanted.discipline)
        and (not wanted.laboratory or summary.row.laboratory == wanted.laboratory)
        and (not wanted.new_only or bool(summary.row.news))
        and all(word in summary.search for word in words)
        and dates.in_days(summary.sampled, wanted.first_day, wanted.last_day)
    )


def order(found: Iterable[Summary], key: str, *, descending: bool) -> list[Summary]:
    """By a column: "sampled", "kind", "laboratory" or "abnormal"; those that tie stay newest first."""
    newest = newest_first(found)
    if key == "kind":
        return sorted(newest, key=lambda s: s.row.kind.casefold(), reverse=descending)
    if key == "laboratory":
        return sorted(newest, key=lambda s: s.row.laboratory.casefold(), reverse=descending)
    if key == "abnormal":
        return sorted(newest, key=lambda s: s.row.abnormal + s.row.outside, reverse=descending)
    return newest if descending else newest[::-1]


def laboratories(found: Iterable[Summary]) -> list[str]:
    """The laboratories of some reports, by name."""
    return sorted({s.row.laboratory for s in found if s.row.laboratory}, key=str.casefold)


def period(found: Iterable[Summary]) -> tuple[str, str]:
    """The first and the last sampling day, shown; ("", "") for none."""
    moments = sorted((s.sampled for s in found if s.sampled), key=dates.sort_key)
    return (dates.show_day(moments[0]), dates.show_day(moments[-1])) if moments else ("", "")
