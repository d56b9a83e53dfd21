"""Going through the medication list on the page, against the journal's own app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from portal.clients.journal import Written
from portal.clients.medication import medication_list
from portal.clinician.journal.reconcile import Reconciler
from portal.clinician.journal.state import JournalState
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.journal_page import PENICILLIN, the_page

NAMES = ("Metformin", "Paracet", "Apocillin")


async def write(tab: Tab, kind: str, body: dict[str, Any]) -> str:
    client, entry_id = await journal_client(tab.root), str(uuid4())
    await client.write(kind, entry_id, Written("active", datetime(2026, 11, 1, tzinfo=UTC), body))
    return entry_id


async def begun(visitor: Browser) -> tuple[Tab, Any]:
    """The GP's page of a patient with three medicines, the form open."""
    tab = await the_page(visitor)
    for name in NAMES:
        await write(tab, "MedicationStatement", {"name": name, "use": "fixed", "source": "gp", "dose": "1"})
    await tab.do(JournalState, "again")
    await tab.do(Reconciler, "begin")
    form = await tab.get(Reconciler)
    assert form.opened
    return tab, form


def said(form: Any, **actions: str) -> dict[str, Any]:
    """What the browser sends: each line by its name."""
    made: dict[str, Any] = {"patient": form.patient, "transition": "discharge", "source-hospital": True}
    for line in form.lines:
        action = actions.get(line.name, "continue")
        made |= {f"action-{line.key}": action, f"strength-{line.key}": line.strength}
        made |= {f"dose-{line.key}": "2", f"why-{line.key}": "Etter epikrisen"}
    return made


async def names(tab: Tab) -> dict[str, Any]:
    found = await medication_list(await journal_client(tab.root))
    return {entry.body["name"]: entry for entry in found.entries}


async def test_each_line_becomes_what_was_chosen_and_says_who_confirmed(visitor: Browser) -> None:
    tab, form = await begun(visitor)
    await tab.do(Reconciler, "add")
    (key,) = form.added
    sent = said(form, Paracet="change", Apocillin="stop") | {f"name-{key}": "Ramipril"}
    await tab.do(Reconciler, "send", sent)
    assert (form.wrong, form.opened, form.told) == ("", False, True)
    after = await names(tab)
    assert after.keys() == {"Metformin", "Paracet", "Ramipril"}
    assert [after[name].body.get("dose") for name in ("Metformin", "Paracet")] == ["1", "2"]
    assert all("confirmed" in entry.body for entry in after.values())
    await tab.do(Reconciler, "begin")
    form = await tab.get(Reconciler)
    assert form.last_by
    assert all(line.confirmed for line in form.lines)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"transition": ""}, "no-transition"),
        ({"source-hospital": False}, "no-source"),
        ({"action-": ""}, "not-all-decided"),
        ({"why-": ""}, "reason-missing"),
        ({"patient": "another"}, "other-patient"),
    ],
)
async def test_what_is_not_whole_is_told_and_nothing_is_saved(
    visitor: Browser, change: dict[str, Any], wrong: str
) -> None:
    tab, form = await begun(visitor)
    sent = said(form, Paracet="stop")
    for name, value in change.items():
        sent |= {key: value for key in sent if key.startswith(name)}
    await tab.do(Reconciler, "send", sent)
    assert (form.wrong, form.opened) == (wrong, True)
    assert {entry.version for entry in (await names(tab)).values()} == {1}


async def test_a_colleague_who_was_faster_is_shown_and_what_was_chosen_stands(visitor: Browser) -> None:
    tab, form = await begun(visitor)
    first = form.lines[0]
    await tab.do(Reconciler, "choose", first.key, "stop")
    await write(tab, "MedicationStatement", {"name": "Ramipril", "use": "fixed", "source": "gp"})
    await tab.do(Reconciler, "send", said(form))
    assert form.wrong == "list-changed"
    assert len(form.lines) == 4
    assert {line.key: line.action for line in form.lines}[first.key] == "stop"
    await tab.do(Reconciler, "send", said(form))
    assert form.told


async def test_an_allergy_stops_until_it_is_answered(visitor: Browser) -> None:
    tab, form = await begun(visitor)
    await write(tab, "AllergyIntolerance", PENICILLIN)
    await tab.do(Reconciler, "send", said(form))
    assert form.wrong == "allergy-conflict"
    await tab.do(Reconciler, "send", said(form) | {"override": "Tålte det i mars"})
    assert form.told
    override = (await names(tab))["Apocillin"].body["override"]
    assert override["reason"] == "Tålte det i mars"


async def test_given_an_allergy_that_is_known_then_the_line_says_so(visitor: Browser) -> None:
    tab, _ = await begun(visitor)
    await write(tab, "AllergyIntolerance", PENICILLIN)
    await tab.do(JournalState, "again")
    await tab.do(Reconciler, "begin")
    form = await tab.get(Reconciler)
    assert {line.name: line.against for line in form.lines}["Apocillin"] == "Penicillin"
