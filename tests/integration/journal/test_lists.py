"""The lists: what is live, what is refused, and that a list stays what it says."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.journal.conftest import AT, Journal, code_of

PENICILLIN = {
    "substance": "Penicillin",
    "category": "medication",
    "criticality": "high",
    "certainty": "confirmed",
    "coding": {"system": "atc", "code": "J01C", "display": "Penicilliner"},
    "reaction": "Utslett",
    "source": "Pasienten",
}
GIVEN: dict[str, dict[str, Any]] = {
    "AllergyIntolerance": PENICILLIN,
    "Flag": {"category": "implant", "text": "Pacemaker 2019"},
    "Condition": {
        "text": "Diabetes type 2",
        "coding": {"system": "icpc-2", "code": "T90", "display": "Diabetes type 2"},
        "onset": "2014-03",
    },
    "MedicationStatement": {
        "name": "Metformin",
        "use": "fixed",
        "source": "gp",
        "atc": {"system": "atc", "code": "A10BA02", "display": "Metformin"},
        "dose": "500 mg morgen og kveld",
    },
    "Immunization": {
        "vaccine": "MMR",
        "coding": {"system": "sysvak", "code": "MMR03", "display": "Meslinger, kusma, røde hunder"},
        "dose": 1,
    },
    "NextOfKin": {"name": "Kari Nordmann", "relation": "Ektefelle", "phone": "99 88 77 66", "main": True},
    "Wish": {"category": "language", "text": "Samisk tolk"},
}
STATE = {"Immunization": "completed"}


def sent(kind: str, state: str | None = None, at: str = AT, **change: Any) -> dict[str, Any]:
    body = {name: value for name, value in {**GIVEN[kind], **change}.items() if value is not None}
    return {"state": state or STATE.get(kind, "active"), "at": at, "body": body}


async def make(journal: Journal, kind: str, who: str = "lege-koman", **change: Any) -> dict[str, Any]:
    made: dict[str, Any] = await journal.ok(
        who, "line", "PUT", f"/journal/{kind}/{uuid4()}", sent(kind, **change)
    )
    return made


@pytest.mark.parametrize("kind", sorted(GIVEN))
async def test_given_an_entry_of_a_list_then_the_summary_shows_it_and_in_error_it_is_gone(
    journal: Journal, kind: str
) -> None:
    made = await make(journal, kind)
    path, wrong = f"/journal/{kind}/{made['id']}", sent(kind, "entered-in-error")

    shown = await journal.ok("lege-koman", "line", "POST", "/journal/summary/_search", {"kinds": []})
    assert [entry["id"] for entry in shown["entries"][kind]] == [made["id"]]
    await journal.ok("lege-koman", "line", "PUT", path, wrong, If_Match='"1"')
    after = await journal.ok("lege-koman", "line", "POST", "/journal/summary/_search", {"kinds": [kind]})
    assert after["entries"][kind] == []
    versions = (await journal.ok("lege-koman", "line", "POST", f"{path}/_history"))["versions"]
    assert [version["state"] for version in versions] == ["entered-in-error", made["state"]]


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("AllergyIntolerance", {"certainty": "refuted"}, "422 refuted-is-not-active"),
        ("AllergyIntolerance", {"substance": "   "}, "400 entry-body"),
        ("AllergyIntolerance", {"substance": "x" * 201}, "400 entry-body"),
        ("AllergyIntolerance", {"category": "plant"}, "400 entry-body"),
        ("AllergyIntolerance", {"at": "2027-06-01T00:00:00Z"}, "422 time-impossible"),
        (
            "AllergyIntolerance",
            {"coding": {"system": "icpc-2", "code": "A92", "display": "Allergi"}},
            "422 code-system",
        ),
        (
            "AllergyIntolerance",
            {"coding": {"system": "atc", "code": "J1C", "display": "x"}},
            "422 code-malformed",
        ),
        ("Condition", {"onset": "2014-13"}, "422 date-malformed"),
        ("Condition", {"onset": "2090"}, "422 date-impossible"),
        ("Condition", {"onset": "1901-01-01"}, "422 date-impossible"),
        ("Immunization", {"dose": 0}, "400 entry-body"),
        ("Immunization", {"at": "2027-06-01T00:00:00Z"}, "422 time-impossible"),
        ("MedicationStatement", {"ends": "2026-11-19"}, "422 date-impossible"),
        ("MedicationStatement", {"source": "neighbour"}, "400 entry-body"),
        ("NextOfKin", {"phone": "ring meg"}, "422 phone-impossible"),
        ("Wish", {"state": "resolved"}, "422 state-unknown"),
    ],
)
async def test_what_cannot_be_is_refused(
    journal: Journal, kind: str, change: dict[str, Any], code: str
) -> None:
    answer = await journal.call(
        "lege-koman", "line", "PUT", f"/journal/{kind}/{uuid4()}", sent(kind, **change)
    )
    assert code_of(answer) == code


@pytest.mark.parametrize("onset", ["2014", "2014-03", "2014-03-27"])
async def test_a_year_and_a_month_are_dates_too(journal: Journal, onset: str) -> None:
    assert (await make(journal, "Condition", onset=onset))["body"]["onset"] == onset


async def test_given_white_space_around_then_it_is_not_kept(journal: Journal) -> None:
    made = await make(journal, "Wish", text="  Samisk tolk \n")
    assert made["body"]["text"] == "Samisk tolk"


async def test_given_an_allergy_is_refuted_then_it_is_kept_but_warns_nobody(journal: Journal) -> None:
    made = await make(journal, "AllergyIntolerance")
    path = f"/journal/AllergyIntolerance/{made['id']}"
    refuted = sent("AllergyIntolerance", "inactive", certainty="refuted")
    await journal.ok("lege-koman", "line", "PUT", path, refuted, If_Match='"1"')

    ask = ("lege-koman", "line", "POST", "/journal/summary/_search", {"kinds": ["AllergyIntolerance"]})
    assert (await journal.ok(*ask))["entries"]["AllergyIntolerance"] == []
    every = await journal.entries("lege-koman", "line", "AllergyIntolerance")
    assert [entry["body"]["certainty"] for entry in every["AllergyIntolerance"]] == ["refuted"]


@pytest.mark.parametrize(
    ("kind", "again", "other"),
    [
        ("AllergyIntolerance", {"substance": "PENICILLIN"}, {"substance": "Jod"}),
        ("Immunization", {"dose": 2}, {"at": "2026-10-20T09:00:00+02:00"}),
    ],
)
async def test_given_the_same_is_registered_by_another_id_then_it_is_told_and_other_things_are_taken(
    journal: Journal, kind: str, again: dict[str, Any], other: dict[str, Any]
) -> None:
    await make(journal, kind)
    path = f"/journal/{kind}/{uuid4()}"
    twice = await journal.call("lege-koman", "line", "PUT", path, sent(kind, **again))
    assert code_of(twice) == "422 already-listed"
    await make(journal, kind, **other)


async def test_given_next_of_kin_then_exactly_one_is_the_main_one(journal: Journal) -> None:
    async def mains() -> list[str]:
        found = (await journal.entries("lege-koman", "line", "NextOfKin"))["NextOfKin"]
        return [one["body"]["name"] for one in found if one["body"].get("main")]

    first = await make(journal, "NextOfKin", name="Ola", main=None)
    assert await mains() == ["Ola"]
    second = await make(journal, "NextOfKin", name="Kari", main=True)
    assert await mains() == ["Kari"]
    assert first["body"]["main"]
    path = f"/journal/NextOfKin/{second['id']}"
    left = await journal.call(
        "lege-koman", "line", "PUT", path, sent("NextOfKin", "inactive", name="Kari"), If_Match='"1"'
    )
    assert code_of(left) == "422 main-next-of-kin-missing"
    back = sent("NextOfKin", name="Ola", main=True)
    await journal.ok("lege-koman", "line", "PUT", f"/journal/NextOfKin/{first['id']}", back, If_Match='"2"')
    assert await mains() == ["Ola"]


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "Flag", "MedicationStatement"])
async def test_given_no_authorisation_then_it_is_read_and_not_changed(journal: Journal, kind: str) -> None:
    made = await make(journal, kind)
    seen = await journal.entries("pleieassistent", "line", kind)
    assert [entry["id"] for entry in seen[kind]] == [made["id"]]
    path = f"/journal/{kind}/{made['id']}"
    refused = await journal.call(
        "pleieassistent", "line", "PUT", path, sent(kind, "inactive"), If_Match='"1"'
    )
    assert code_of(refused) == "403 journal-role-writes"


async def test_given_a_confirmation_is_sent_then_it_is_not_believed(journal: Journal) -> None:
    stamp = {"by": str(uuid4()), "name": "Noen", "at": AT, "role": "LE"}
    made = await make(journal, "MedicationStatement", confirmed=stamp)
    assert "confirmed" not in made["body"]
