"""The FHIR API on a real PostgreSQL, every answer read as FHIR R4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psycopg
import pytest
from fhir.resources.R4B.bundle import Bundle

from kit.identity.actor import Actor
from kit.ids import NationalId
from results_service.lookup.parameters import INCLUDES, PARAMETERS
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.builder import NLK, START, Item, Report, observation_id
from tests.integration.lookup.conftest import BASE, Api, Store

TREE = [
    Item("1", "NPU18238", value=None),
    Item("2", "NPU18237", parent="1"),
    Item("3"),
    Item("4", parent="2"),
]


def opened(answer: httpx.Response) -> dict[str, Any]:
    """The Bundle, checked to be FHIR R4."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle: dict[str, Any] = answer.json()
    Bundle.model_validate_json(answer.content)
    return bundle


def resources(bundle: dict[str, Any], mode: str | None = None) -> list[dict[str, Any]]:
    entries = bundle.get("entry", [])
    return [e["resource"] for e in entries if mode in (None, e["search"]["mode"])]


def ids(bundle: dict[str, Any], mode: str | None = None) -> list[str]:
    return [r["id"] for r in resources(bundle, mode)]


def kinds(bundle: dict[str, Any], mode: str | None = None) -> set[str]:
    return {r["resourceType"] for r in resources(bundle, mode)}


def log(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute("SELECT outcome, items FROM core_record.access_log ORDER BY at").fetchall()


async def test_newest_reports_first_with_subject_links_and_total(api: Api, store: Store) -> None:
    for day in range(5):
        store.put(api.person_id, Report(f"R{day}", sampled=START + timedelta(days=day)))
    bundle = opened(await api.search("DiagnosticReport", ("_count", "2"), ("_skip", "2")))
    assert bundle["total"] == 5
    found = resources(bundle)
    assert [r["identifier"][0]["value"] for r in found] == ["R2", "R1"]
    assert found[0]["subject"] == {"identifier": {"system": api.number.oid, "value": api.number.value}}
    assert bundle["entry"][0]["fullUrl"] == f"{BASE}/DiagnosticReport/{found[0]['id']}"
    assert [link["relation"] for link in bundle["link"]] == ["self", "next", "previous"]
    assert all(api.number.value not in link["url"] for link in bundle["link"])


async def test_next_link_leads_on(api: Api, store: Store) -> None:
    for day in range(3):
        store.put(api.person_id, Report(f"R{day}", sampled=START + timedelta(days=day)))
    bundle = opened(await api.search("DiagnosticReport", ("_count", "2"), ("status", "final")))
    url = urlsplit(next(link["url"] for link in bundle["link"] if link["relation"] == "next"))
    assert ("status", "final") in parse_qsl(url.query)
    headers = {**api.headers, "person-id": api.number.value}
    rest = opened(await api.http.post(f"{url.path}?{url.query}", headers=headers))
    assert (rest["total"], len(resources(rest))) == (3, 1)
    assert not set(ids(rest)) & set(ids(bundle))


async def test_counts_of_zero_and_five_thousand(api: Api, store: Store) -> None:
    store.put(api.person_id, Report())
    nothing = opened(await api.search("DiagnosticReport", ("_count", "0")))
    assert (nothing["total"], resources(nothing)) == (1, [])
    assert len(resources(opened(await api.search("DiagnosticReport", ("_count", "5000"))))) == 1
    assert (await api.search("DiagnosticReport", ("_count", "5001"))).status_code == 400


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


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("patient", "x")], "search-parameter-unknown"),
        ([("_sort", "date")], "search-parameter-unknown"),
        ([("date", "yesterday")], "search-value-invalid"),
        ([("date", "ne2021")], "search-value-invalid"),
        ([("date", "2021-13-01")], "search-value-invalid"),
        ([("_count", "-1")], "search-value-invalid"),
        ([("_include", "Patient:name")], "search-value-invalid"),
        ([("_id", "13116900216")], "person-number-in-parameter"),
    ],
)
async def test_what_cannot_be_understood_is_refused_with_a_reason(
    api: Api, pairs: list[tuple[str, str]], code: str
) -> None:
    answer = await api.search("DiagnosticReport", *pairs)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.json()["issue"][0]["diagnostics"].startswith(code)
    assert "13116900216" not in answer.text


async def test_an_unknown_parameter_is_left_out_when_asked_leniently(api: Api, store: Store) -> None:
    store.put(api.person_id, Report())
    bundle = opened(await api.search("DiagnosticReport", ("_sort", "date"), prefer="handling=lenient"))
    assert bundle["total"] == 1
    assert "_sort" not in bundle["link"][0]["url"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "person-id-missing"), ("13116900217", "national-id-check-digit")]
)
async def test_a_missing_or_wrong_person_id(api: Api, text: str, code: str) -> None:
    answer = await api.http.post("/fhir/Observation/_search", headers=api.headers | {"person-id": text})
    assert answer.status_code == 400
    assert code in answer.text
    assert "13116900217" not in answer.text


