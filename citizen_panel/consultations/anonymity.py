"""Numbers that tell nobody apart: which groups may be shown, and when live numbers may move.

Three rules (design of the panel; the threshold is 5):

1. A group is shown only with at least five answers, and never so that the groups left out can be found by
   subtraction: what is left out is joined to one remainder of at least five, or the whole breakdown is left
   out.
2. Numbers that change over time change for at least five members at once, all cells together, seen from
   every set of numbers that was shown before. Live numbers stand one step behind, so that at least five
   remain for the final ones.
3. Breakdowns by group come with the final numbers alone: a breakdown that moved would tell who came last.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import accumulate
from typing import Any, TypeVar
from uuid import UUID

from kit.keys import KeyRing

SMALLEST = 5
REMAINDER = "*"
"""The key of the groups too small to show, joined."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def shown_groups(sizes: Mapping[str, int], smallest: int = SMALLEST) -> dict[str, tuple[str, ...]] | None:
    """How one dimension's groups are shown: shown name → the groups behind it. None: not at all.

    `sizes` are answers by group; empty groups are left out, since nobody is in them. Groups under `smallest`
    go into `REMAINDER`; when together they still are too few, the smallest shown group joins them. At least
    two shown groups must be left, otherwise the breakdown says nothing that the total does not.
    """
    there = {name: size for name, size in sizes.items() if size > 0}
    small = sorted(name for name, size in there.items() if size < smallest)
    large = sorted((size, name) for name, size in there.items() if size >= smallest)
    while small and sum(there[name] for name in small) < smallest and large:
        small.append(large.pop(0)[1])
    shown: dict[str, tuple[str, ...]] = {name: (name,) for _, name in large}
    if small:
        if sum(there[name] for name in small) < smallest:
            return None
        shown[REMAINDER] = tuple(sorted(small))
    return shown if len(shown) > 1 else None


def moved(before: Mapping[K, V], now: Mapping[K, V]) -> int:
    """How many members count differently now: new, changed or gone. Keys are members."""
    return sum(1 for key in before.keys() | now.keys() if before.get(key) != now.get(key))


Trail = dict[str, list[tuple[int, str | None]]]
"""Member → in which step their part in the shown numbers became what (None: nothing). Steps count from 0."""


def last_shown(trail: Trail) -> dict[str, str]:
    """Each member's part in the numbers that are shown now."""
    return {member: part for member, steps in trail.items() if (part := steps[-1][1]) is not None}


def moves(trail: Trail, now: Mapping[str, str]) -> list[int]:
    """For each step that was ever shown: how many members count differently in `now`."""
    steps = 1 + max((found[-1][0] for found in trail.values()), default=-1)
    change = [0] * (steps + 1)
    for member in trail.keys() | now.keys():
        part, begins = now.get(member), 0
        own = trail.get(member, [])
        for (since, was), (until, _) in zip([(begins, None), *own], [*own, (steps, None)], strict=True):
            if was != part:
                change[since] += 1
                change[until] -= 1
    return list(accumulate(change[:steps]))


def apart(trail: Trail, now: Mapping[str, str]) -> bool:
    """Whether `now` may stand beside everything that was ever shown.

    Two sets of numbers are the same, or at least five members lie between them: also where some changed their
    answers back, and a set resembles an earlier one more than the latest.
    """
    return len(now) >= SMALLEST and all(number == 0 or number >= SMALLEST for number in moves(trail, now))


def may_advance(trail: Trail, waiting: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether live numbers may go on to `waiting`; at least five members must be left to `now`."""
    return moved(last_shown(trail), waiting) > 0 and apart(trail, waiting) and moved(waiting, now) >= SMALLEST


def advanced(trail: Trail, waiting: Mapping[str, str]) -> Trail:
    """The trail with one step more."""
    step = 1 + max((found[-1][0] for found in trail.values()), default=-1)
    before = last_shown(trail)
    after = dict(trail)
    for member in before.keys() | waiting.keys():
        if before.get(member) != (part := waiting.get(member)):
            after[member] = [*trail.get(member, []), (step, part)]
    return after


Shown = dict[str, Any]
"""A row of what is shown: `shown`, `waiting` (numbers), `shown_from` (a `Trail`), `waiting_from` (what each
member's part in the waiting numbers was, as a digest), `final`."""


def stepped(row: Shown, now: Mapping[str, str], count: Callable[[], Any]) -> Shown:
    """The row after the step that live numbers may take; `count` makes the numbers of `now`."""
    if may_advance(row["shown_from"], row["waiting_from"], now):
        trail = advanced(row["shown_from"], row["waiting_from"])
        row = row | {"shown": row["waiting"], "shown_from": trail}
    waits = moved(last_shown(row["shown_from"]), row["waiting_from"]) > 0
    stands = waits and apart(row["shown_from"], row["waiting_from"])
    if not stands and row["waiting_from"] != now:
        row = row | {"waiting": count(), "waiting_from": dict(now)}
    return row


def concluded(row: Shown, now: Mapping[str, str], count: Callable[[], Any]) -> Shown:
    """The row with final numbers, unless too few moved since any step: then the last step stays.

    The digests have served: nothing of whoever leaves later is left in it.
    """
    if apart(row["shown_from"], now):
        row = row | {"shown": count()}
    return row | {"shown_from": {}, "waiting": None, "waiting_from": {}, "final": True}


def digest(keys: KeyRing, subject: UUID, member: str, part: str) -> str:
    """A keyed hash, which tells that a member's part in the numbers moved and nothing of what it was."""
    return keys.find_hash(f"answer:{subject}:{member}:{part}").hex()[:32]
