"""The rules of versions as properties: the order in which messages arrive decides nothing that it may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import new_id
from results_service.reports.versions import (
    ItemFacts,
    ReportKey,
    VersionFacts,
    decide,
    hold_reused_message_id,
    hold_reused_number,
)

START = datetime(2021, 3, 16, 12, tzinfo=UTC)


def version(
    serv_type: str = "N",
    status: str = "F",
    hours: int = 0,
    *,
    items: dict[str, bool] | None = None,  # id → cancelled; the name is the id
    sampled: int | None = 15,
    requisitions: frozenset[str] = frozenset({"Q"}),
    mark: int = 0,
) -> VersionFacts:
    return VersionFacts(
        version_id=new_id(),
        generated=START + timedelta(hours=hours),
        serv_type=serv_type,
        status=status,
        fingerprint=f"{serv_type}{status}{hours}{mark}".encode(),
        sampled=date(2021, 3, sampled) if sampled else None,
        requisitions=requisitions,
        report_date=f"2021-03-{10 + hours:02d}",
        items={item: ItemFacts(cancelled, item) for item, cancelled in (items or {}).items()},
    )


def store(arrivals: Sequence[VersionFacts]) -> tuple[list[VersionFacts], list[VersionFacts]]:
    """What the store does with messages of one report as they arrive: (accepted, held)."""
    accepted: list[VersionFacts] = []
    held: list[VersionFacts] = []
    for arrival in arrivals:
        (held if hold_reused_number(arrival, accepted) else accepted).append(arrival)
    return accepted, held


ITEMS = st.dictionaries(st.sampled_from("abcd"), st.booleans())
CHANGES = st.builds(
    version,
    st.sampled_from("MCA"),
    st.sampled_from("PFAS"),
    st.integers(0, 5),
    items=ITEMS,
    sampled=st.integers(10, 20),
    mark=st.integers(0, 10**9),
)
# The store knows copies by their fingerprint: no chain holds one twice.
SEVERAL_CHANGES = st.lists(CHANGES, min_size=1, max_size=7, unique_by=lambda v: v.fingerprint)
CHAINS = st.tuples(
    st.lists(st.builds(version, status=st.sampled_from("PFS"), items=ITEMS), max_size=1),
    SEVERAL_CHANGES,
).map(lambda parts: [*parts[0], *parts[1]])


@given(CHAINS.flatmap(lambda chain: st.tuples(st.just(chain), st.permutations(chain))))
def test_shuffling_a_chain_gives_the_same_end(chains: tuple[list[VersionFacts], list[VersionFacts]]) -> None:
    chain, shuffled = chains
    (accepted, held), (accepted_then, held_then) = store(chain), store(shuffled)
    # An N that is newer than a change with other facts is a used number, not a part of the chain.
    if not held and not held_then:
        assert decide(accepted) == decide(accepted_then)


@given(SEVERAL_CHANGES)
def test_the_newest_is_shown_and_a_cancellation_shows_nothing_beside_it(chain: list[VersionFacts]) -> None:
    shown = decide(chain)
    by_id = {v.version_id: v for v in chain}
    main = by_id[shown.main]
    assert main.generated == max(v.generated for v in chain)
    if main.serv_type == "C":
        assert (shown.beside, shown.gone) == (None, ())
    if shown.beside:
        assert by_id[shown.beside].order < main.order


@given(SEVERAL_CHANGES)
def test_no_item_vanishes_silently(chain: list[VersionFacts]) -> None:
    shown = decide(chain)
    by_id = {v.version_id: v for v in chain}
    main = by_id[shown.main]
    if main.serv_type == "C":
        return
    before = sorted((v for v in chain if v.order < main.order), key=lambda v: v.order)
    said = {item for item, _ in shown.gone} | set(main.items)
    said |= set(by_id[shown.beside].items) if shown.beside else set()
    for item in {i for v in before for i in v.items} - said:
        last = next(v for v in reversed(before) if item in v.items or v.serv_type == "C")
        assert last.serv_type == "C" or last.items[item].cancelled, "only what was cancelled may be missing"


@pytest.mark.parametrize(
    ("first", "second"),
    [("C", "M"), ("M", "A"), ("A", "N")],
)
def test_at_equal_times_the_stronger_type_is_shown(first: str, second: str) -> None:
    strong, weak = version(first), version(second)
    assert decide([weak, strong]).main == decide([strong, weak]).main == strong.version_id


def test_at_equal_times_and_types_the_more_finished_is_shown() -> None:
    versions = [version("M", status) for status in "SPFA"]
    assert decide(versions).main == versions[-1].version_id


def test_the_report_date_is_the_first_versions() -> None:
    assert (
        decide([version("M", hours=3), version(hours=1), version("M", hours=2)]).report_date == "2021-03-11"
    )


def test_a_number_used_for_another_sample_is_held_and_the_first_stays() -> None:
    first, second, third = (version(hours=24 * d, sampled=16 + d) for d in range(3))
    for arrivals in ([first, second, third], [third, first, second]):
        accepted, held = store(arrivals)
        assert accepted == [arrivals[0]]
        assert held == arrivals[1:]


@pytest.mark.parametrize(
    ("changes", "is_held"),
    [
        ({}, False),
        ({"requisitions": frozenset({"Q", "R"})}, False),
        ({"requisitions": frozenset()}, False),
        ({"sampled": None}, False),
        ({"requisitions": frozenset({"R"})}, True),
        ({"sampled": date(2021, 3, 20)}, True),
        ({"sampled": None, "requisitions": frozenset()}, True),
    ],
)
def test_what_makes_a_new_report_another_one(changes: dict[str, object], is_held: bool) -> None:
    new = replace(version(hours=1), **changes)  # type: ignore[arg-type]
    assert hold_reused_number(new, [version()]) is is_held


def test_a_late_first_version_goes_in_behind_its_change() -> None:
    change = version("M", hours=2, sampled=17)
    assert not hold_reused_number(version(sampled=16), [change])
    assert hold_reused_number(version(hours=5, sampled=16), [change])


def test_two_reports_under_one_number_are_found_whichever_comes_first() -> None:
    """A change of the one that comes after the other is not hidden behind it."""
    change, other = version("M", sampled=16), version(hours=24, sampled=18)
    for arrivals in ([change, other], [other, change]):
        assert store(arrivals) == ([arrivals[0]], [arrivals[1]])


@pytest.mark.parametrize("requisitions", [frozenset(), frozenset({"Q"})])
def test_a_cancellation_and_the_report_issued_again_after_it_end_alike_in_any_order(
    requisitions: frozenset[str],
) -> None:
    cancelled = version("C", hours=1, sampled=None, requisitions=requisitions)
    chain = [version(), cancelled, version(hours=2, mark=1)]
    for arrivals in (*permutations(chain), chain[1:], chain[:0:-1]):
        accepted, held = store(arrivals)
        assert held == []
        assert decide(accepted).main == chain[2].version_id


def test_a_report_after_the_cancellation_of_another_is_held_in_any_order() -> None:
    cancelled, other = version("C", requisitions=frozenset({"A"})), version(hours=2)
    for arrivals in ([cancelled, other], [other, cancelled]):
        assert store(arrivals) == ([arrivals[0]], [arrivals[1]])


@given(
    st.lists(
        st.builds(
            version,
            st.sampled_from("NMCA"),
            st.sampled_from("PFAS"),
            st.integers(0, 5),
            items=ITEMS,
            mark=st.integers(0, 10**9),
        ),
        min_size=2,
        max_size=6,
        unique_by=lambda v: v.fingerprint,
    ).flatmap(lambda chain: st.tuples(st.just(chain), st.permutations(chain)))
)
def test_a_chain_of_one_examination_is_never_held_and_ends_alike(
    chains: tuple[list[VersionFacts], list[VersionFacts]],
) -> None:
    """Issued anew, corrected, cancelled, added to, at equal times or not: nothing of it waits."""
    ends = [store(chain) for chain in chains]
    assert [held for _, held in ends] == [[], []]
    assert decide(ends[0][0]) == decide(ends[1][0])


def test_a_preliminary_after_a_final_is_shown_beside_it_and_says_so() -> None:
    final, preliminary = version(), version("M", "P", 1)
    shown = decide([preliminary, final])
    assert (shown.main, shown.beside) == (preliminary.version_id, final.version_id)
    assert shown.warnings == ("preliminary-after-final",)
    assert decide([final, preliminary, version("C", hours=1, mark=1), version("M", "P", 2)]).beside is None


def test_an_addition_is_shown_with_the_latest_final() -> None:
    old, final, addition = version("N", "P"), version("M", "F", 1), version("A", "A", 2, items={"c": False})
    shown = decide([addition, old, final])
    assert (shown.main, shown.beside, shown.gone) == (addition.version_id, final.version_id, ())
    assert decide([old, final, version("M", "A", 2)]).beside is None, "a change repeats everything"


def test_an_item_that_is_gone_names_the_version_that_had_it() -> None:
    first = version(items={"a": False, "b": False, "c": False})
    second = version("M", hours=1, items={"a": False, "b": True})
    third = version("M", hours=2, items={"a": False})
    assert decide([first, second, third]).gone == (("c", first.version_id),)


@pytest.mark.parametrize(
    ("serv_type", "earlier", "is_held"),
    [
        ("C", {b"x"}, True),
        ("M", {b"x"}, True),
        ("N", {b"x"}, False),
        ("C", {b"k"}, False),
        ("C", set(), False),
    ],
)
def test_a_reused_message_id_holds_only_what_changes_another_report(
    serv_type: str, earlier: set[bytes], is_held: bool
) -> None:
    assert hold_reused_message_id(serv_type, b"k", earlier) is is_held


def test_keys_tell_departments_and_persons_apart() -> None:
    keys = [
        ReportKey("1", None, "2"),
        ReportKey("1", "", "2"),
        ReportKey("1", "2", ""),
        ReportKey("12", None, ""),
    ]
    assert len({k.hash for k in keys}) == 3, "no department and an empty one are the same"
    one, other = new_id(), new_id()
    assert keys[0].report_id(one) == keys[0].report_id(one) != keys[0].report_id(other)


def test_an_item_under_a_new_id_answers_for_one_of_its_name() -> None:
    first = replace(version(), items={"1": ItemFacts(False, "Hb"), "2": ItemFacts(False, "Hb")})
    second = replace(version("M", hours=1), items={"9": ItemFacts(False, "Hb")})
    assert decide([first, second]).gone == (("2", first.version_id),)
    cancelled = replace(
        version("M", hours=1), items={"9": ItemFacts(True, "Hb"), "2": ItemFacts(False, "Hb")}
    )
    assert (
        decide([first, cancelled, replace(version("M", hours=2), items={"2": ItemFacts(False, "Hb")})]).gone
        == ()
    )
