"""The list of a person's reports: one row each, filtered and ordered."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import Item, unanswered
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.settled import outside_unflagged, report_settled

_NAMES_SHOWN = 4


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
    """One report in the list. Dates are shown ones; `sampled_raw` orders. Numbers count results."""

    id: str = ""
    sampled: str = ""
    sampled_raw: str = ""
    answered: str = ""
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
    prominent: list[str] = field(default_factory=list)
    content: str = ""
    content_more: int = 0
    settled: bool = False
    search: str = ""
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


def row_of(report: Report) -> ReportRow:
    """The row of a report."""
    items = report.items()
    names = _names(report, items)
    return ReportRow(
        id=report.id,
        sampled=dates.show(report.sampled),
        sampled_raw=report.sampled,
        answered=dates.show(report.answered),
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
        unanswered=len(waiting := _waiting(report, items)),
        commented=bool(report.comments or any(item.notes for item in items)),
        prominent=list(report.prominent),
        content=", ".join(names[:_NAMES_SHOWN]),
        content_more=max(0, len(names) - _NAMES_SHOWN),
        settled=report_settled(report),
        search=" ".join((*names, report.laboratory, report.requester, report.kind.display)).casefold(),
        waiting=waiting,
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


def newest_first(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """By sampling date; the version that was answered last stands first among equals."""
    return sorted(rows, key=lambda row: (dates.sort_key(row.sampled_raw), row.issued), reverse=True)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that pass, and how many the wish for the abnormal alone has hidden."""

    rows: list[ReportRow]
    hidden: int


def choose(rows: Iterable[ReportRow], wanted: Filters) -> Chosen:
    """The rows to show. Asking for the abnormal hides only what is surely normal, and says how many."""
    words = wanted.text.casefold().split()
    passed = [row for row in rows if _passes(row, wanted, words)]
    if not wanted.abnormal_only:
        return Chosen(passed, 0)
    kept = [row for row in passed if not row.settled]
    return Chosen(kept, len(passed) - len(kept))


def _passes(row: ReportRow, wanted: Filters, words: list[str]) -> bool:
    return (
        (not wanted.discipline or row.discipline == wanted.discipline)
        and (not wanted.laboratory or row.laboratory == wanted.laboratory)
        and all(word in row.search for word in words)
        and dates.in_days(row.sampled_raw, wanted.first_day, wanted.last_day)
    )


def order(rows: list[ReportRow], key: str, *, descending: bool) -> list[ReportRow]:
    """The rows by a column: "sampled", "kind", "laboratory", "abnormal"; rows that tie stay newest first."""
    newest = newest_first(rows)
    if key == "sampled":
        return newest if descending else newest[::-1]
    if key == "abnormal":
        return sorted(newest, key=lambda row: row.abnormal + row.outside, reverse=descending)
    return sorted(newest, key=lambda row: getattr(row, key).casefold(), reverse=descending)


def laboratories(rows: Iterable[ReportRow]) -> list[str]:
    """The laboratories of some reports, by name."""
    return sorted({row.laboratory for row in rows if row.laboratory}, key=str.casefold)


def period(rows: Iterable[ReportRow]) -> tuple[str, str]:
    """The first and the last sampling day, shown; ("", "") for no rows."""
    moments = sorted((row.sampled_raw for row in rows if row.sampled_raw), key=dates.sort_key)
    return (dates.show_day(moments[0]), dates.show_day(moments[-1])) if moments else ("", "")
