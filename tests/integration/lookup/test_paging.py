"""Pages and their links: who follows them gets every match once, whatever happens meanwhile."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from results_service.lookup.parameters import PARAMETERS
from tests.integration.lookup.answers import ids, opened, resources
from tests.integration.lookup.builder import START, Report
from tests.integration.lookup.conftest import BASE, Api, Store


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


def link(bundle: dict[str, Any], relation: str) -> str | None:
    return next((each["url"] for each in bundle["link"] if each["relation"] == relation), None)


async def follow(api: Api, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    headers = {**api.headers, "person-id": api.number.value}
    return opened(await api.http.post(f"{parts.path}?{parts.query}", headers=headers))


def fill(api: Api, store: Store) -> None:
    """Seven reports, two of them sampled and issued at the same moment."""
    for day in (0, 1, 1, 2, 3, 4, 5):
        number = f"R{day}" if day != 1 else f"same-{len(store.rows('SELECT FROM results.report'))}"
        store.put(api.person_id, Report(number, sampled=START + timedelta(days=day)))


def arrive(api: Api, store: Store) -> None:
    store.put(api.person_id, Report("newest", sampled=START + timedelta(days=9)))
    store.put(api.person_id, Report("oldest", sampled=START - timedelta(days=9)))


def vanish(api: Api, store: Store) -> None:
    """The newest is sampled long ago by its change, and another is corrected."""
    store.put(api.person_id, Report("R5", "M", hours=1, sampled=START - timedelta(days=8)))
    store.put(api.person_id, Report("R4", "C", hours=1, sampled=None))


@pytest.mark.parametrize("happens", [arrive, vanish])
@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_given_all_links_are_followed_then_every_match_comes_once(
    api: Api, store: Store, kind: Any, happens: Any
) -> None:
    fill(api, store)
    before = set(ids(opened(await api.search(kind, ("_count", "5000")))))
    bundle = opened(await api.search(kind, ("_count", "2")))
    seen = ids(bundle, "match")
    happens(api, store)
    after = set(ids(opened(await api.search(kind, ("_count", "5000"))), "match"))
    while (url := link(bundle, "next")) is not None:
        bundle = await follow(api, url)
        assert bundle["total"] == len(after)
        seen += ids(bundle, "match")
    moved = {each for each in seen if seen.count(each) > 1}
    if happens is arrive:
        assert moved == set()
    assert before & after <= set(seen)
    if kind != "PractitionerRole":  # what it is sorted by stands in its report alone
        assert len(seen) - len(set(seen)) <= 2


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_given_nothing_happens_then_the_pages_are_the_whole_in_its_order(
    api: Api, store: Store, kind: Any, count: int
) -> None:
    fill(api, store)
    whole = ids(opened(await api.search(kind, ("_count", "5000"))), "match")
    bundle = opened(await api.search(kind, ("_count", str(count))))
    pages = [ids(bundle, "match")]
    while (url := link(bundle, "next")) is not None:
        bundle = await follow(api, url)
        pages.append(ids(bundle, "match"))
    assert [each for page in pages for each in page] == whole
    assert all(len(page) == count for page in pages[:-1])
    back = [pages[-1]]
    while (url := link(bundle, "previous")) is not None:
        bundle = await follow(api, url)
        back.insert(0, ids(bundle, "match"))
    assert [each for page in back for each in page] == whole


async def test_given_a_page_far_behind_the_end_then_previous_leads_to_the_last(
    api: Api, store: Store
) -> None:
    fill(api, store)
    for kind in ("DiagnosticReport", "Observation"):
        bundle = opened(await api.search(kind, ("_count", "2"), ("_skip", "1000000")))
        assert ("entry" in bundle, link(bundle, "next")) == (False, None)
        url = link(bundle, "previous")
        assert url is not None
        assert len(ids(await follow(api, url), "match")) == 2


@pytest.mark.parametrize(
    "sampled",
    [
        datetime(9999, 12, 31, tzinfo=UTC),  # stored before such years were none
        datetime(1, 1, 1, 1, tzinfo=UTC),
        datetime(2021, 3, 10, 12, tzinfo=timezone(timedelta(hours=18))),
        datetime(2021, 3, 10, 12, tzinfo=timezone(-timedelta(hours=23, minutes=59))),
    ],
)
@pytest.mark.parametrize("count", [1, 2])
async def test_given_an_uncommon_moment_stored_when_links_are_followed_then_every_report_comes_once(
    api: Api, store: Store, sampled: datetime, count: int
) -> None:
    for number, at in (("R1", sampled), ("R2", sampled), ("R3", START), ("R4", START - timedelta(days=9))):
        store.put(api.person_id, Report(number, sampled=at))
    answer = await api.search("DiagnosticReport", ("_count", str(count)))
    seen = ids(answer.json())
    headers = {**api.headers, "person-id": api.number.value}
    while (url := link(answer.json(), "next")) is not None:
        parts = urlsplit(url)
        answer = await api.http.post(f"{parts.path}?{parts.query}", headers=headers)
        assert answer.status_code == 200, answer.text
        seen += ids(answer.json())
    assert (len(seen), len(set(seen))) == (4, 4)


@pytest.mark.parametrize(
    ("effective", "status"),
    [("2021-03-16T12:00:00+23:59", 200), ("0001-01-01T00:00:00+01:00", 400), ("2021-03-16T12:00:00", 400)],
)
async def test_a_page_is_read_in_any_zone_and_refused_outside_of_time(
    api: Api, effective: str, status: int
) -> None:
    place = json.dumps([effective, "2021-03-16T12:00:00-23:59", str(uuid4())])
    page = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    answer = await api.search("DiagnosticReport", ("_page", page))
    assert answer.status_code == status
    assert status == 200 or "search-value-invalid" in answer.text


@pytest.mark.parametrize("page", ["x", "W10", "WzEsMl0", "WyIyMDIxLTAxLTAxIiwieCIsInkiXQ", "%00", "ø"])
@pytest.mark.parametrize("kind", ["DiagnosticReport", "Observation"])
async def test_a_page_of_ones_own_making_is_refused(api: Api, kind: Any, page: str) -> None:
    answer = await api.search(kind, ("_page", page))
    assert (answer.status_code, "search-value-invalid" in answer.text) == (400, True)


async def test_no_page_leads_to_anothers_results(api: Api, store: Store, actor: Any, number: Any) -> None:
    fill(api, store)
    bundle = opened(await api.search("Observation", ("_count", "1"), ("code", "NPU03230")))
    api.number = number("gry")
    api.headers |= {"access-basis": "SAMTYKKE", "access-reason": "treatment"}
    url = link(bundle, "next")
    assert url is not None
    assert (await follow(api, url))["total"] == 0
