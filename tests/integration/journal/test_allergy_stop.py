"""An allergy stops a medicine, an answer to it lets it through, and a new allergy stops it again."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from core_record.access.journal import journal_table
from journal_api.journal.medication.reactions import conflict
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal, code_of
from tests.integration.journal.test_lists import make, sent
from tests.integration.privacy.conftest import ENH, citizen, core, core_app, make_setting, party

__all__ = ["citizen", "core", "core_app", "make_setting"]
Set = Callable[..., Awaitable[httpx.Response]]
AMOXICILLIN = {
    "name": "Amoxicillin 500 mg",
    "atc": {"system": "atc", "code": "J01CA04", "display": "Amoksicillin"},
}


async def allergy(journal: Journal, substance: str = "Penicillin", **change: Any) -> dict[str, Any]:
    return await make(journal, "AllergyIntolerance", substance=substance, **change)


async def put(
    journal: Journal,
    entry_id: str,
    version: int | None = None,
    state: str = "active",
    who: str = "lege-koman",
    **change: Any,
) -> httpx.Response:
    match = {"If_Match": f'"{version}"'} if version else {}
    body = sent("MedicationStatement", state, **{**AMOXICILLIN, **change})
    return await journal.call(who, "line", "PUT", f"/journal/MedicationStatement/{entry_id}", body, **match)


def answering(*entries: dict[str, Any], reason: str = "Tålte det i mars") -> dict[str, Any]:
    return {
        "reason": reason,
        "allergies": [{"id": one["id"], "version": one["version"]} for one in entries],
    }


async def summary(journal: Journal) -> dict[str, Any]:
    kinds = {"kinds": ["AllergyIntolerance", "MedicationStatement"]}
    found: dict[str, Any] = await journal.ok("lege-koman", "line", "POST", "/journal/summary/_search", kinds)
    return found


async def test_given_an_allergy_then_a_medicine_against_it_is_refused_and_the_answer_names_it(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    known = await allergy(journal)
    with caplog.at_level(logging.DEBUG):
        refused = await put(journal, str(uuid4()))

    assert code_of(refused) == "409 allergy-conflict"
    (named,) = refused.json()["allergies"]
    assert (named["id"], named["version"], named["ground"]) == (known["id"], 1, "same-substance")
    assert refused.json()["hidden"] == 0
    assert (await summary(journal))["entries"]["MedicationStatement"] == []
    assert not any(word in caplog.text.casefold() for word in ("penicillin", "amoxi", known["id"]))


async def test_given_it_is_answered_then_it_is_taken_and_kept_with_who_answered(journal: Journal) -> None:
    known = await allergy(journal)
    taken = (await put(journal, str(uuid4()), override=answering(known))).json()
    override = taken["body"]["override"]
    assert override["allergies"] == [{"id": known["id"], "version": 1}]
    assert override["by"]["by"] == taken["changed"]["by"]
    assert [one["answered"] for one in taken["conflicts"][0]["allergies"]] == [True]

    again = await put(journal, taken["id"], 1, dose="Ny dose", override=override)
    assert again.json()["body"]["override"] == override


@pytest.mark.parametrize("reason", ["", "   "])
async def test_given_no_reason_then_it_is_no_answer(journal: Journal, reason: str) -> None:
    known = await allergy(journal)
    refused = await put(journal, str(uuid4()), override=answering(known, reason=reason))
    assert code_of(refused) == "400 entry-body"


async def test_given_one_of_two_is_answered_then_the_other_stops(journal: Journal) -> None:
    one = await allergy(journal)
    other = await allergy(journal, "Amoxicillin", coding=None)
    refused = await put(journal, str(uuid4()), override=answering(one))
    assert [named["id"] for named in refused.json()["allergies"]] == [other["id"]]
    assert (await put(journal, str(uuid4()), override=answering(one, other))).is_success


async def test_given_an_answer_to_a_version_that_is_not_yet_then_it_answers_nothing_later(
    journal: Journal,
) -> None:
    known = await allergy(journal)
    ahead = {"reason": "Ja", "allergies": [{"id": known["id"], "version": n} for n in (1, 2)]}
    taken = (await put(journal, str(uuid4()), override=ahead)).json()
    path = f"/journal/AllergyIntolerance/{known['id']}"
    worse = sent("AllergyIntolerance", reaction="Anafylaksi")
    changed = await journal.ok("lege-koman", "line", "PUT", path, worse, If_Match='"1"')

    assert changed["conflicts"][0]["medication"] == taken["id"]
    assert [one["answered"] for one in changed["conflicts"][0]["allergies"]] == [False]
    refused = await put(journal, taken["id"], 1, dose="Ny dose", override=taken["body"]["override"])
    assert code_of(refused) == "409 allergy-conflict"
    assert (await put(journal, taken["id"], 1, override=answering(changed))).is_success


async def test_given_an_allergy_comes_after_then_it_is_told_marked_and_stops_again(journal: Journal) -> None:
    taken = (await put(journal, str(uuid4()))).json()
    assert taken["conflicts"] == []
    known = await allergy(journal)

    assert [one["medication"] for one in known["conflicts"]] == [taken["id"]]
    marked = (await summary(journal))["conflicts"]
    assert [(one["medication"], one["allergies"][0]["id"]) for one in marked] == [(taken["id"], known["id"])]
    assert code_of(await put(journal, taken["id"], 1, dose="To")) == "409 allergy-conflict"
    assert (await put(journal, taken["id"], 1, "stopped")).is_success
    assert (await summary(journal))["conflicts"] == []
    assert code_of(await put(journal, taken["id"], 2)) == "409 allergy-conflict"


@pytest.mark.parametrize(
    ("state", "certainty"), [("inactive", "refuted"), ("inactive", "confirmed"), ("entered-in-error", None)]
)
async def test_given_the_allergy_is_no_more_then_nothing_stops(
    journal: Journal, state: str, certainty: str | None
) -> None:
    known = await allergy(journal)
    over = sent("AllergyIntolerance", state, certainty=certainty)
    await journal.ok(
        "lege-koman", "line", "PUT", f"/journal/AllergyIntolerance/{known['id']}", over, If_Match='"1"'
    )
    assert (await put(journal, str(uuid4()))).is_success


async def test_given_the_same_write_once_more_then_it_is_taken_also_after_an_allergy_came(
    journal: Journal,
) -> None:
    entry_id = str(uuid4())
    first = await put(journal, entry_id)
    await allergy(journal)
    assert (await put(journal, entry_id)).json()["version"] == first.json()["version"]


async def test_whoever_writes_medication_reads_allergies() -> None:
    def holds(kinds: str, kind: str) -> bool:
        return kinds == "all" or kind in kinds

    writers = [reads for _, reads, writes, _ in journal_table() if holds(writes, "MedicationStatement")]
    assert writers
    assert all(holds(reads, "AllergyIntolerance") for reads in writers)


@pytest.mark.parametrize("seed", range(6))
async def test_no_order_of_writes_leaves_a_live_medicine_against_an_allergy_that_was_there_unanswered(
    journal: Journal, seed: int
) -> None:
    """Whatever is written in whatever order: a pair in conflict is answered, or the allergy is the newer."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice of steps
    clock: dict[str, int] = {}
    for step in range(24):
        found = (await summary(journal))["entries"]
        done = await _step(journal, chance, found)
        if done is not None:
            clock[done] = step
        await _check(journal, clock)


