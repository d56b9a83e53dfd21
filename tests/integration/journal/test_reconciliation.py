"""Going through the medication: every line decided, all or nothing, and who changed and who confirmed."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.journal.conftest import AT, Journal, code_of
from tests.integration.journal.test_allergy_stop import AMOXICILLIN, answering
from tests.integration.journal.test_lists import make, sent

PATH = "/journal/medication/$reconcile"
DISCHARGE = {"source": "hospital", "text": "Epikrise 18.11."}


async def listed(journal: Journal, who: str = "lege-koman") -> dict[str, Any]:
    found: dict[str, Any] = await journal.ok(who, "line", "POST", "/journal/medication/_list")
    return found


def decided(action: str, line: dict[str, Any] | None = None, **said: Any) -> dict[str, Any]:
    return {"action": action, "id": line["id"] if line else str(uuid4()), **said}


def medicine(**change: Any) -> dict[str, Any]:
    body: dict[str, Any] = sent("MedicationStatement", **change)["body"]
    return body


def going_through(version: str, *items: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "list_version": version,
        "transition": "discharge",
        "at": AT,
        "sources": [DISCHARGE],
        "items": list(items),
        **said,
    }


async def three(journal: Journal) -> tuple[str, list[dict[str, Any]]]:
    """The version of a list of three lines that a nurse wrote."""
    lines = [
        await make(journal, "MedicationStatement", "sykepleier", name=name, atc=None)
        for name in ("Metformin", "Furosemid", "Paracet")
    ]
    return (await listed(journal))["list_version"], lines


async def test_given_a_list_gone_through_then_each_line_is_what_was_decided_and_the_record_says_so(
    journal: Journal,
) -> None:
    version, (kept, changed, stopped) = await three(journal)
    body = going_through(
        version,
        decided("continue", kept),
        decided("change", changed, body=medicine(name="Furosemid", atc=None, dose="40 mg"), reason="Ødem"),
        decided("stop", stopped, reason="Ikke i bruk"),
        decided("add", body=medicine(name="Ramipril", atc=None)),
    )
    record = await journal.ok("lege-koman", "line", "POST", PATH, body)
    now = await listed(journal)

    by_name = {line["body"]["name"]: line for line in now["entries"]}
    assert by_name.keys() == {"Metformin", "Furosemid", "Ramipril"}
    assert {line["body"]["confirmed"]["name"] for line in now["entries"]} == {record["signed"]["name"]}
    assert by_name["Metformin"]["body"]["altered"]["name"] == kept["changed"]["name"]
    assert kept["changed"]["name"] != record["signed"]["name"]
    assert "altered" not in by_name["Furosemid"]["body"]
    assert by_name["Furosemid"]["body"]["dose"] == "40 mg"
    assert [item["action"] for item in record["body"]["items"]] == ["continue", "change", "stop", "add"]
    assert (record["body"]["looked_at"], record["body"]["became"]) == (version, now["list_version"])
    assert record["body"]["sources"] == [DISCHARGE]
    assert now["latest"]["id"] == record["id"]
    history = await journal.ok(
        "lege-koman", "line", "POST", f"/journal/MedicationStatement/{stopped['id']}/_history"
    )
    assert (history["versions"][0]["state"], history["versions"][0]["why"]) == ("stopped", "Ikke i bruk")


async def test_given_the_same_once_more_then_nothing_changes_and_another_under_its_id_is_told(
    journal: Journal,
) -> None:
    version, lines = await three(journal)
    body = going_through(version, *(decided("continue", line) for line in lines))
    first, second = [await journal.ok("lege-koman", "line", "POST", PATH, body) for _ in range(2)]
    assert first == second
    assert [line["version"] for line in (await listed(journal))["entries"]] == [2, 2, 2]
    other = await journal.call("lege-koman", "line", "POST", PATH, body | {"note": "Noe annet"})
    assert code_of(other) == "409 id-used"


@pytest.mark.parametrize("what", ["changed", "added", "stopped"])
async def test_given_the_list_changed_meanwhile_then_it_is_told_and_nothing_is_done(
    journal: Journal, what: str
) -> None:
    version, lines = await three(journal)
    if what == "added":
        await make(journal, "MedicationStatement", name="Ramipril", atc=None)
    else:
        state = "active" if what == "changed" else "stopped"
        path = f"/journal/MedicationStatement/{lines[0]['id']}"
        written = sent("MedicationStatement", state, name="Metformin", atc=None, dose="Ny")
        await journal.ok("lege-koman", "line", "PUT", path, written, If_Match='"1"')
    before = await listed(journal)
    body = going_through(version, *(decided("continue", line) for line in lines))
    assert code_of(await journal.call("lege-koman", "line", "POST", PATH, body)) == "409 list-changed"
    assert await listed(journal) == before


async def test_given_two_at_once_then_one_is_told(journal: Journal) -> None:
    version, lines = await three(journal)
    bodies = [going_through(version, *(decided("continue", line) for line in lines)) for _ in range(2)]
    answers = await asyncio.gather(
        *(journal.call("lege-koman", "line", "POST", PATH, body) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [line["version"] for line in (await listed(journal))["entries"]] == [2, 2, 2]


async def test_given_a_line_that_an_allergy_stops_then_nothing_is_done_until_it_is_answered(
    journal: Journal,
) -> None:
    line = await make(journal, "MedicationStatement", **AMOXICILLIN)
    other = await make(journal, "MedicationStatement", name="Paracet", atc=None)
    known = await make(journal, "AllergyIntolerance")
    before = await listed(journal)
    body = going_through(before["list_version"], decided("continue", other), decided("continue", line))
    refused = await journal.call("lege-koman", "line", "POST", PATH, body)
    assert code_of(refused) == "409 allergy-conflict"
    assert refused.json()["medication"] == line["id"]
    assert [one["id"] for one in refused.json()["allergies"]] == [known["id"]]
    assert await listed(journal) == before

    body["items"][1]["override"] = answering(known)
    await journal.ok("lege-koman", "line", "POST", PATH, body)
    after = await listed(journal)
    assert [one["answered"] for marked in after["conflicts"] for one in marked["allergies"]] == [True]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda items: items[:2], "422 reconcile-incomplete"),
        (lambda items: [*items, items[0]], "422 reconcile-incomplete"),
        (
            lambda items: [*items[:2], items[2] | {"action": "change", "reason": "x"}],
            "422 reconcile-body",
        ),
        (lambda items: [*items[:2], {"action": "stop", "id": items[2]["id"]}], "422 reason-missing"),
        (lambda items: [*items[:2], {"action": "pause", "id": items[2]["id"]}], "400 body-invalid"),
        (
            lambda items: [*items, items[0] | {"action": "add", "body": medicine()}],
            "422 reconcile-incomplete",
        ),
        (lambda items: [*items, {"action": "add", "id": str(uuid4())}], "422 reconcile-body"),
        (lambda items: [*items[:2], items[2] | {"state": "stopped"}], "422 state-unknown"),
    ],
)
async def test_what_does_not_go_through_the_list_is_refused(journal: Journal, change: Any, code: str) -> None:
    version, lines = await three(journal)
    body = going_through(version, *change([decided("continue", line) for line in lines]))
    assert code_of(await journal.call("lege-koman", "line", "POST", PATH, body)) == code
    assert (await listed(journal))["list_version"] == version


async def test_given_no_sources_then_it_is_refused(journal: Journal) -> None:
    version, lines = await three(journal)
    body = going_through(version, *(decided("continue", line) for line in lines), sources=[])
    assert code_of(await journal.call("lege-koman", "line", "POST", PATH, body)) == "400 body-invalid"


async def test_given_a_record_then_it_is_not_written_but_can_be_marked_as_an_error(journal: Journal) -> None:
    version, _ = await three(journal)
    lines = (await listed(journal))["entries"]
    body = going_through(version, *(decided("continue", line) for line in lines))
    record = await journal.ok("lege-koman", "line", "POST", PATH, body)
    path = f"/journal/MedicationReconciliation/{record['id']}"
    written = {"state": "completed", "at": AT, "body": record["body"]}
    own = f"/journal/MedicationReconciliation/{uuid4()}"
    assert code_of(await journal.call("lege-koman", "line", "PUT", own, written)) == (
        "422 reconciled-by-its-operation"
    )
    wrong = written | {"state": "entered-in-error", "why": "Feil person"}
    await journal.ok("lege-koman", "line", "PUT", path, wrong, If_Match='"1"')
    assert "latest" not in await listed(journal)


async def test_given_a_line_confirmed_then_a_change_takes_the_confirmation_away(journal: Journal) -> None:
    version, lines = await three(journal)
    body = going_through(version, *(decided("continue", line) for line in lines))
    await journal.ok("lege-koman", "line", "POST", PATH, body)
    path = f"/journal/MedicationStatement/{lines[0]['id']}"
    written = sent("MedicationStatement", name="Metformin", atc=None, dose="Ny dose")
    after = await journal.ok("sykepleier", "line", "PUT", path, written, If_Match='"2"')
    assert not {"confirmed", "altered"} & after["body"].keys()
