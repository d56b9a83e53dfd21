"""What may be compared over time across codes and units: an explicit table, never a likeness of names.

A row leads from one (sender, system, code, unit) to one other (system, code, unit). Since a place has at most
one way out and no way leads back, everything that may be compared meets in one place, and there is never
more than one way to get there. Which rows there are: NLK's successor codes, a selection of ours, and the
operator's file; of rows from the same place the operator's counts before NLK's, and NLK's before ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from results_service.codes.systems import LOCAL
from results_service.codes.units import is_unit, ucum

Kind = Literal["successor", "equivalent", "conversion", "apart"]
Origin = Literal["builtin", "nlk", "operator"]
KINDS: tuple[Kind, ...] = ("successor", "equivalent", "conversion", "apart")
_RANK: dict[Origin, int] = {"builtin": 0, "nlk": 1, "operator": 2}


class EquivalenceError(ValueError):
    """Rows that contradict each other or run in a ring; the text names them and says what to do."""


@lru_cache(maxsize=4096)
def unit_key(unit: str) -> str:
    """What makes two units the same: the UCUM code where it is known without doubt, else the very text."""
    text = unit.strip()
    if not is_unit(text):
        return ""
    return ucum(text) or text


class Place(Struct, frozen=True, order=True):
    """A code in a unit. `system` is an OID; `sender` the one a local code (8212) belongs to, else "".

    `unit` is a `unit_key`; in a row "" stands for every unit.
    """

    system: str
    code: str
    unit: str = ""
    sender: str = ""

    def __str__(self) -> str:
        parts = (self.sender, self.system.rpartition(".")[2], self.code, self.unit)
        return " ".join(part for part in parts if part)


class Equivalence(Struct, frozen=True):
    """One row. A conversion says: new value = value * factor + added, shown with `decimals` decimals.

    `apart` leads nowhere: it takes away what a row of lower rank says. `valid_from`: not before that day.
    """

    origin: Origin
    start: Place
    kind: Kind
    end: Place | None
    source: str
    factor: Decimal | None = None
    added: Decimal | None = None
    decimals: int | None = None
    valid_from: date | None = None

    def __str__(self) -> str:
        return f"{self.start} → {self.end or 'nothing'} ({self.kind}, {self.origin})"


class Joined(Struct, frozen=True):
    """Where a place leads in the end. `kind`: "conversion" when any step is one, else the last step's.

    Without a conversion `factor` and `added` are 1 and 0, and the number is the laboratory's own.
    """

    end: Place
    kind: Kind
    source: str
    factor: Decimal = Decimal(1)
    added: Decimal = Decimal(0)
    decimals: int | None = None


class Equivalences:
    """The table. Raises `EquivalenceError` when rows contradict each other or run in a ring."""

    def __init__(self, rows: Iterable[Equivalence] = ()) -> None:
        self._ways: dict[Place, Equivalence] = {}
        for row in sorted(rows, key=lambda row: _RANK[row.origin]):
            _refuse_contradiction(self._ways.get(row.start), row)
            self._ways[row.start] = row
        self._refuse_rings()

    def __len__(self) -> int:
        return len(self._ways)

    def __iter__(self) -> Iterator[Equivalence]:
        return iter(self._ways.values())

    def joined(self, place: Place, today: date) -> Joined | None:
        """Where results of this place are compared; None when they stay where they are."""
        steps = list(self._steps(place, today))
        if not steps:
            return None
        factor, added, decimals = Decimal(1), Decimal(0), None
        for row, _ in steps:
            if row.kind == "conversion":
                factor *= row.factor or 1
                added = added * (row.factor or 1) + (row.added or 0)
                decimals = row.decimals
        kinds = [row.kind for row, _ in steps]
        return Joined(
            end=steps[-1][1],
            kind="conversion" if "conversion" in kinds else kinds[-1],
            source="; ".join(dict.fromkeys(row.source for row, _ in steps)),
            factor=factor,
            added=added,
            decimals=decimals,
        )

    def _steps(self, place: Place, today: date | None) -> Iterator[tuple[Equivalence, Place]]:
        """Each row on the way and the place it leads to. Ends in a ring only while rings are looked for."""
        here = place
        while (row := self._way(here, today)) is not None and row.end is not None:
            unit = row.end.unit or here.unit
            here = Place(row.end.system, row.end.code, unit, row.end.sender)
            yield row, here

    def _way(self, place: Place, today: date | None) -> Equivalence | None:
        """The row from a place: for its sender before all senders, for its unit before every unit."""
        senders = (place.sender, "") if place.sender and place.system != LOCAL else (place.sender,)
        for sender in senders:
            for unit in dict.fromkeys((place.unit, "")):
                row = self._ways.get(Place(place.system, place.code, unit, sender))
                if row is not None and (today is None or not row.valid_from or row.valid_from <= today):
                    return row
        return None

    def _refuse_rings(self) -> None:
        """Walk from every row in every unit that any row names: a row for every unit may meet any of them."""
        units = {row.start.unit for row in self} | {row.end.unit for row in self if row.end}
        for row in self:
            for unit in {row.start.unit} if row.start.unit else units | {""}:
                self._refuse_ring(Place(row.start.system, row.start.code, unit, row.start.sender))

    def _refuse_ring(self, place: Place) -> None:
        seen = [place]
        for _, here in self._steps(place, None):
            if here in seen:
                ring = " → ".join(str(each) for each in [*seen[seen.index(here) :], here])
                raise EquivalenceError(f"These rows run in a ring: {ring}. Leave one of them out.")
            seen.append(here)


def _refuse_contradiction(known: Equivalence | None, row: Equivalence) -> None:
    if known is None or known.origin != row.origin:
        return
    if (known.kind, known.end, known.factor, known.added) != (row.kind, row.end, row.factor, row.added):
        raise EquivalenceError(
            f"Two rows lead from the same place: {known} and {row}. Keep the one that is right."
        )
