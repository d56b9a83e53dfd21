"""Tests taken again elsewhere are counted, once each, of nobody in particular."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit.db import Database
from kit.ids import new_id
from kit.web import REGISTRY
from results_service.intake.reach import Reach
from tests.integration.lookup.builder import START, Item, Report
from tests.integration.lookup.conftest import Store

RESISTANCE = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8271"
LOCAL = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8212"
ONE, OTHER = "974795833", "974749025"


def _counted(store: Store) -> int:
    ((count,),) = store.rows("SELECT count(*) FROM results.repeated_test")
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize(
    ("days", "sender", "code", "same_person", "counted"),
    [
        (13, OTHER, "NPU01994", True, 1),
        (0, OTHER, "NPU01994", True, 1),
        (13, ONE, "NPU01994", True, 0),
        (15, OTHER, "NPU01994", True, 0),
        (-1, OTHER, "NPU01994", True, 0),
        (13, OTHER, "NPU99999", True, 0),
        (13, OTHER, "NPU01994", False, 0),
    ],
)
def test_a_test_is_repeated_where_another_laboratory_answered_it_shortly_before(
    store: Store, days: int, sender: str, code: str, same_person: bool, counted: int
) -> None:
    person = new_id()
    assert store.put(person, Report("A", sender=ONE, sampled=START)).status == "processed"
    again = Report("B", sender=sender, sampled=START + timedelta(days=days), items=[Item("1", code)])
    assert store.put(person if same_person else new_id(), again).status == "processed"
    assert _counted(store) == counted


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Item("1", "A", also=[f"{RESISTANCE}|R"]), Item("1", "B", also=[f"{RESISTANCE}|R"])),
        (Item("1", "KREA", system=LOCAL), Item("1", "KREA", system=LOCAL)),
    ],
)
def test_neither_an_answer_nor_a_local_code_in_common_is_a_test_taken_again(
    store: Store, first: Item, second: Item
) -> None:
    person = new_id()
    store.put(person, Report("A", sender=ONE, sampled=START, items=[first]))
    store.put(person, Report("B", sender=OTHER, sampled=START, items=[second]))
    assert _counted(store) == 0


def test_given_a_new_version_or_a_copy_of_it_then_it_is_counted_once(store: Store) -> None:
    person = new_id()
    store.put(person, Report("A", sender=ONE, sampled=START))
    again = Report("B", sender=OTHER, sampled=START + timedelta(days=2))
    store.put(person, again)
    store.put(person, again)
    store.put(person, Report("B", "M", hours=5, sender=OTHER, sampled=START + timedelta(days=2)))
    assert _counted(store) == 1


async def test_the_share_is_told_to_whoever_follows_the_benefit(store: Store, database: Database) -> None:
    reach = Reach(database)
    await reach.measure()
    value = REGISTRY.get_sample_value("akson_reports_repeating_percent")
    assert value is not None
    assert value != value, "nothing yet: no number"  # noqa: PLR0124 - NaN
    person = new_id()
    store.put(person, Report("A", sender=ONE, sampled=START))
    store.put(person, Report("B", sender=OTHER, sampled=START))
    with store.database.transaction() as conn:
        conn.execute(
            "INSERT INTO results.intake_volume (hour, sender, kind, status, messages, last)"
            " VALUES (date_trunc('hour', now()), 'x', 'svarrapport', 'processed', 8, now())"
        )
    await reach.measure()
    assert REGISTRY.get_sample_value("akson_reports_repeating_percent") == 12.5
