"""Pages of entries: every page size shows everything that one may see once, and nothing else."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.journal.conftest import Journal, note_of

TIMES = [f"2026-11-20T09:00:00.00000{micro}+01:00" for micro in (0, 0, 0, 0, 1)]
READERS = ("lege-koman", "sykepleier", "pleieassistent", "line")
MADE = 24


@pytest.mark.parametrize("seed", [1, 2])
async def test_given_equal_times_and_hidden_ones_then_any_page_size_walks_through_the_visible_ones_once(
    journal: Journal, seed: int
) -> None:
    written = [await _write(journal, Random(f"{seed}{one}")) for one in range(MADE)]  # noqa: S311
    for who in READERS:
        visible = [one for one in written if await _opens(journal, who, one)]
        walks = [await _walk(journal, who, size) for size in (1, 2, 3, 5, MADE - 1, MADE, 100)]
        assert sorted(walks[0]) == sorted(entry for _, entry in visible)
        assert all(walk == walks[0] for walk in walks)
        assert 0 < len(visible) < MADE


async def test_given_the_newest_ones_are_hidden_then_the_page_and_the_summary_are_filled_all_the_same(
    journal: Journal,
) -> None:
    own = [await journal.contact("pleieassistent", at="2026-11-02T09:00:00+01:00") for _ in range(3)]
    for _ in range(33):
        await journal.contact("lege-koman", at="2026-11-20T09:00:00+01:00")
    body = {"kinds": ["Encounter"], "count": 3}
    page = await journal.ok("pleieassistent", "line", "POST", "/journal/_search", body)
    seen = await journal.ok("pleieassistent", "line", "POST", "/journal/summary/_search", {"kinds": []})
    for found in (page, seen):
        assert {one["id"] for one in found["entries"]["Encounter"]} == {one["id"] for one in own}
    assert page["next"] is None
    assert "Encounter" not in seen["next"]


async def test_given_more_contacts_than_the_summary_shows_then_it_says_where_the_rest_begins(
    journal: Journal,
) -> None:
    made = {(await journal.contact())["id"] for _ in range(34)}
    wanted = {"kinds": ["Encounter"]}
    seen = await journal.ok("lege-koman", "line", "POST", "/journal/summary/_search", wanted)
    body = wanted | {"after": seen["next"]["Encounter"], "count": 50}
    rest = await journal.ok("lege-koman", "line", "POST", "/journal/_search", body)
    first, last = ([one["id"] for one in found["entries"]["Encounter"]] for found in (seen, rest))
    assert (len(first), len(last), rest["next"]) == (30, 4, None)
    assert {*first, *last} == made


async def _write(journal: Journal, drawn: Random) -> tuple[str, str]:
    """A contact, or a note that is a draft, signed or thrown away, of one of three services."""
    who = drawn.choice(["lege-koman", "sykepleier", "pleieassistent"])
    if drawn.random() < 0.3:
        return "Encounter", (await journal.contact(who, at=drawn.choice(TIMES)))["id"]
    template, text = ("gp-note", "text") if who == "lege-koman" else ("home-care-visit", "done")
    note = note_of(template, texts={text: "Fikk råd."}) | {"at": drawn.choice(TIMES)}
    entry_id = str(uuid4())
    await journal.ok(who, "line", "PUT", f"/journal/Composition/{entry_id}", note)
    if end := drawn.choice(["", "$sign", "$discard"]):
        path = f"/journal/Composition/{entry_id}/{end}"
        await journal.ok(who, "line", "POST", path, if_match='W/"1"')
    return "Composition", entry_id


async def _opens(journal: Journal, who: str, one: tuple[str, str]) -> bool:
    kind, entry_id = one
    return (await journal.call(who, "line", "POST", f"/journal/{kind}/{entry_id}/_history")).is_success


async def _walk(journal: Journal, who: str, size: int) -> list[str]:
    """The ids of one page after the other. Each page but the last is full."""
    found: list[str] = []
    after: Any = None
    while True:
        body = {"kinds": ["Composition", "Encounter"], "after": after, "count": size}
        page = await journal.ok(who, "line", "POST", "/journal/_search", body)
        shown = sorted((e for kind in page["entries"].values() for e in kind), key=lambda e: e["id"])
        shown.sort(key=lambda entry: datetime.fromisoformat(entry["at"]), reverse=True)
        found += [entry["id"] for entry in shown]
        if page["next"] is None:
            return found
        assert len(shown) == size
        after = page["next"]
