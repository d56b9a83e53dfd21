"""If-None-Match and gzip: they change what goes over the wire, never what is decided and logged."""

from __future__ import annotations

from tests.conftest import TestDatabase
from tests.integration.lookup.answers import log
from tests.integration.lookup.builder import Item, Report
from tests.integration.lookup.conftest import Api, Store

INCLUDED = ("_include", "DiagnosticReport:result")


async def test_given_nothing_has_changed_then_304_and_a_row_of_its_own(
    api: Api, store: Store, postgres: TestDatabase
) -> None:
    store.put(api.person_id, Report("R1"))
    first = await api.search("DiagnosticReport", INCLUDED)
    again = await api.search("DiagnosticReport", INCLUDED, **{"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert (again.content, again.headers["etag"]) == (b"", first.headers["etag"])
    assert again.headers["cache-control"] == "no-store"
    rows = log(postgres)
    assert len(rows) == 2
    assert rows[0] == rows[1]


async def test_given_a_new_report_or_another_question_then_the_whole_answer(api: Api, store: Store) -> None:
    store.put(api.person_id, Report("R1"))
    etag = (await api.search("DiagnosticReport")).headers["etag"]
    other = await api.search("DiagnosticReport", ("_count", "1"), **{"if-none-match": etag})
    store.put(api.person_id, Report("R2"))
    newer = await api.search("DiagnosticReport", **{"if-none-match": etag})
    assert (other.status_code, newer.status_code) == (200, 200)
    assert newer.json()["total"] == 2


async def test_given_an_observation_has_changed_then_its_search_and_the_history_too(
    api: Api, store: Store
) -> None:
    url = f"/fhir/DiagnosticReport/{store.put(api.person_id, Report('R1')).report_id}/_history"
    caller = {"person-id": api.number.value, **api.headers}
    first = await api.search("Observation")
    history = await api.http.get(url, headers=caller)
    store.put(api.person_id, Report("R1", "M", items=[Item("1", value="9")], hours=1))
    again = await api.search("Observation", **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 200
    assert (await api.http.get(url, headers=caller)).headers["etag"] != history.headers["etag"]


async def test_given_gzip_is_asked_for_then_a_large_answer_is_packed(api: Api, store: Store) -> None:
    store.put(api.person_id, Report("R1"))
    plain = await api.search("DiagnosticReport", INCLUDED, **{"accept-encoding": "identity"})
    packed = await api.search("DiagnosticReport", INCLUDED, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.headers["etag"] == plain.headers["etag"]
