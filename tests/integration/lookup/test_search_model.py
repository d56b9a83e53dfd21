"""Searches made up at random over whole mapped reports, held against the naive model of their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta
from random import Random
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from results_service.lookup.parameters import INCLUDES, PARAMETERS
from tests.integration.lookup import naive
from tests.integration.lookup.answers import ids, opened
from tests.integration.lookup.conftest import Api, Store
from tests.integration.lookup.taking import take_in_all

SEARCHES = 120
Pairs = list[tuple[str, str]]


@pytest.fixture
def shelved(api: Api, store: Store) -> list[naive.Shelf]:
    take_in_all(store, api.person_id)
    found = naive.shelves(store, api.person_id)
    assert len(found) > 15
    return found


class Asker:
    """Makes up searches of one kind out of what is there, and of what is not."""

    def __init__(self, random: Random, shelved: Sequence[naive.Shelf], kind: Any) -> None:
        self.random, self.kind = random, kind
        self.resources = [one for shelf in shelved for one in shelf.of(kind)]
        observations = [one for shelf in shelved for one in shelf.of("Observation")]
        coded = [one for one in [*self.resources, *observations] if isinstance(one.get("code"), dict)]
        self.codings = [coding for one in coded for coding in one["code"]["coding"]]
        self.codings += [coding for one in observations for coding in one["meta"].get("tag", [])]

    def pairs(self) -> Pairs:
        names = self.random.choices(list(PARAMETERS[self.kind]), k=self.random.choice((0, 1, 1, 1, 2, 3)))
        return [(name, ",".join(self._values(name))) for name in names]

    def includes(self) -> list[str]:
        every = [f"{kind}:{name}" for kind, names in INCLUDES.items() for name in names]
        return self.random.sample(every, self.random.choice((0, 0, 1, 2, 4)))

    def _values(self, name: str) -> list[str]:
        return [self._value(name) for _ in range(self.random.choice((1, 1, 1, 2, 4)))]

    def _value(self, name: str) -> str:
        one = self.random.choice(self.resources)
        if name == "date":
            return self._date(one)
        if name == "_id":
            return self.random.choice([one["id"], one["id"], one["id"].upper(), "x"])
        if name == "status":
            coding = {"system": naive.STATUSES[self.kind], "code": one["status"]}
        elif name == "category":
            categories = [coding for each in one.get("category", []) for coding in each["coding"]]
            coding = self.random.choice(categories or [{}])
        else:
            coding = self.random.choice(self.codings)
        return self._token(coding)

    def _token(self, coding: naive.Json) -> str:
        system, code = (escaped(coding.get(part, "")) for part in ("system", "code"))
        forms = [f"{system}|{code}", f"{system}|{code}", code, f"{system}|", f"|{code}", f"urn:other|{code}"]
        return self.random.choice([form for form in forms if form.strip("|")] or ["nothing"])

    def _date(self, one: naive.Json) -> str:
        at = (naive.moment_of(one) or naive.span("2021-03-17")[0]) + timedelta(
            seconds=self.random.choice((0, 0, 0, 1, -1, 3600, -3600, 86_400, -86_400))
        )
        local = at.astimezone(naive.OSLO)
        day, here, there = f"{local:%Y-%m-%d}", local.isoformat(), at.astimezone(UTC).isoformat()
        short = here[:16] + here[-6:]
        forms = (here, here, there.replace("+00:00", "Z"), short, here[:19], day, day, day[:7], day[:4])
        text = self.random.choice(forms)
        return self.random.choice(("", "eq", "ne", "lt", "gt", "le", "ge", "sa", "eb")) + text


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace("|", "\\|").replace("$", "\\$")


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_given_any_search_then_the_answer_is_the_naive_models(
    api: Api, shelved: list[naive.Shelf], kind: Any
) -> None:
    asker = Asker(Random(f"searches of {kind}"), shelved, kind)  # noqa: S311 - the same every time
    matched = 0
    for _ in range(SEARCHES):
        pairs, includes = asker.pairs(), asker.includes()
        form = [*pairs, *(("_include:iterate", value) for value in includes)]
        form += [("_include", value) for value in includes if value.startswith(f"{kind}:")]
        answer = await api.search(kind, *form, ("_count", "5000"))
        assert answer.status_code == 200, (form, answer.text)
        bundle = answer.json()
        Bundle.model_validate_json(answer.content)
        by_mode: dict[str, list[str]] = {"match": [], "include": []}
        for entry in bundle.get("entry", []):
            by_mode[entry["search"]["mode"]].append(entry["resource"]["id"])
        matches = naive.found(shelved, kind, pairs)
        assert (set(by_mode["match"]) ^ matches, form) == (set(), form)
        assert len(by_mode["match"]) == len(matches)
        assert bundle["total"] == len(matches)
        others = naive.included(shelved, matches, includes)
        assert (set(by_mode["include"]) ^ others, form) == (set(), form)
        assert len(by_mode["include"]) == len(others)
        matched += bool(matches)
    assert matched > SEARCHES * 0.2


@pytest.mark.parametrize("kind", list(PARAMETERS))
async def test_given_whole_messages_then_following_the_links_is_the_same_as_asking_for_all(
    api: Api, shelved: list[naive.Shelf], kind: Any
) -> None:
    whole = ids(opened(await api.search(kind, ("_count", "5000"))), "match")
    assert set(whole) == {one["id"] for shelf in shelved for one in shelf.of(kind)}
    bundle = opened(await api.search(kind, ("_count", "7")))
    pages = ids(bundle, "match")
    headers = {**api.headers, "person-id": api.number.value}
    while url := next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None):
        bundle = opened(await api.http.post(url.removeprefix("https://results.test"), headers=headers))
        pages += ids(bundle, "match")
    assert pages == whole
