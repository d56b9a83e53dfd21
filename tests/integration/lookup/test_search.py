"""The FHIR API on a real PostgreSQL, every answer read as FHIR R4."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from kit.ids import NationalId
from results_service.lookup.parameters import INCLUDES, PARAMETERS
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.answers import ids, kinds, log, opened, resources
from tests.integration.lookup.builder import NLK, Item, Report, observation_id
from tests.integration.lookup.conftest import Api, Store

TREE = [
    Item("1", "NPU18238", value=None),
    Item("2", "NPU18237", parent="1"),
    Item("3"),
    Item("4", parent="2"),
]


async def test_includes_follow_references(api: Api, store: Store) -> None:
    store.put(api.person_id, Report())
    pairs = [("_include", f"DiagnosticReport:{name}") for name in ("specimen", "based-on", "result")]
    bundle = opened(await api.search("DiagnosticReport", *pairs))
    assert kinds(bundle, "match") == {"DiagnosticReport"}
    assert kinds(bundle, "include") == {"Specimen", "ServiceRequest", "Observation"}
    pairs = [("_include", "DiagnosticReport:based-on"), ("_include:iterate", "ServiceRequest:requester")]
    assert kinds(opened(await api.search("DiagnosticReport", *pairs)), "include") == {
        "ServiceRequest",
        "PractitionerRole",
    }
    references = {r["reference"] for r in resources(bundle)[0]["result"]}
    assert references == {
        f"Observation/{i}" for i in ids(bundle, "include") if f"Observation/{i}" in references
    }
    assert len(references) == 2


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_every_documented_include_is_taken(api: Api, store: Store, kind: Any) -> None:
    store.put(api.person_id, Report(items=TREE))
    for name, target in INCLUDES[kind].items():
        bundle = opened(await api.search(kind, ("_include", f"{kind}:{name}")))
        if (kind, name) != ("Specimen", "collector"):  # these specimens have none
            assert target in kinds(bundle)


async def test_a_member_is_never_given_without_its_tree(api: Api, store: Store) -> None:
    outcome = store.put(api.person_id, Report(items=TREE))
    tree = {str(observation_id(outcome.report_id, key)) for key in "124"}
    bundle = opened(await api.search("Observation", ("code", f"{NLK}|NPU18237")))
    assert bundle["total"] == 1
    assert ids(bundle, "match") == [str(observation_id(outcome.report_id, "2"))]
    assert set(ids(bundle)) == tree
    by_tag = opened(await api.search("Observation", ("_tag", "NPU18237")))
    assert set(ids(by_tag, "match")) == {str(observation_id(outcome.report_id, key)) for key in "12"}
    everything = opened(await api.search("Observation"))
    assert (everything["total"], len(ids(everything, "match")), ids(everything, "include")) == (4, 4, [])
    one = opened(await api.search("Observation", ("_count", "1")))
    assert set(ids(one)) == tree


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("date", "2021-03-17")], ["R17"]),
        ([("date", "gt2021-03-17")], ["R19", "R18"]),
        ([("date", "ge2021-03-17"), ("date", "lt2021-03-19")], ["R18", "R17"]),
        ([("date", "le2021-03-17")], ["R17", "R16"]),
        ([("date", "2021-03-17T13:00:00+01:00")], ["R17"]),
        ([("_tag", "NPU03230")], ["R19", "R18", "R17", "R16"]),
        ([("_tag", f"{NLK}|NPU99999")], []),
        ([("_tag", f"{NLK}|NPU99999,NPU01994")], ["R19", "R18", "R17", "R16"]),
        ([("code", "CLIN"), ("category", "LAB"), ("status", "final")], ["R19", "R18", "R17", "R16"]),
        ([("code", "http://example.org/8202|"), ("date", "2021-03-16")], ["R16"]),
        ([("status", "amended,cancelled")], []),
        ([("category", "BLD")], []),
        ([("_id", "nothing-of-ours")], []),
    ],
)
async def test_filters_of_reports(
    api: Api, store: Store, pairs: list[tuple[str, str]], expected: list[str]
) -> None:
    for day in (16, 17, 18, 19):
        store.put(api.person_id, Report(f"R{day}", sampled=datetime(2021, 3, day, 12, tzinfo=UTC)))
    bundle = opened(await api.search("DiagnosticReport", *pairs))
    assert [r["identifier"][0]["value"] for r in resources(bundle)] == expected
    assert bundle["total"] == len(expected)


async def test_filters_of_observations_and_the_other_kinds(api: Api, store: Store) -> None:
    for day in (16, 17):
        items = [Item("1", status="final"), Item("2", "NPU03230", status="cancelled")]
        store.put(
            api.person_id, Report(f"R{day}", sampled=datetime(2021, 3, day, 12, tzinfo=UTC), items=items)
        )
    for kind, pairs, total in (
        ("Observation", [("code", "NPU03230"), ("date", "2021-03-17")], 1),
        ("Observation", [("status", "cancelled"), ("category", "CLIN")], 2),
        ("Observation", [("code", f"{NLK}|")], 4),
        ("ServiceRequest", [("date", "gt2021-03-16"), ("status", "unknown")], 1),
        ("Specimen", [("date", "le2021-03-16")], 1),
        ("PractitionerRole", [], 2),
    ):
        bundle = opened(await api.search(kind, *pairs))
        assert (kind, pairs, bundle["total"]) == (kind, pairs, total)
        assert kinds(bundle) == {kind}
    found = opened(await api.search("Specimen"))
    again = opened(await api.search("Specimen", ("_id", ids(found)[0])))
    assert ids(again) == ids(found)[:1]
    assert "subject" not in resources(opened(await api.search("PractitionerRole")))[0]


async def test_a_token_without_the_scope_is_refused(api: Api, actor: MakeActor) -> None:
    api.caller = actor("lege-koman", scopes=frozenset({"akson:core-record/read"}))
    assert (await api.search("DiagnosticReport")).status_code == 403


async def test_nobody_behind_a_number_is_an_empty_bundle_and_a_row(api: Api, postgres: TestDatabase) -> None:
    api.number = NationalId("17054026641", "FNR")
    bundle = opened(await api.search("DiagnosticReport"))
    assert (bundle["total"], "entry" in bundle) == (0, False)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT outcome FROM core_record.actor_log").fetchall() == [("nobody-found",)]


async def test_what_was_shown_is_in_the_log(api: Api, store: Store, postgres: TestDatabase) -> None:
    store.put(api.person_id, Report())
    opened(await api.search("DiagnosticReport", ("_include", "DiagnosticReport:result")))
    assert log(postgres) == [("permitted", {"DiagnosticReport": 1, "Observation": 2})]


async def test_without_a_log_row_nothing_is_shown(api: Api, store: Store, postgres: TestDatabase) -> None:
    store.put(api.person_id, Report())
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute(
            "ALTER TABLE core_record.access_log ADD CONSTRAINT full_disk CHECK (at < '1900-01-01') NOT VALID"
        )
        try:
            answer = await api.search("DiagnosticReport")
        finally:
            conn.execute("ALTER TABLE core_record.access_log DROP CONSTRAINT full_disk")
    assert answer.status_code >= 500
    assert "R1" not in answer.text
    assert log(postgres) == []


async def test_another_persons_reports_are_not_found(
    api: Api, store: Store, actor: MakeActor, number: Any
) -> None:
    store.put(api.person_id, Report())
    api.number = number("gry")
    api.headers |= {"access-basis": "SAMTYKKE", "access-reason": "treatment"}
    answer = await api.search("DiagnosticReport")
    assert opened(answer)["total"] == 0


async def test_given_the_code_of_an_answer_then_by_code_it_is_not_what_was_examined(
    api: Api, store: Store
) -> None:
    answer = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8271|R"
    store.put(api.person_id, Report(items=[Item("1", also=[answer]), Item("2", "NPU03230")]))
    totals = [opened(await api.search("Observation", (name, answer)))["total"] for name in ("code", "_tag")]
    assert totals == [0, 1]
    assert opened(await api.search("DiagnosticReport", ("_tag", answer)))["total"] == 1


async def test_given_a_system_that_is_not_the_codes_then_nothing_is_found(api: Api, store: Store) -> None:
    store.put(api.person_id, Report())
    kinds = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8202"
    for pairs, total in (
        (("category", f"{kinds}|LAB"), 1),
        (("category", f"{kinds}|"), 1),
        (("category", "http://example.org/other|LAB"), 0),
        (("category", "|LAB"), 0),
        (("status", "http://hl7.org/fhir/diagnostic-report-status|final"), 1),
        (("status", "http://hl7.org/fhir/observation-status|final"), 0),
        (("status", "http://hl7.org/fhir/diagnostic-report-status|"), 1),
    ):
        assert opened(await api.search("DiagnosticReport", pairs))["total"] == total, pairs