async def test_a_body_that_is_no_form_is_refused(api: Api) -> None:
    headers = {**api.headers, "person-id": api.number.value, "content-type": "application/json"}
    answer = await api.http.post("/fhir/Observation/_search", content=b"{}", headers=headers)
    assert answer.status_code == 415


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


async def test_history_shows_each_version_with_what_it_had(api: Api, store: Store) -> None:
    first = store.put(api.person_id, Report(items=[Item("1", value="21")]))
    store.put(api.person_id, Report(serv_type="M", hours=1, items=[Item("1", value="12")]))
    headers = {**api.headers, "person-id": api.number.value}
    path = f"/fhir/DiagnosticReport/{first.report_id}/_history"
    bundle = opened_history(await api.http.get(path, headers=headers))
    assert [e["resource"]["status"] for e in bundle["entry"]] == ["amended", "final"]
    assert [e["response"]["etag"] for e in bundle["entry"]][1] == f'W/"{first.version_id}"'
    form = {"_include": "DiagnosticReport:result"}
    with_results = opened_history(await api.http.post(path, data=form, headers=headers))
    values = [e["resource"]["valueQuantity"]["value"] for e in with_results["entry"][1::2]]
    assert values == [12, 21]
    missing = await api.http.get(f"/fhir/DiagnosticReport/{BASE[-4:]}/_history", headers=headers)
    assert missing.status_code == 404
    assert (await api.http.get(path, headers=api.headers)).status_code == 400


def opened_history(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    Bundle.model_validate_json(answer.content)
    bundle: dict[str, Any] = answer.json()
    assert bundle["type"] == "history"
    return bundle


@pytest.fixture
def citizen(api: Api, actor: MakeActor) -> Actor:
    api.caller = actor("line", scopes=frozenset({"nhn:pps/provesvar-read"}))
    api.headers = {}
    return api.caller


async def test_a_citizen_sees_what_is_released_and_how_much_waits(
    api: Api, store: Store, citizen: Actor
) -> None:
    recently = (datetime.now(UTC) - START) / timedelta(hours=1) - 24
    store.put(api.person_id, Report("at-once", hours=recently))
    store.put(api.person_id, Report("after-14-days", release_class=2))
    store.put(api.person_id, Report("waits", release_class=2, hours=recently))
    store.put(api.person_id, Report("by-clinician", release_class=3))
    store.put(api.person_id, Report("never", release_class=4))
    store.put(api.person_id, Report("preliminary", status="P"))
    for kind, shown in (("DiagnosticReport", 2), ("Observation", 4), ("Specimen", 2)):
        bundle = opened(await api.search(kind))
        assert bundle["total"] == shown
        assert len(resources(bundle, "match")) == shown
        (outcome,) = resources(bundle, "outcome")
        waiting = {i["details"]["coding"][0]["code"]: i["extension"] for i in outcome["issue"]}
        assert set(waiting) == {"preliminary", "class-2", "class-3", "class-4"}
        earliest = datetime.fromisoformat(waiting["class-2"][1]["valueDateTime"])
        expected = START + timedelta(hours=recently) + timedelta(days=14)
        assert abs(earliest - expected) < timedelta(seconds=2)
        assert waiting["class-3"][0]["valueInteger"] == 1


async def test_what_waits_does_not_depend_on_what_is_searched_for(
    api: Api, store: Store, citizen: Actor
) -> None:
    store.put(api.person_id, Report("never", release_class=4, items=[Item("1", "NPU18238")]))
    answers = [
        opened(await api.search("Observation", ("code", code))).get("entry")
        for code in ("NPU18238", "NPU00001")
    ]
    assert answers[0] == answers[1]


async def test_a_new_version_waits_again_and_hides_the_history(
    api: Api, store: Store, citizen: Actor
) -> None:
    recently = (datetime.now(UTC) - START) / timedelta(hours=1) - 24
    first = store.put(api.person_id, Report(release_class=2))
    path = f"/fhir/DiagnosticReport/{first.report_id}/_history"
    headers = {"person-id": api.number.value}
    assert (await api.http.get(path, headers=headers)).status_code == 200
    store.put(api.person_id, Report(serv_type="M", release_class=2, hours=recently))
    assert (await api.http.get(path, headers=headers)).status_code == 404
    assert opened(await api.search("DiagnosticReport"))["total"] == 0
