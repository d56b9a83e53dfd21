"""Pathology and radiology as text: parts with headings, diagnosis codes and who answers for them."""

from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.richtext import Paragraph, paragraphs
from portal.clinician.results.transform.settled import Placed, placed

_LEVELS_SHOWN = 3
# 8243 Gruppe and Uspesifisert say nothing to a reader.
EMPTY_HEADINGS = ("GR", "XX")


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One part. `title` is the examination, `heading` the kind of text (8243); `top` begins a new part.

    `state` as in a result row; `value` holds a measured value with unit where a part has one (of a text only
    its unit).
    """

    id: str = ""
    level: int = 0
    top: bool = False
    title: str = ""
    heading: str = ""
    value: str = ""
    flag: str = ""
    flag_text: str = ""
    reference: str = ""
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
    named: dict[str, str] = {}
    for root in roots:
        if not root.name and (examined := [child for child in root.children if _only_a_name(child)]):
            named[root.id] = "; ".join(_title(child) for child in examined)
            named |= {child.id: "" for child in examined}
    return [
        _block(place, named.get(place.item.id, _title(place.item)))
        for place in placed(roots)
        if named.get(place.item.id) != ""
    ]


def _title(item: Item) -> str:
    return ", ".join(part for part in (item.name, item.method) if part)


def _only_a_name(item: Item) -> bool:
    """Whether an examination says nothing but what was examined: it is the heading of the text above it."""
    silent = item.value.kind == "none" and not (item.notes or item.extras or item.children)
    return silent and bool(item.name) and item.status in ("final", "preliminary", "amended")


def _block(place: Placed, title: str) -> TextBlock:
    item, value, top = place.item, place.item.value, place.level == 0
    measured = f"{value.shown} {value.unit}".strip() if value.kind in ("quantity", "range") else value.unit
    return TextBlock(
        id=item.id,
        level=min(place.level, _LEVELS_SHOWN),
        top=top,
        title=title,
        heading=", ".join(h.label for h in value.headings if h.code not in EMPTY_HEADINGS),
        value=dates.show(value.number) if value.kind == "date" else measured,
        flag=item.flag,
        flag_text=item.flag_text,
        reference="; ".join(item.reference),
        paragraphs=paragraphs(value.rich or value.text),
        codes=[f"{code.code} {code.display}".strip() for code in value.codes],
        notes=list(item.notes),
        details=[f"{name}: {text}" if text else name for name, text in item.extras],
        date=dates.show(item.investigated) if top else "",
        performer=item.performer if top else "",
        state=place.state,
        history=place.history,
    )
