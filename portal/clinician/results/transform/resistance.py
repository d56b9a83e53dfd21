"""Susceptibility as a table of drugs against microbes.

Drugs lie below their microbe in the tree (RefIdResultItem → IdResultItem), in any order. Only S, I, R and K
of list 8271 are susceptibility; drugs with nearly the same name stay apart (clinical rule 11).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from portal.clients.beside import number_text
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.settled import state_of

_NUMBER = r"(?:[<>]=?|[≤≥])?\s*\d+(?:[.,]\d+)?"
_CONCENTRATION = re.compile(rf"{_NUMBER}(?:\s*[-–]\s*{_NUMBER})?(?:\s*[a-zµμ]+/[a-z]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One drug against one microbe. `answer`: S, I, R, K, another text as sent, or "" (blank stays blank)."""

    answer: str = ""
    mic: str = ""
    state: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DrugRow:
    """One drug and its cells, in the order of the microbes."""

    name: str = ""
    cells: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ResistanceTable:
    """Drugs against microbes. A microbe named "" is one that the message does not state."""

    microbes: list[str] = field(default_factory=list)
    drugs: list[DrugRow] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


def resistance(report: Report) -> ResistanceTable:
    """The report's susceptibilities; an empty table when there are none."""
    columns = list(_columns(report.roots, None))
    if not columns:
        return ResistanceTable()
    names = _distinct([_microbe(parent) for parent, _ in columns])
    by_drug: dict[tuple[str, str, str, int], list[Item | None]] = {}
    for position, (_, drugs) in enumerate(columns):
        seen: dict[tuple[str, str, str], int] = {}
        for drug in drugs:
            key = (drug.code.system, drug.code.code, drug.name)
            seen[key] = seen.get(key, 0) + 1  # the same drug twice on one microbe: two rows
            row = by_drug.setdefault((*key, seen[key]), [None] * len(columns))
            row[position] = drug
    rows = [_drug_row(cells, names, preliminary=report.preliminary) for cells in by_drug.values()]
    used = [a for a in ("S", "I", "R", "K") if any(c.answer == a for row in rows for c in row.cells)]
    return ResistanceTable(names, rows, used)


def _columns(items: list[Item], parent: Item | None) -> Iterator[tuple[Item | None, list[Item]]]:
    drugs = [item for item in items if item.resistance and not item.children and not item.repeated]
    if drugs:
        yield parent, drugs
    for item in items:
        yield from _columns(item.children, item)


def _microbe(parent: Item | None) -> str:
    if parent is None:
        return ""
    return parent.value.shown or parent.name


def _distinct(names: list[str]) -> list[str]:
    """Names told apart where two microbes have the same."""
    counted: dict[str, int] = {}
    shown: list[str] = []
    for name in names:
        counted[name] = counted.get(name, 0) + 1
        shown.append(f"{name} ({counted[name]})" if names.count(name) > 1 and name else name)
    return shown


def _drug_row(cells: list[Item | None], microbes: list[str], *, preliminary: bool) -> DrugRow:
    """`preliminary`: the whole report is, and says so."""
    name = next(item.name for item in cells if item)
    notes = [
        f"{microbe}: {note}" if microbe and len(microbes) > 1 else note
        for item, microbe in zip(cells, microbes, strict=True)
        if item
        for note in (*item.notes, *_said_of(item))
    ]
    shown = [_cell(item) for item in cells]
    if preliminary:
        shown = [replace(cell, state="") if cell.state == "preliminary" else cell for cell in shown]
    return DrugRow(name, shown, list(dict.fromkeys(notes)))


def _said_of(item: Item) -> Iterator[str]:
    """What else the laboratory says of a trial: method, limits, codes, structured information."""
    yield from item.reference
    if item.method and item.method != item.name:
        yield item.method
    if item.value.susceptibility and not item.cancelled:
        yield from (c.label for c in item.value.codes if c.code != item.value.susceptibility)
    yield from (f"{name}: {text}" if text else name for name, text in item.extras)


def _cell(item: Item | None) -> Cell:
    if item is None:
        return Cell()
    answer = item.value.susceptibility
    text = f"{concentration_text(item.value.text)} {item.value.unit}".strip() if item.value.text else ""
    state = state_of(item)
    if not answer:
        return Cell(item.value.shown, "", state)
    return Cell(answer, text if text not in (answer, _display(item, answer)) else "", state)


def concentration_text(sent: str) -> str:
    """A concentration that came as words (`<=0.250 mg/L`) with the decimal comma of other numbers; what is
    more than a number, an interval and a unit stays as it was sent."""
    return number_text(sent) if _CONCENTRATION.fullmatch(sent.strip()) else sent


def _display(item: Item, answer: str) -> str:
    return next((c.display for c in item.value.codes if c.code == answer), "")
