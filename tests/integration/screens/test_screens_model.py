"""The table and what is new, held against naive models: decoded FHIR, and a list of what happened."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.integration.lookup import naive
from tests.integration.lookup.builder import START, Report
from tests.integration.lookup.conftest import Store
from tests.integration.lookup.taking import take_in_all
from tests.integration.screens.conftest import Screens

FLAGS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8244"
HEADINGS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8243"
ANSWERS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8271"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
NLK = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-7280-nlk"
Json = dict[str, Any]


def values_of(table: Json) -> list[tuple[Json, Json]]:
    """(row, value) of everything in the table."""
    return [
        (row, value)
        for field in table["fields"]
        for group in field["groups"]
        for row in group["rows"]
        for value in row["values"]
    ]


def codings(one: Json) -> list[Json]:
    return [c for c in one["code"]["coding"] if c.get("system") not in (HEADINGS, ABSENT)]


def is_named(one: Json) -> bool:
    return bool(codings(one))


def is_drug(one: Json) -> bool:
    """A susceptibility: it stands in its culture's own table."""
    found = one.get("valueCodeableConcept", {}).get("coding", [])
    return any(
        (c.get("system") == ANSWERS and c.get("code") in "SIRK")
        or (c.get("system") == HEADINGS and c.get("code") == "RSB")
        for c in found
    )


def says_something(one: Json) -> bool:
    return any(name.startswith("value") for name in one) or bool(one.get("note"))


def is_history(one: Json) -> bool:
    return any(e["url"].endswith("nilar-history") and e["valueBoolean"] for e in one["extension"])


async def test_every_result_stands_once_in_the_table_as_it_was_sent(screens: Screens, store: Store) -> None:
    take_in_all(store, screens.person_id)
    shelves = naive.shelves(store, screens.person_id)
    answer = await screens.ask("cumulative")
    assert answer.status_code == 200
    table = answer.json()
    heads = {head["id"]: head for head in table["reports"]}
    reports = {shelf.resources[0]["id"]: shelf for shelf in shelves}
    assert len(table["reports"]) == len(heads)
    assert heads.keys() == reports.keys()
    found = {value["id"]: (row, value) for row, value in values_of(table)}
    assert max(Counter(value["id"] for _, value in values_of(table)).values()) == 1
    shown_of = Counter(table["reports"][value["report"]]["id"] for _, value in values_of(table))
    compared = 0
    for identifier, shelf in reports.items():
        head = heads[identifier]
        assert head["status"] == shelf.resources[0]["status"]
        assert head["issued"] == shelf.resources[0]["issued"]
        cancelled = head["status"] == "cancelled"
        for one in shelf.of("Observation"):
            if cancelled:
                assert one["id"] not in found
            elif one["id"] in found:
                compare(one, *found[one["id"]])
                compared += 1
            else:  # nothing but these may be absent
                heading = "hasMember" in one and not says_something(one)
                assert not is_named(one) or is_drug(one) or heading or is_history(one), one
        # every report leads somewhere: a row of its own, or its results' rows
        drugs_alone = all(is_drug(one) or is_history(one) for one in shelf.of("Observation"))
        assert shown_of[identifier] or drugs_alone, identifier
        if cancelled or not all(is_named(one) for one in shelf.of("Observation")):
            assert identifier in found
    assert compared > 100


def compare(one: Json, row: Json, value: Json) -> None:
    """A value in the table and the Observation it is of."""
    assert value["status"] == one["status"]
    assert value["at"] == one["effectiveDateTime"]
    if one["status"] == "cancelled":
        assert (value["kind"], value.get("value", ""), value.get("flag", "")) == ("none", "", "")
        return
    quantity = one.get("valueQuantity", {})
    if "value" in quantity:
        assert value["kind"] == "quantity"
        assert Decimal(value["value"]) == Decimal(str(quantity["value"]))
        assert value.get("comparator", "") == quantity.get("comparator", "")
        assert value.get("unit", "") == quantity.get("unit", "")
    if "valueDateTime" in one:
        assert value["value"] == one["valueDateTime"]
    flags = [
        c["code"]
        for concept in one.get("interpretation", [])
        for c in concept["coding"]
        if c.get("system") == FLAGS and c.get("code") not in ("0", "N")
    ]
    assert value.get("flag", "") == (flags[0] if flags else "")
    ranges = [r["text"] for r in one.get("referenceRange", []) if r.get("text")]
    assert value.get("reference", "") == "; ".join(ranges)
    assert value.get("commented", False) == any(note.get("text") for note in one.get("note", []))
    assert value.get("history", False) == is_history(one)
    nlk = [c["code"] for c in codings(one) if c.get("system") == NLK]
    if nlk:  # its own code names it, or the row says which equivalence joined it
        own = value.get("analysis") or row["analysis"]
        assert own == f"7280|{nlk[0]}"
        joined = {join["analysis"] for join in row.get("joins", [])}
        assert row["analysis"] == own or own in joined


async def test_values_of_a_row_stand_newest_first(screens: Screens, store: Store) -> None:
    take_in_all(store, screens.person_id)
    table = (await screens.ask("cumulative")).json()
    rows = {id(row): row for row, _ in values_of(table)}
    for row in rows.values():
        moments = [naive.span(value["at"])[0] for value in row["values"]]
        assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_new_is_what_a_list_of_the_events_says(
    screens: Screens, store: Store, seed: int
) -> None:
    """Reports come, change and are cancelled in any order of their dates, an hour between two events."""
    random = Random(f"news {seed}")  # noqa: S311 - the same every time
    happened: list[tuple[str, str, float, datetime]] = []
    hours = 24
    for step in range(hours):
        number, kind = random.choice("ABCDEFGH"), random.choice("NMMC")
        generated = random.choice((step, step, step - 30.5))
        if any(n == number and k == kind == "N" for n, k, _, _ in happened):
            kind = "M"  # a second new report under a number is a copy or waits; that has tests of its own
        store.put(screens.person_id, Report(number, kind, hours=generated))
        came = datetime.now(UTC) - timedelta(hours=hours - step)
        received(screens, came)
        happened.append((number, kind, generated, came))
    for ago in (0.5, 3.5, 8.5, 16.5, 23.5, 40):
        since = datetime.now(UTC) - timedelta(hours=ago)
        answer = await screens.ask("new", {"since": since.isoformat()})
        assert answer.status_code == 200
        told = {report["id"]: report["kind"] for report in answer.json()["reports"]}
        expected = {
            str(Report(number).key.report_id(screens.person_id)): what
            for number in {n for n, _, _, _ in happened}
            if (what := told_of([e for e in happened if e[0] == number], since)) is not None
        }
        assert told == expected, ago
        assert answer.json()["total"] == len({n for n, _, _, _ in happened})


def received(screens: Screens, at: datetime) -> None:
    """Let what has just been stored have come at that time."""
    screens.run(
        "UPDATE results.report_version SET received = %s WHERE received > now() - interval '10 minutes'", at
    )


def told_of(events: list[tuple[str, str, float, datetime]], since: datetime) -> str | None:
    """What a reader is told of one report: the version with the newest date is shown, C before M before N."""
    shown = max(events, key=lambda event: (START + timedelta(hours=event[2]), "NMC".index(event[1])))
    if shown[3] <= since:
        return None
    if min(event[3] for event in events) > since:
        return "new"
    return "cancelled" if shown[1] == "C" else "changed"
