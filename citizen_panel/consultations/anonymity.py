"""Numbers that tell nobody apart: which groups may be shown, and when live numbers may move.

Three rules (design of the panel; the threshold is 5):

1. A group is shown only with at least five answers, and never so that the groups left out can be found by
   subtraction: what is left out is joined to one remainder of at least five, or the whole breakdown is left
   out.
2. Numbers that change over time change for at least five members at once, all cells together. Live numbers
   stand one step behind, so that at least five remain for the final ones.
3. Breakdowns by group come with the final numbers alone: a breakdown that moved would tell who came last.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
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


def may_advance(shown: Mapping[K, V], waiting: Mapping[K, V], now: Mapping[K, V]) -> bool:
    """Whether live numbers may go from `shown` to `waiting`.

    Both that step and the one that is left to `now` must be of at least five members, and `waiting` itself
    must hold at least five.
    """
    return len(waiting) >= SMALLEST and moved(shown, waiting) >= SMALLEST and moved(waiting, now) >= SMALLEST


def may_conclude(shown: Mapping[K, V], final: Mapping[K, V]) -> bool:
    """Whether final numbers may replace live ones: nothing moved, or at least five members did.

    They may not when members took answers back after the last step; the live numbers then stay, and say so.
    """
    steps = moved(shown, final)
    return len(final) >= SMALLEST and (steps == 0 or steps >= SMALLEST)


Shown = dict[str, Any]
"""A row of what is shown: `shown`, `waiting` (numbers), `shown_from`, `waiting_from` (what each member's part
in them was, as digests), `final`."""


def stepped(row: Shown, now: Mapping[str, str], count: Callable[[], Any]) -> Shown:
    """The row after the step that live numbers may take; `count` makes the numbers of `now`."""
    if may_advance(row["shown_from"], row["waiting_from"], now):
        row = row | {"shown": row["waiting"], "shown_from": row["waiting_from"]}
    if moved(row["shown_from"], row["waiting_from"]) < SMALLEST and row["waiting_from"] != now:
        row = row | {"waiting": count(), "waiting_from": dict(now)}
    return row


def concluded(row: Shown, now: Mapping[str, str], count: Callable[[], Any]) -> Shown:
    """The row with final numbers, unless too few moved since the last step: then that step stays.

    The digests have served: nothing of whoever leaves later is left in it.
    """
    if may_conclude(row["shown_from"], now):
        row = row | {"shown": count()}
    return row | {"shown_from": {}, "waiting": None, "waiting_from": {}, "final": True}


def digest(keys: KeyRing, subject: UUID, member: str, part: str) -> str:
    """A keyed hash, which tells that a member's part in the numbers moved and nothing of what it was."""
    return keys.find_hash(f"answer:{subject}:{member}:{part}").hex()[:32]
