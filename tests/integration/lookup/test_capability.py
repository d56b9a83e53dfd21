"""The CapabilityStatement says what the API does: no more, no less. What it does is found out by asking."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from results_service.lookup.parameters import PARAMETERS
from tests.integration.lookup.builder import Report
from tests.integration.lookup.conftest import Api, Store

# The search parameters of FHIR R4 (4.0.1): of every resource, and of the five there are here.
OF_ALL = """_id _lastUpdated _tag _profile _security _text _content _list _has _type _sort _count _skip
_offset _include _include:iterate _include:recurse _revinclude _revinclude:iterate _summary _total _elements
_contained _containedType _filter _query _score _source"""
OF_KIND = {
    "DiagnosticReport": """based-on category code conclusion date encounter identifier issued media patient
        performer result results-interpreter specimen status subject""",
    "Observation": """based-on category code code-value-concept code-value-date code-value-quantity
        code-value-string combo-code combo-code-value-concept combo-code-value-quantity
        combo-data-absent-reason combo-value-concept combo-value-quantity component-code
        component-data-absent-reason component-value-concept data-absent-reason date derived-from device
        encounter focus has-member identifier method part-of patient performer specimen status subject
        value-concept value-date value-quantity value-string""",
    "ServiceRequest": """authored based-on body-site category code encounter identifier instantiates-canonical
        intent occurrence patient performer performer-type priority replaces requester requisition specimen
        status subject date""",
    "Specimen": """accession bodysite collected collector container container-id identifier parent patient
        status subject type date""",
    "PractitionerRole": """active date email endpoint identifier location organization phone practitioner role
        service specialty telecom status""",
}
VALUES = {"_count": "1", "_skip": "1", "_include": "", "_include:iterate": "", "_summary": "true"}
UNLISTED = {"_include", "_include:iterate"}  # they stand in searchInclude


async def statement(api: Api) -> dict[str, Any]:
    answer = await api.http.get("/fhir/metadata")
    assert answer.status_code == 200
    CapabilityStatement.model_validate_json(answer.content)
    body: dict[str, Any] = json.loads(answer.content)
    return body


async def said_of(api: Api, kind: str) -> dict[str, Any]:
    resources = (await statement(api))["rest"][0]["resource"]
    (found,) = [resource for resource in resources if resource["type"] == kind]
    return dict(found)


def date_or_text(name: str) -> str:
    return VALUES.get(name, "2021" if name in ("date", "authored", "issued", "_lastUpdated") else "x")


async def test_it_names_the_resources_that_answer(api: Api) -> None:
    said = {resource["type"] for resource in (await statement(api))["rest"][0]["resource"]}
    others = ["Patient", "Bundle", "Organization", "Practitioner", "Encounter", "Condition", "ImagingStudy"]
    answering = set()
    for kind in [*PARAMETERS, *others]:
        if (await api.search(kind)).status_code == 200:
            answering.add(kind)
    assert said == answering


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_it_names_the_parameters_that_are_understood(api: Api, store: Store, kind: str) -> None:
    store.put(api.person_id, Report())
    understood = set()
    for name in [*OF_ALL.split(), *OF_KIND[kind].split()]:
        answer = await api.search(kind, (name, date_or_text(name)))
        assert answer.status_code in (200, 400), name
        if answer.status_code == 200:
            understood.add(name)
        else:
            assert "search-parameter-unknown" in answer.text or "search-modifier-unknown" in answer.text, name
    said = {parameter["name"] for parameter in (await said_of(api, kind))["searchParam"]}
    assert said == understood - UNLISTED


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_a_parameter_named_narrows_the_answer(api: Api, store: Store, kind: str) -> None:
    store.put(api.person_id, Report())
    whole = (await api.search(kind)).json()["total"]
    assert whole > 0
    values = {"date": "1900", "token": "nothing-of-ours"}
    for parameter in (await said_of(api, kind))["searchParam"]:
        if (value := values.get(parameter["type"])) is not None:
            answer = await api.search(kind, (parameter["name"], value))
            assert answer.json()["total"] == 0, parameter["name"]


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_it_names_the_includes_that_are_followed(api: Api, kind: str) -> None:
    followed = set()
    for name in [*OF_KIND[kind].split(), "*"]:
        answer = await api.search(kind, ("_include", f"{kind}:{name}"))
        if answer.status_code == 200:
            followed.add(f"{kind}:{name}")
    assert set((await said_of(api, kind)).get("searchInclude", [])) == followed


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_it_names_the_interactions_that_there_are(api: Api, store: Store, kind: str) -> None:
    store.put(api.person_id, Report())
    one = (await api.search(kind)).json()["entry"][0]["resource"]["id"]
    tried = {
        "search-type": ("POST", f"/fhir/{kind}/_search"),
        "read": ("GET", f"/fhir/{kind}/{one}"),
        "vread": ("GET", f"/fhir/{kind}/{one}/_history/1"),
        "history-instance": ("GET", f"/fhir/{kind}/{one}/_history"),
        "history-type": ("GET", f"/fhir/{kind}/_history"),
        "create": ("POST", f"/fhir/{kind}"),
        "update": ("PUT", f"/fhir/{kind}/{one}"),
        "patch": ("PATCH", f"/fhir/{kind}/{one}"),
        "delete": ("DELETE", f"/fhir/{kind}/{one}"),
    }
    headers = {**api.headers, "person-id": api.number.value}
    there = set()
    for code, (method, path) in tried.items():
        answer = await api.http.request(method, path, headers=headers)
        if answer.status_code == 200:
            there.add(code)
        else:
            assert answer.status_code in (404, 405), code
            assert answer.json()["resourceType"] == "OperationOutcome"
    assert {interaction["code"] for interaction in (await said_of(api, kind))["interaction"]} == there


async def test_it_names_the_formats_that_are_given(api: Api) -> None:
    said = (await statement(api))["format"]
    for text in said:
        assert (await api.search("Specimen", ("_format", text))).status_code == 200
    for text in ("application/fhir+xml", "xml", "text/turtle", "ttl", "html"):
        assert text not in said
        assert (await api.search("Specimen", ("_format", text))).status_code == 406


async def test_no_profile_or_address_is_one_that_answers_do_not_have(api: Api, store: Store) -> None:
    body = await statement(api)
    store.put(api.person_id, Report())
    bundle = (await api.search("DiagnosticReport")).json()
    assert bundle["entry"][0]["fullUrl"].startswith(body["implementation"]["url"] + "/DiagnosticReport/")
    assert body["fhirVersion"] == "4.0.1"
    assert body["rest"][0]["mode"] == "server"
