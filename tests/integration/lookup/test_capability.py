"""The CapabilityStatement says what the API does: no more, no less."""

from __future__ import annotations

import json
from typing import Any

from fastapi.routing import APIRoute
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from results_service.lookup.endpoints import router
from tests.integration.lookup.conftest import Api


async def statement(api: Api) -> dict[str, Any]:
    answer = await api.http.get("/fhir/metadata")
    assert answer.status_code == 200
    CapabilityStatement.model_validate_json(answer.content)
    body: dict[str, Any] = json.loads(answer.content)
    return body


async def test_it_is_open_and_names_every_route(api: Api) -> None:
    rest = (await statement(api))["rest"][0]
    said = {
        (resource["type"], interaction["code"])
        for resource in rest["resource"]
        for interaction in resource["interaction"]
    }
    codes = {"_search": "search-type", "_history": "history-instance"}
    routed = {
        (route.path.split("/")[2], codes[route.path.rsplit("/", 1)[1]])
        for route in router.routes
        if isinstance(route, APIRoute) and not route.path.endswith("/metadata")
    }
    assert said == routed


async def test_every_parameter_it_names_is_understood_and_no_other(api: Api) -> None:
    values = {"date": "2021", "number": "1", "token": "x"}
    for resource in (await statement(api))["rest"][0]["resource"]:
        named = {p["name"]: p["type"] for p in resource["searchParam"]}
        for name, kind in named.items():
            answer = await api.search(resource["type"], (name, values[kind]))
            assert answer.status_code == 200, (resource["type"], name, answer.text)
        for include in resource.get("searchInclude", []):
            answer = await api.search(resource["type"], ("_include", include))
            assert answer.status_code == 200, include
        for name in {"_sort", "subject", "_revinclude", "_tag", "category", "date"} - set(named):
            assert (await api.search(resource["type"], (name, "2021"))).status_code == 400
