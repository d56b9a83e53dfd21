"""No number, alone or with others, now or later, is about fewer than five."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from citizen_panel.consultations.anonymity import (
    REMAINDER,
    SMALLEST,
    may_advance,
    may_conclude,
    moved,
    shown_groups,
)

sizes = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), max_size=8)


@given(sizes)
def test_every_shown_group_holds_five_and_everybody_is_in_one(found: dict[str, int]) -> None:
    shown = shown_groups(found)
    if shown is None:
        return
    behind = [name for names in shown.values() for name in names]
    assert sorted(behind) == sorted(name for name, size in found.items() if size)
    assert all(sum(found[name] for name in names) >= SMALLEST for names in shown.values())


@given(sizes)
def test_what_is_left_out_cannot_be_subtracted(found: dict[str, int]) -> None:
    """Were every group but a small one shown by itself, the total would give the small one away."""
    shown = shown_groups(found) or {}
    alone = {names[0] for name, names in shown.items() if name != REMAINDER}
    hidden = {name for name, size in found.items() if size and name not in alone}
    if shown:
        assert all(found[name] >= SMALLEST for name in alone)
        assert not hidden or sum(found[name] for name in hidden) >= SMALLEST


def test_groups_by_example() -> None:
    assert shown_groups({"a": 20, "b": 9, "c": 3}) == {"a": ("a",), REMAINDER: ("b", "c")}
    assert shown_groups({"a": 20, "b": 3, "c": 2}) == {"a": ("a",), REMAINDER: ("b", "c")}
    assert shown_groups({"a": 20, "b": 0}) is None
    assert shown_groups({"a": 4, "b": 20}) is None
    assert shown_groups({"a": 5, "b": 5}) == {"a": ("a",), "b": ("b",)}


class Live(RuleBasedStateMachine):
    """Members answer, change and leave in any order; live numbers are tried after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[int, str] = {}
        self.waiting: dict[int, str] = {}
        self.published: list[dict[int, str]] = [{}]

    @rule(member=st.integers(0, 30), answer=st.sampled_from("xyz"))
    def answers(self, member: int, answer: str) -> None:
        self.now[member] = answer
        self._try()

    @rule(member=st.integers(0, 30))
    def leaves(self, member: int) -> None:
        self.now.pop(member, None)
        self._try()

    def _try(self) -> None:
        if may_advance(self.published[-1], self.waiting, self.now):
            self.published.append(dict(self.waiting))
        if moved(self.published[-1], self.waiting) < SMALLEST:
            self.waiting = dict(self.now)

    @invariant()
    def no_step_is_about_fewer_than_five(self) -> None:
        for before, after in zip(self.published, self.published[1:], strict=False):
            assert moved(before, after) >= SMALLEST
            assert len(after) >= SMALLEST

    @invariant()
    def the_end_is_about_five_or_does_not_move(self) -> None:
        if may_conclude(self.published[-1], self.now):
            assert moved(self.published[-1], self.now) in (0, *range(SMALLEST, 100))


TestLive = Live.TestCase
