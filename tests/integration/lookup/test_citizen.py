"""What a citizen sees of the own results: what is released, and how much waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kit.identity.actor import Actor
from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.answers import opened, resources
from tests.integration.lookup.builder import START, Item, Report
from tests.integration.lookup.conftest import Api, Store


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
