"""Which resources of one report belong in an answer: includes followed, trees of observations made whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from results_service.lookup.parameters import Include
from results_service.reports.packing import Entry
from results_service.reports.stored import Place, Shape

Hung = Entry | Place


def reach(entries: Sequence[Hung], matches: Iterable[int], includes: Sequence[Include]) -> list[int]:
    """Places of everything that goes with the matches, without them, in the order of the report.

    An observation never comes without the rest of its tree, since a member alone can say the opposite of the
    whole (HL7Norway/NILAR: hierarchies via hasMember are shown as a whole).
    """
    start = list(matches)
    found = _whole_trees(entries, start)
    fresh = set(start)
    first = True
    while fresh:
        active = [i for i in includes if first or i.iterate]
        added = _follow(entries, fresh | (found if first else set()), active) - found - fresh
        added = _whole_trees(entries, added) - found
        found |= added
        fresh, first = added, False
    return sorted(found - set(start))


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """What goes with a report of some shape: the places, the kind of each, and how many of each kind."""

    places: Sequence[int]
    kinds: Sequence[str]
    counts: Mapping[str, int]


@lru_cache(maxsize=4096)
def reach_from_report(shape: Shape, includes: tuple[Include, ...]) -> Reached:
    """`reach` from the DiagnosticReport, worked out once for each shape."""
    places = reach(shape.places, [0], includes)
    kinds = [shape.places[place].kind for place in places]
    return Reached(places, kinds, Counter(kinds))


def _follow(entries: Sequence[Hung], places: Iterable[int], includes: Sequence[Include]) -> set[int]:
    return {
        target
        for place in places
        for include in includes
        if include.source == entries[place].kind
        for target in entries[place].links.get(include.parameter, ())
    }


def _whole_trees(entries: Sequence[Hung], places: Iterable[int]) -> set[int]:
    """The places, and every member of the trees they are in."""
    wanted = set(places)
    tops = {entries[place].top for place in wanted if entries[place].kind == "Observation"}
    if not tops:
        return wanted
    return wanted | {place for place, entry in enumerate(entries) if entry.top in tops}
