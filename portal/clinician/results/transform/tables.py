"""Laboratory results as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.narrative import EMPTY_HEADINGS
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.richtext import Paragraph, paragraphs
from portal.clinician.results.transform.settled import Placed, outside_unflagged, placed, settled
from portal.clinician.results.transform.trend import Point, analysis_key, previous
from portal.clinician.results.transform.values import Value

_SHORT = 40
_LEVELS_SHOWN = 5
_PLAIN_HEADINGS = ("AN", "LR", "RSB")  # 8243: what every laboratory result is


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result in the table. `value` is as sent, with its comparator; `texts` need a line of their own.

    `state`: as `state_of` says. `flag`: "high" | "low" | "outside" | "other" | "". `ours`: "above" | "below".
    """

    id: str = ""
    level: int = 0
    name: str = ""
    code: str = ""
    value: str = ""
    unit: str = ""
    flag: str = ""
    flag_text: str = ""
    ours: str = ""
    reference: str = ""
    state: str = ""
    history: bool = False
    texts: list[Paragraph] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    previous: str = ""
    previous_date: str = ""
    previous_flag: str = ""
    analysis: str = ""
    numeric: bool = False
    settled: bool = False


def rows_of(report: Report, points: Iterable[Point] = ()) -> list[ResultRow]:
    """The report's results as rows, parents before children, without the susceptibilities."""
    known = list(points)
    several = len({item.specimen for item in report.items() if item.specimen}) > 1
    return [
        _row(place, report, known, several_samples=several)
        for place in placed(report.roots)
        if not place.item.resistance or place.item.children  # with results below it, it stands in no cell
    ]


def _row(place: Placed, report: Report, points: list[Point], *, several_samples: bool) -> ResultRow:
    item = place.item
    value = item.value
    short, texts = _short_or_long(value)
    heading = ", ".join(h.label for h in value.headings if h.code not in EMPTY_HEADINGS)
    name = item.name or heading
    if not name and item.children:  # a group is called by its text
        name, short = short, ""
    before = previous(points, item, report) if value.kind != "none" else None
    return ResultRow(
        id=item.id,
        level=min(place.level, _LEVELS_SHOWN),
        name=name,
        code=item.code.code,
        value=short,
        unit=value.unit,
        flag=item.flag,
        flag_text=item.flag_text,
        ours=item.judged if outside_unflagged(item) else "",
        reference="; ".join(item.reference),
        state=place.state,
        history=place.history,
        texts=texts,
        codes=_codes(value),
        notes=list(item.notes),
        details=_details(item, report, _said_by(value) if item.name else "", several_samples=several_samples),
        previous=f"{before.shown} {before.unit}".strip() if before and len(before.shown) <= _SHORT else "",
        previous_date=dates.show_day(before.sampled) if before and len(before.shown) <= _SHORT else "",
        previous_flag=before.flag if before else "",
        analysis="" if value.kind == "none" else analysis_key(item, report.sender),
        numeric=value.kind == "quantity",
        settled=settled(item),
    )


def _short_or_long(value: Value) -> tuple[str, list[Paragraph]]:
    """A value for the cell, or paragraphs for a line of their own."""
    if value.kind == "date":
        return dates.show(value.number), []
    if value.kind != "text":
        return value.shown, []
    parts = paragraphs(value.rich or value.text)
    if len(parts) == 1 and len(parts[0].text) <= _SHORT and "\n" not in parts[0].text:
        return parts[0].text, []
    if not parts:
        return ", ".join(c.label for c in value.codes), []
    return "", parts


def _codes(value: Value) -> list[str]:
    """The codes of a text result, where their names say more than the text does."""
    if not value.text:
        return []
    return [f"{c.code} {c.display}".strip() for c in value.codes if c.display and c.display != value.text]


def _said_by(value: Value) -> str:
    """What kind of text a result is (8243), where that is more than a result."""
    return ", ".join(h.label for h in value.headings if h.code not in (*EMPTY_HEADINGS, *_PLAIN_HEADINGS))


def _details(item: Item, report: Report, heading: str, *, several_samples: bool) -> list[str]:
    """Small print of a row: kind of text, its sample, its own time, method, and structured information."""
    own_time = (
        item.effective
        and not item.children
        and dates.sort_key(item.effective) != dates.sort_key(report.sampled)
    )
    shown = (
        heading,
        item.specimen if several_samples else "",
        dates.show(item.effective) if own_time else "",
        item.method if item.method != item.name else "",
        *(f"{name}: {text}" if text else name for name, text in item.extras),
    )
    return [text for text in shown if text]


@dataclass(frozen=True, slots=True)
class VisibleRows:
    """The rows in sight and how many the wish for the abnormal alone has hidden."""

    rows: list[ResultRow]
    hidden: int


def visible(rows: list[ResultRow], *, abnormal_only: bool) -> VisibleRows:
    """All rows, or those that are abnormal or undecided. A tree is hidden as a whole or not at all."""
    if not abnormal_only:
        return VisibleRows(rows, 0)
    kept: list[ResultRow] = []
    hiding = False
    for row in rows:
        if row.level == 0:
            hiding = row.settled
        if not hiding:
            kept.append(row)
    return VisibleRows(kept, len(rows) - len(kept))
