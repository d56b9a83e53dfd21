"""Visits to be shared out, as the page shows them: nobody's first, minutes per person, absence, clashes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.clients.unit import Absence, Colleague, Item, Listed
from portal.clinician.sharing.transform import lines, people
from portal.clinician.start.services import services
from portal.clinician.start.transform import shown

DAY = date(2026, 11, 30)
AT = datetime(2026, 11, 30, 7, tzinfo=UTC)
ANNE, BO = Colleague("a", "Anne"), Colleague("b", "Bo")
AWAY = Absence("x", "b", "a", DAY, DAY, "Bo", "Anne")


def visit(number: int, minutes: int = 30, of: str | None = None, after: int = 0) -> Listed:
    due = AT + timedelta(minutes=after)
    item = Item("1", f"v{number}", f"p{number}", "visit", "planned", True, due, assignee=of, minutes=minutes)
    return Listed(item, f"Person {number}", date(1941, 2, 3), assignee_name=of and of.upper())


def test_given_visits_then_those_of_nobody_stand_first_and_then_by_time() -> None:
    found = lines([visit(1, of="a"), visit(2, after=60), visit(3, of="b", after=30)], [], DAY)
    assert [one.key for one in found] == ["v2", "v1", "v3"]
    assert [one.assignee_name for one in found] == ["", "A", "B"]


def test_given_visits_then_each_has_their_number_and_minutes_and_who_is_away_a_stand_in() -> None:
    found = people([ANNE, BO], [visit(1, of="b"), visit(2, 45, of="b"), visit(3)], [AWAY], DAY, ["a"])
    said = {one.name: (one.visits, one.minutes, one.is_away, one.stand_in, one.mine) for one in found}
    assert said == {"Anne": (0, 0, False, "", True), "Bo": (2, 75, True, "a", False)}
    assert [one.away for one in lines([visit(1, of="b"), visit(2, of="a"), visit(3)], [AWAY], DAY)] == [
        False,
        True,
        False,
    ]
    tomorrow = people([ANNE, BO], [], [AWAY], DAY + timedelta(days=1), ["a"])
    assert not any(one.is_away for one in tomorrow)


def test_given_somebody_no_longer_works_there_then_their_visits_are_still_counted() -> None:
    (anne, gone) = people([ANNE], [visit(1, of="c")], [], DAY, [])
    assert (anne.name, gone.key, gone.visits) == ("Anne", "c", 1)


@given(
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(0, 90), st.sampled_from(["a", "b", None])), max_size=12
    )
)
def test_what_clashes_begins_while_another_of_the_same_person_lasts(
    drawn: list[tuple[int, int, str | None]],
) -> None:
    visits = [visit(n, minutes, of, after) for n, (after, minutes, of) in enumerate(drawn)]
    clashing = {one.key for one in lines(visits, [], DAY) if one.clash}
    ordered = sorted(enumerate(drawn), key=lambda one: (one[1][0],))
    for place, (number, (after, _, of)) in enumerate(ordered):
        earlier = [other for _, other in ordered[:place] if other[2] == of and of is not None]
        assert (f"v{number}" in clashing) == any(after < begins + lasts for begins, lasts, _ in earlier)


def test_given_visits_that_are_shared_out_then_ones_own_or_the_free_ones_stand_alone() -> None:
    (widget,) = [one for one in services()["home-care"] if "share" in one.acts]
    visits = [visit(1, of="a"), visit(2, of="b"), visit(3)]
    found = {whose: shown(widget, [], visits, AT, whose, ["a"]) for whose in ("", "mine", "free")}
    assert [[row.key for row in one.rows] for one in found.values()] == [["v1", "v2", "v3"], ["v1"], ["v3"]]
    assert {(one.mine, one.free, one.whole) for one in found.values()} == {(1, 1, 3)}
    other = services()["gp"][0]
    assert shown(other, [], [], AT, "mine", ["a"]).shares is False
