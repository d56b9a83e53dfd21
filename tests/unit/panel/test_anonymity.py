"""No number, alone or with others, now or later, is about fewer than five."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from citizen_panel.consultations.anonymity import (
    REMAINDER,
    SMALLEST,
    Shown,
    advanced,
    apart,
    concluded,
    last_shown,
    moved,
    moves,
    shown_groups,
    stepped,
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
    """Members answer, change, change back and leave in any order; live numbers are tried after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[str, str] = {}
        self.row: Shown = {
            "shown": None,
            "shown_from": {},
            "waiting": None,
            "waiting_from": {},
            "final": False,
        }
        self.published: list[dict[str, str]] = [{}]

    @rule(members=st.sets(st.integers(0, 14), min_size=1), answer=st.sampled_from("xyz"))
    def answer(self, members: set[int], answer: str) -> None:
        self._step(self.now | {str(member): answer for member in members})

    @rule(member=st.integers(0, 14))
    def leave(self, member: int) -> None:
        self._step({name: answer for name, answer in self.now.items() if name != str(member)})

    @rule()
    def end(self) -> None:
        last = concluded(self.row, self.now, lambda: self.now)
        if last["shown"] is not None:
            assert_apart([*self.published, last["shown"]])
        assert (last["shown_from"], last["waiting"], last["waiting_from"]) == ({}, None, {})

    def _step(self, now: dict[str, str]) -> None:
        self.now = now
        self.row = stepped(self.row, now, lambda: now)
        if self.row["shown"] is not None and self.row["shown"] != self.published[-1]:
            self.published.append(self.row["shown"])

    @invariant()
    def no_two_sets_of_numbers_are_about_fewer_than_five(self) -> None:
        assert_apart(self.published)
        assert last_shown(self.row["shown_from"]) == self.published[-1]


def assert_apart(published: list[dict[str, str]]) -> None:
    """Any two, not only one after the other: whoever wrote an old one down can compare."""
    for before, after in combinations(published, 2):
        assert moved(before, after) == 0 or moved(before, after) >= SMALLEST
    assert all(len(numbers) >= SMALLEST for numbers in published[1:])


TestLive = Live.TestCase
TestLive.settings = settings(max_examples=150, stateful_step_count=40)


def test_given_some_change_back_then_the_numbers_wait_until_they_are_apart_from_all_before() -> None:
    first = {str(member): "x" for member in range(10)}
    trail = advanced({}, first)
    second = first | {str(member): "y" for member in range(5)}
    trail = advanced(trail, second)
    nearly_back = second | {str(member): "x" for member in range(4)} | {"9": "z"}
    assert moved(second, nearly_back) == SMALLEST
    assert moves(trail, nearly_back) == [2, 5]
    assert not apart(trail, nearly_back)
    assert apart(trail, first), "the very same numbers tell nothing new"
