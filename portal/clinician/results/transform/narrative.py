"""Pathology and radiology as text: parts with headings, diagnosis codes and who answers for them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.richtext import Paragraph, paragraphs
from portal.clinician.results.transform.settled import state_of

_LEVELS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One part. `title` is the examination, `heading` the kind of text (8243); `top` begins a new part.

    `state` as in a result row; `value` holds a measured value with unit where a part has one.
    """

    id: str = ""
    level: int = 0
    top: bool = False
    title: str = ""
    heading: str = ""
    value: str = ""
    flag: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    date: str = ""
    performer: str = ""
    state: str = ""
    history: bool = False


def blocks_of(report: Report) -> list[TextBlock]:
    """The parts, newest first with what is new before what is history; each with all below it.

    An addendum therefore comes first, followed by the latest final answer that it adds to.
    """
    roots = sorted(report.roots, key=lambda item: dates.sort_key(item.investigated), reverse=True)
    roots.sort(key=lambda item: item.history)
    return [_block(item, level, history=history) for item, level, history in _levels(roots, 0, history=False)]


def _levels(items: list[Item], level: int, *, history: bool) -> Iterator[tuple[Item, int, bool]]:
    for item in items:
        old = history or item.history
        yield item, min(level, _LEVELS_SHOWN), old
        yield from _levels(item.children, level + 1, history=old)


def _block(item: Item, level: int, *, history: bool) -> TextBlock:
    value = item.value
    measured = f"{value.shown} {value.unit}".strip() if value.kind in ("quantity", "range") else ""
    return TextBlock(
        id=item.id,
        level=level,
        top=level == 0,
        title=", ".join(part for part in (item.name, item.method) if part),
        heading=", ".join(h.label for h in value.headings),
        value=dates.show(value.number) if value.kind == "date" else measured,
        flag=item.flag,
        paragraphs=paragraphs(value.rich or value.text),
        codes=[f"{code.code} {code.display}".strip() for code in value.codes],
        notes=list(item.notes),
        details=[f"{name}: {text}" if text else name for name, text in item.extras],
        date=dates.show(item.investigated) if level == 0 else "",
        performer=item.performer if level == 0 else "",
        state=state_of(item),
        history=history,
    )
