"""How a search is asked: parameters, bodies, methods and formats that are taken, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence

import httpx
import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from results_service.lookup.parameters import PARAMETERS
from tests.integration.lookup.answers import ids, opened
from tests.integration.lookup.builder import Item, Report
from tests.integration.lookup.conftest import Api, Store

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("patient", "x")], "search-parameter-unknown"),
        ([("_sort", "date")], "search-parameter-unknown"),
        ([("date", "yesterday")], "search-value-invalid"),
        ([("date", "ap2021")], "search-value-invalid"),
        ([("code:not", "x")], "search-modifier-unknown"),
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


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    OperationOutcome.model_validate_json(answer.content)
    assert answer.json()["issue"][0]["diagnostics"].startswith(code)


async def test_two_persons_in_one_search_are_refused(api: Api, store: Store) -> None:
    store.put(api.person_id, Report())
    headers = [*api.headers.items(), ("person-id", api.number.value), ("person-id", "12057900499")]
    answer = await api.http.post("/fhir/DiagnosticReport/_search", headers=headers)
    refused(answer, 400, "person-id-repeated")
    assert "12057900499" not in answer.text


@pytest.mark.parametrize("name", ["code:not", "status:not", "date:missing", "_tag:text", "_id:exact"])
async def test_a_modifier_is_refused_however_lenient(api: Api, store: Store, name: str) -> None:
    store.put(api.person_id, Report())
    for prefer in ("handling=strict", "handling=lenient"):
        refused(await api.search("Observation", (name, "x"), prefer=prefer), 400, "search-modifier-unknown")


@pytest.mark.parametrize("kind", list(PARAMETERS))
@pytest.mark.parametrize("name", ["_id", "status", "category", "code", "_tag"])
async def test_characters_that_no_database_takes_are_refused(api: Api, kind: str, name: str) -> None:
    headers = {**api.headers, "person-id": api.number.value, "content-type": FORM}
    url = f"/fhir/{kind}/_search"
    for text in ("%00", "a%00b", "%ED%A0%80", "%C3", "%ff"):
        answer = await api.http.post(url, content=f"{name}={text}", headers=headers)
        assert answer.status_code == 400, (name, text)


async def test_a_code_with_a_comma_is_found_by_its_escaped_form(api: Api, store: Store) -> None:
    report = Report("R1", items=[Item("1", "K,Na"), Item("2", "K"), Item("3", "a|b")])
    store.put(api.person_id, report)
    totals = [
        opened(await api.search("Observation", ("code", value)))["total"]
        for value in (r"K\,Na", "K,Na", r"a\|b", r"K\,Na,K")
    ]
    assert totals == [1, 1, 1, 2]
    by_report = [
        opened(await api.search("DiagnosticReport", ("_tag", value)))["total"]
        for value in (r"K\,Na", r"a\|b", "Na")
    ]
    assert by_report == [1, 1, 0]


async def test_several_values_of_two_parameters_are_all_asked(api: Api, store: Store) -> None:
    store.put(api.person_id, Report("R1", items=[Item("1", "A"), Item("2", "B")]))
    store.put(api.person_id, Report("R2", items=[Item("1", "A"), Item("2", "C")]))
    for pairs, total in (
        ([("_tag", "A"), ("_tag", "B")], 1),
        ([("_tag", "A"), ("_tag", "B,C")], 2),
        ([("_tag", "A"), ("_tag", "B"), ("_tag", "C")], 0),
        ([("code", "CLIN"), ("code", "CLIN"), ("code", "x")], 0),
        ([("status", "final"), ("status", "final,amended")], 2),
    ):
        assert opened(await api.search("DiagnosticReport", *pairs))["total"] == total, pairs


async def test_ids_are_compared_letter_by_letter(api: Api, store: Store) -> None:
    report = str(store.put(api.person_id, Report()).report_id)
    for text, total in (
        (report, 1),
        (f"x,{report}", 1),
        (report.upper(), 0),
        (f"urn:uuid:{report}", 0),
        (report.replace("-", ""), 0),
        (f"|{report}", 0),
    ):
        assert opened(await api.search("DiagnosticReport", ("_id", text)))["total"] == total, text


async def test_very_long_lists_are_answered(api: Api, store: Store) -> None:
    for number in range(20):
        store.put(api.person_id, Report(f"R{number}"))
    many = ",".join(str(number) for number in range(2_500))
    for kind, pairs in (
        ("DiagnosticReport", [("category", many), ("category", many), ("status", many)]),
        ("Observation", [("code", f"NPU01994,{many}"), ("_id", many)]),
    ):
        assert opened(await api.search(kind, *pairs))["total"] == 0


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/json", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/fhir+xml, application/fhir+json;q=0.5", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/fhir+xml", 406),
        ("text/html", 406),
        ("application/fhir+json; fhirVersion=3.0", 406),
        ("application/fhir+json;q=0", 406),
    ],
)
async def test_only_json_can_be_had(api: Api, store: Store, accept: str, status: int) -> None:
    store.put(api.person_id, Report())
    for answer in (
        await api.search("DiagnosticReport", accept=accept),
        await api.http.get("/fhir/metadata", headers={"accept": accept}),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/fhir+json"
        if status != 200:
            refused(answer, 406, "format-not-offered")


@pytest.mark.parametrize(
    ("formats", "status"),
    [
        (["json"], 200),
        (["application/fhir+json"], 200),
        (["application/fhir json"], 200),
        ([""], 200),
        (["xml"], 406),
        (["application/fhir+xml"], 406),
        (["json", "ttl"], 406),
    ],
)
async def test_format_stands_above_accept(
    api: Api, store: Store, formats: Sequence[str], status: int
) -> None:
    report = store.put(api.person_id, Report()).report_id
    pairs = [("_format", each) for each in formats]
    answer = await api.search("DiagnosticReport", *pairs, accept="application/fhir+json")
    assert answer.status_code == status
    headers = {**api.headers, "person-id": api.number.value, "accept": "application/fhir+json"}
    url = f"/fhir/DiagnosticReport/{report}/_history"
    assert (await api.http.get(url, params=pairs, headers=headers)).status_code == status
    assert (await api.http.get("/fhir/metadata", params=pairs)).status_code == status
    if formats == ["json"]:
        assert (await api.search("Observation", ("_format", "json"), accept="text/html")).status_code == 200


async def test_other_methods_are_refused_with_those_there_are(api: Api) -> None:
    for method, path, allowed in (
        ("GET", "/fhir/DiagnosticReport/_search", {"POST"}),
        ("HEAD", "/fhir/Observation/_search", {"POST"}),
        ("PUT", "/fhir/Observation/_search", {"POST"}),
        ("POST", "/fhir/metadata", {"GET"}),
    ):
        answer = await api.http.request(method, path, headers=api.headers)
        assert answer.status_code == 405
        assert allowed <= set(answer.headers["allow"].split(", ")), (method, path)
        if method != "HEAD":
            OperationOutcome.model_validate_json(answer.content)


async def test_the_statement_can_be_asked_for_without_its_body(api: Api) -> None:
    whole, head = await api.http.get("/fhir/metadata"), await api.http.head("/fhir/metadata")
    assert (head.status_code, head.headers["content-type"]) == (200, whole.headers["content-type"])
    json.loads(whole.content)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (FORM, 200),
        (f"{FORM}; charset=UTF-8", 200),
        (FORM.upper(), 200),
        ("application/json", 415),
        ("application/fhir+json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
async def test_a_body_must_be_a_form(api: Api, store: Store, content_type: str, status: int) -> None:
    store.put(api.person_id, Report())
    headers = {**api.headers, "person-id": api.number.value, "content-type": content_type}
    answer = await api.http.post("/fhir/Observation/_search", content=b"_count=1", headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert len(ids(opened(answer), "match")) == 1


async def test_parameters_of_the_address_and_of_the_form_are_one_search(api: Api, store: Store) -> None:
    store.put(api.person_id, Report("R1", items=[Item("1", "A")]))
    store.put(api.person_id, Report("R2", items=[Item("1", "A"), Item("2", "B")]))
    headers = {**api.headers, "person-id": api.number.value}
    url = "/fhir/DiagnosticReport/_search?_tag=A"
    assert opened(await api.http.post(url, data={"_tag": "B"}, headers=headers))["total"] == 1
    assert (await api.http.post(f"{url}&_count=1", data={"_count": "2"}, headers=headers)).status_code == 400
