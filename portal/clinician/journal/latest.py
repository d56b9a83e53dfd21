"""The table of results → the newest reports in a few lines, and what a prescriber looks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from portal.clients.beside import number_text
from portal.clients.screens import Row, TableAnswer, Value
from portal.clinician.results.transform import dates

SHOWN = 6
FLAGS = {"1": "high", "2": "low", "3": "outside"}
PRESCRIBING = {
    "egfr": frozenset({"NOR15245", "NOR25909", "NOR25910", "NOR25911", "NOR25997", "NOR35278"}),
    "potassium": frozenset({"NPU03230", "NOR25614"}),
    "inr": frozenset({"NPU01685"}),
}
"""What is looked at before something is prescribed → codes of NLK, of plasma and serum."""


@dataclass
class LatestReport:
    """One report. `marked`: how many of its values carry the laboratory's flag; `news` as in the list."""

    key: str
    when: str
    kind: str
    laboratory: str
    marked: int = 0
    preliminary: bool = False
    news: str = ""


@dataclass
class Newest:
    """The newest value of something. `name` is a key of `PRESCRIBING`; empty `shown`: there is none."""

    name: str
    shown: str = ""
    when: str = ""
    flag: str = ""


@dataclass
class Latest:
    """`known` is false where the results could not be fetched or are not open to the reader."""

    known: bool = False
    withheld: bool = False
    total: int = 0
    fresh: int = 0
    since: str = ""
    reports: list[LatestReport] = field(default_factory=list)


def latest(answer: TableAnswer | None) -> Latest:
    """The newest reports by their newest sampling; all of what is new is counted."""
    if answer is None:
        return Latest()
    news = {one.id: one.kind for one in answer.news.reports} if answer.news else {}
    since = answer.news.since if answer.news else None
    at: dict[int, str] = {}
    marked: dict[int, int] = {}
    for _, value in _values(answer):
        if dates.sort_key(value.at) > dates.sort_key(at.get(value.report, "")):
            at[value.report] = value.at
        marked[value.report] = marked.get(value.report, 0) + bool(value.flag)
    order = sorted(range(len(answer.reports)), key=lambda n: dates.sort_key(at.get(n, "")), reverse=True)
    made = [_report(answer, n, at.get(n, ""), marked.get(n, 0), news) for n in order]
    return Latest(
        True, answer.withheld, len(made), len(news), dates.show(since) if since else "", made[:SHOWN]
    )


def prescribing(answer: TableAnswer | None) -> list[Newest]:
    """The newest eGFR, potassium and INR, each also when there is none."""
    return [_newest(name, codes, _rows(answer) if answer else ()) for name, codes in PRESCRIBING.items()]


def _report(answer: TableAnswer, place: int, at: str, marked: int, news: dict[str, str]) -> LatestReport:
    head = answer.reports[place]
    when = dates.show_day(at or head.issued)
    found = news.get(head.id, "")
    return LatestReport(head.id, when, head.kind, head.laboratory, marked, head.preliminary, found)


def _newest(name: str, codes: frozenset[str], rows: Iterable[Row]) -> Newest:
    found = [(value, row.unit) for row in rows if row.code in codes for value in row.values if value.value]
    if not found:
        return Newest(name)
    value, unit = max(found, key=lambda one: dates.sort_key(one[0].at))
    said = number_text(value.value) if value.is_number else value.value
    shown = f"{value.comparator}{said} {value.unit or unit}".strip()
    return Newest(name, shown, dates.show_day(value.at), FLAGS.get(value.flag, "other" if value.flag else ""))


def _values(answer: TableAnswer) -> Iterator[tuple[Row, Value]]:
    return ((row, value) for row in _rows(answer) for value in row.values)


def _rows(answer: TableAnswer) -> Iterator[Row]:
    return (row for one in answer.fields for group in one.groups for row in group.rows)