ALLERGENS = [("Penicillin", None), ("Ibux", None), ("Noe", {"system": "atc", "code": "M01A", "display": "x"})]
MEDICINES = [
    AMOXICILLIN,
    {"name": "Keflex", "atc": {"system": "atc", "code": "J01DB01", "display": "Cefaleksin"}},
    {"name": "Voltaren", "atc": None},
    {"name": "Metformin", "atc": None},
]


async def _step(journal: Journal, chance: random.Random, found: dict[str, list[Any]]) -> str | None:
    allergies, medicines = found["AllergyIntolerance"], found["MedicationStatement"]
    if chance.random() < 0.4:
        substance, coding = chance.choice(ALLERGENS)
        known = next((one for one in allergies if one["body"]["substance"] == substance), None)
        state = chance.choice(["active", "active", "inactive"]) if known else "active"
        body = sent(
            "AllergyIntolerance", state, substance=substance, coding=coding, reaction=str(chance.random())
        )
        return await _done(journal, "AllergyIntolerance", known, body)
    medicine = chance.choice(MEDICINES)
    known = next((one for one in medicines if one["body"]["name"] == medicine["name"]), None)
    state = chance.choice(["active", "active", "on-hold", "stopped"])
    change: dict[str, Any] = {**medicine, "dose": str(chance.random())}
    if chance.random() < 0.5:
        change["override"] = answering(*(one for one in allergies if chance.random() < 0.7))
    body = sent("MedicationStatement", state, **change)
    return await _done(journal, "MedicationStatement", known, body)


