"""A whole chain with every hazard in it, in many orders of arrival: one end, whatever came first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from uuid import UUID

import msgspec
import pytest

from kit.ids import new_id
from results_service.reports.compression import decompress
from results_service.reports.showing import NOTICE_URL
from tests.integration.lookup.builder import Item, Report, observation_id
from tests.integration.lookup.conftest import Store

PERSON, OTHER = new_id(), new_id()
BOTH = [Item("1"), Item("2", "NPU03230")]
MINE = [
    Report(status="P"),
    Report(serv_type="M", hours=1),
    Report(serv_type="M", hours=2, items=[Item("1", value=None, status="cancelled"), BOTH[1]]),
    Report(serv_type="M", status="P", hours=3, items=BOTH),
    Report(serv_type="M", hours=3, items=BOTH[:1]),  # the same GenDate, the more finished one
    Report(serv_type="M", status="A", hours=4, items=[*BOTH, Item("3", "NPU19748")]),
    Report(hours=5, items=BOTH),  # issued anew, without the addition
]
CANCELLED = Report(serv_type="C", hours=5, sampled=None, requisition="")  # wins at the same GenDate
ELSEWHERE = Report(department="2", hours=6)  # the number is each department's own
ANOTHER_PERSON = Report(serv_type="M", hours=7)


def orders(chain: list[Report], number: int) -> list[list[Report]]:
    """The chain forwards, backwards and shuffled."""
    random = Random(20261129)  # noqa: S311 - the same orders in every run
    shuffled = [random.sample(chain, len(chain)) for _ in range(number - 2)]
    return [chain, chain[::-1], *shuffled]


def end_of(store: Store, person: UUID, report: Report) -> tuple[object, ...]:
    """Everything that is shown of a report, its ids aside."""
    report_id = report.key.report_id(person)
    ((body, warnings),) = store.rows(
        "SELECT body, warnings FROM results.report WHERE person_id = %s AND report_id = %s", person, report_id
    )
    assert isinstance(body, bytes)
    shown = msgspec.json.decode(decompress(body))
    names = {str(observation_id(report_id, key)): key for key in "123"}
    notices = [
        [
            names.get(str(p.get("valueReference", {}).get("reference", ""))[12:], p.get("valueCode"))
            for p in parts
        ]
        for parts in (e["extension"] for e in shown["extension"] if e["url"] == NOTICE_URL)
    ]
    ((held, accepted),) = store.rows(
        "SELECT count(*) FILTER (WHERE held IS NOT NULL), count(*) FILTER (WHERE held IS NULL)"
        " FROM results.report_version WHERE person_id = %s AND report_id = %s",
        person,
        report_id,
    )
    return shown["status"], shown["issued"], notices, warnings, held, accepted


@pytest.mark.parametrize("chain", [MINE, [*MINE, CANCELLED]], ids=["corrected", "cancelled"])
def test_given_a_chain_in_many_orders_when_stored_then_one_end(store: Store, chain: list[Report]) -> None:
    ends = set()
    for number, order in enumerate(orders(chain, 12)):
        for report in order:
            assert store.put(PERSON, replace(report, number=f"R{number}")).status == "processed"
        ends.add(repr(end_of(store, PERSON, replace(chain[0], number=f"R{number}"))))
    assert len(ends) == 1, "\n".join(sorted(ends))


def test_given_another_person_and_department_among_them_then_neither_changes_the_end(store: Store) -> None:
    plain = end_after(store, MINE, "plain")
    for number, order in enumerate(orders([*MINE, ELSEWHERE], 8)):
        for report in order:
            store.put(PERSON, replace(report, number=f"R{number}"))
        held = store.put(OTHER, replace(ANOTHER_PERSON, number=f"R{number}"))
        assert (held.status, held.issues[0].code) == ("needs-attention", "person-changed")
        status, issued, notices, warnings, waiting, accepted = end_of(
            store, PERSON, replace(MINE[0], number=f"R{number}")
        )
        assert warnings == ["person-changed"]
        assert [n for n in notices if n != ["person-changed"]] == plain[2]  # type: ignore[union-attr]
        assert (status, issued, waiting, accepted) == (plain[0], plain[1], plain[4], plain[5])
        apart = end_of(store, PERSON, replace(ELSEWHERE, number=f"R{number}"))
        assert (apart[0], apart[5]) == ("final", 1)


def end_after(store: Store, chain: list[Report], number: str) -> tuple[object, ...]:
    for report in chain:
        store.put(PERSON, replace(report, number=number))
    return end_of(store, PERSON, replace(chain[0], number=number))


def test_given_workers_at_once_with_a_whole_chain_then_it_ends_as_in_order(store: Store) -> None:
    chain = [*MINE, CANCELLED]
    expected = end_after(store, chain, "in order")
    for number, order in enumerate(orders(chain, 6)):
        named = [replace(report, number=f"R{number}") for report in order]
        with ThreadPoolExecutor(4) as workers:
            outcomes = list(workers.map(lambda report: store.put(PERSON, report), [*named, *named]))
        assert sorted(o.status for o in outcomes) == ["duplicate"] * len(chain) + ["processed"] * len(chain)
        assert end_of(store, PERSON, named[0]) == expected
