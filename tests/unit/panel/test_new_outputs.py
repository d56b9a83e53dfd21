"""The numbers of stances, meetings, points and pairs tell nobody apart; measures are true or say why not."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from citizen_panel.consultations.anonymity import SMALLEST, concluded, last_shown, moved, stepped
from citizen_panel.consultations.questions import Question, QuestionKind, check_answers
from citizen_panel.consultations.tally import tally_by_group
from citizen_panel.control_points.sources import grown, of_panel, of_results, parsed


class Stances(RuleBasedStateMachine):
    """Members take, change and lay down a stance in any order; numbers are tried after each."""

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[str, str] = {}
        self.row: dict[str, Any] = {"shown": None, "shown_from": {}, "waiting": None, "waiting_from": {}}
        self.row["final"] = False
        self.seen: list[dict[str, str]] = [{}]

    @rule(member=st.integers(0, 24), stance=st.sampled_from(["support", "oppose", None]))
    def takes(self, member: int, stance: str | None) -> None:
        if stance is None:
            self.now.pop(str(member), None)
        else:
            self.now[str(member)] = stance
        self.row = stepped(self.row, self.now, lambda: dict(Counter(self.now.values())))
        if self._shown() != self.seen[-1]:
            self.seen.append(self._shown())

    @invariant()
    def every_step_is_of_five_members_and_the_numbers_are_theirs(self) -> None:
        for before, after in combinations(self.seen, 2):
            assert moved(before, after) == 0 or moved(before, after) >= SMALLEST
            assert len(after) >= SMALLEST
        if self.row["shown"] is not None:
            assert self.row["shown"] == dict(Counter(self._shown().values()))

    @invariant()
    def the_end_moves_for_five_or_for_nobody_and_keeps_no_trace(self) -> None:
        end = concluded(self.row, self.now, lambda: dict(Counter(self.now.values())))
        if end["shown"] != self.row["shown"]:
            assert all(moved(shown, self.now) not in range(1, SMALLEST) for shown in self.seen)
        assert (end["shown_from"], end["waiting_from"], end["waiting"]) == ({}, {}, None)

    def _shown(self) -> dict[str, str]:
        return last_shown(self.row["shown_from"])


TestStances = Stances.TestCase
TEXT = {"nb": "x"}
OPTIONS = [{"code": code, "text": TEXT} for code in "abc"]


def _question(kind: str) -> Question:
    return msgspec.convert({"id": "q", "kind": kind, "text": TEXT, "options": OPTIONS}, Question)


points = st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), min_size=1)
pairs = st.lists(st.sampled_from(["a>b", "b>a", "a>c", "c>a", "b>c", "c>b"]), unique_by=frozenset)


@pytest.mark.parametrize(("kind", "answers"), [("points", points), ("pairs", pairs)])
@given(data=st.data())
def test_priorities_are_shown_by_group_only_for_five(kind: str, answers: Any, data: st.DataObject) -> None:
    given_ = data.draw(st.lists(st.tuples(answers, st.sampled_from(["16-29", "30-49", "67+"])), max_size=24))
    question = _question(kind)
    kept = {str(n): check_answers([question], {"q": a}, complete=False) for n, (a, _) in enumerate(given_)}
    kept = {member: answer for member, answer in kept.items() if answer}
    traits = {str(n): {"age": age} for n, (_, age) in enumerate(given_)}
    (found,) = tally_by_group([question], kept, traits, ["age"])
    assert (found.cells is None) == (len(kept) < SMALLEST)
    for breakdown in found.breakdowns:
        assert all(cells.answered >= SMALLEST for cells in breakdown.groups.values())
        assert sum(cells.answered for cells in breakdown.groups.values()) == len(kept)
    if found.cells is not None:
        assert all(0 <= share <= 1 for share in found.cells.shares.values())


def test_a_trial_has_three_ways_to_go() -> None:
    assert _question("trial").codes == ["done", "trouble", "stopped"]
    assert {kind.value for kind in QuestionKind} >= {"points", "pairs", "trial"}


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_complaints_come_in_fives_and_nothing_is_told_of_under_five(
    received: int, handled: int, complaints: int
) -> None:
    row = {"received": received, "handled": min(handled, received), "complaints": min(complaints, received)}
    values = of_panel({**row, "rate": None})
    assert set(values) <= {"complaints", "feedback-answered"}
    assert bool(values) == (received >= 5)
    assert values.get("complaints", 0) % 5 == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=20))
def test_a_counter_grows_on_over_restarts(steps: list[tuple[bool, int]]) -> None:
    raw, true, before = 0.0, 0.0, None
    for restarted, more in steps:
        seen = raw
        raw = float(more) if restarted else raw + more
        true += more
        total = grown(before, raw)
        # A new start that has counted past the last look cannot be told from none: never too high.
        assert total <= true
        assert not restarted or raw >= seen or total == (before or (0, 0))[1] + raw
        before = (raw, total)


def test_what_a_service_tells_is_read_and_what_it_does_not_tell_is_left_out() -> None:
    text = (
        "akson_senders_registered 4.0\nakson_senders_delivering 3.0\nakson_intake_to_searchable_seconds NaN\n"
    )
    text += "akson_reports_repeating_percent 2.345\n"
    text += 'akson_look_ups_answered_total{service="results_service"} 7.0\n'
    samples = parsed(text)
    assert of_results(samples) == {"laboratories": 75.0, "repeated-tests": 2.3}
    assert samples["akson_look_ups_answered_total", "service", "results_service"] == 7
    assert of_results({}) == {}
