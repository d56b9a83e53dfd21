"""The history of a report: every accepted version, newest first."""

from __future__ import annotations

from typing import Any

import httpx
from fhir.resources.R4B.bundle import Bundle

from tests.integration.lookup.builder import Item, Report
from tests.integration.lookup.conftest import BASE, Api, Store


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


async def test_versions_of_the_same_moment_stand_as_the_rules_of_versions_have_it(
    api: Api, store: Store
) -> None:
    for number in range(8):
        first = store.put(api.person_id, Report(f"R{number}"))
        store.put(api.person_id, Report(f"R{number}", "C"))
        store.put(api.person_id, Report(f"R{number}", "M"))
        headers = {**api.headers, "person-id": api.number.value}
        path = f"/fhir/DiagnosticReport/{first.report_id}/_history"
        bundle = opened_history(await api.http.get(path, headers=headers))
        assert [e["resource"]["status"] for e in bundle["entry"]] == ["cancelled", "amended", "final"]