async def _done(
    journal: Journal, kind: str, known: dict[str, Any] | None, body: dict[str, Any]
) -> str | None:
    entry_id = known["id"] if known else str(uuid4())
    match = {"If_Match": f'"{known["version"]}"'} if known else {}
    answer = await journal.call("lege-koman", "line", "PUT", f"/journal/{kind}/{entry_id}", body, **match)
    assert answer.is_success or code_of(answer) == "409 allergy-conflict"
    return entry_id if answer.is_success else None


async def _check(journal: Journal, clock: dict[str, int]) -> None:
    shown = await summary(journal)
    marked = {
        one["medication"]: {a["id"]: a["answered"] for a in one["allergies"]} for one in shown["conflicts"]
    }
    for medicine in shown["entries"]["MedicationStatement"]:
        covered = {
            (one["id"], one["version"])
            for one in medicine["body"].get("override", {"allergies": []})["allergies"]
        }
        for known in shown["entries"]["AllergyIntolerance"]:
            if conflict(known["body"], medicine["body"]) is None:
                continue
            answered = (known["id"], known["version"]) in covered
            assert marked[medicine["id"]][known["id"]] == answered
            assert answered or clock[known["id"]] > clock[medicine["id"]]


async def test_given_an_allergy_that_is_restricted_then_it_stops_unnamed_and_an_elevated_basis_names_it(
    journal: Journal, make_setting: Set
) -> None:
    known = await allergy(journal)
    await make_setting("line", "sperring", actor=[party("CST", ENH, "313900541")])
    refused = await put(journal, str(uuid4()), who="legevakt")
    assert code_of(refused) == "409 allergy-conflict"
    assert (refused.json()["allergies"], refused.json()["hidden"]) == ([], 1)
    assert known["id"] not in refused.text
    seen = await journal.entries("legevakt", "line", "AllergyIntolerance")
    assert seen["AllergyIntolerance"] == []

    body = sent("MedicationStatement", **AMOXICILLIN)
    path = f"/journal/MedicationStatement/{uuid4()}"
    opened = await journal.call("legevakt", "line", "PUT", path, body, access_basis="FORHOYET_SAMTYKKE")
    assert [one["id"] for one in opened.json()["allergies"]] == [known["id"]]


async def test_given_a_refusal_then_the_log_says_what_it_showed(
    journal: Journal, postgres: TestDatabase
) -> None:
    await allergy(journal)
    await put(journal, str(uuid4()))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute("SELECT items FROM core_record.access_log ORDER BY seq DESC LIMIT 1").fetchall()
    assert rows == [({"MedicationStatement": 0, "AllergyIntolerance": 1},)]
