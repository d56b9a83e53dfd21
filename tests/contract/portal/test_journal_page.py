"""The journal's page, handler by handler, against the journal's own app: what is shown, and of whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient, Written
from portal.clients.screens import ScreensClient
from portal.clinician.journal.contacting import Contacting
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from portal.frame.critical import Critical
from portal.session.current import current
from portal.session.journal import NO_PATIENT, journal_client
from portal.session.patient import set_open_patient
from tests.contract.portal.conftest import Browser
from tests.contract.portal.journal_page import begun, form_of, notes, save, the_page
from tests.contract.portal.test_journal import opened


async def test_a_contact_begins_once_and_is_finished(visitor: Browser) -> None:
    tab = await the_page(visitor)
    await tab.do(Contacting, "open")
    contacting = await tab.get(Contacting)
    sent = {"form": "phone", "reason": "Resept", "patient": contacting.patient}
    for _ in range(2):
        await tab.do(Contacting, "begin", sent)
    journal = await tab.get(JournalState)
    (event,) = journal.events
    assert (event.form, event.state, event.is_open) == ("phone", "in-progress", True)
    await tab.do(Contacting, "move", event.key, "finish")
    assert [one.state for one in journal.events] == ["finished"]


async def test_what_was_begun_for_one_patient_is_put_away_when_another_is_opened(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer, editor = await begun(tab), await tab.get(ListEditor)
    await tab.do(ListEditor, "add", "Wish")
    form = {"patient": editor.patient, "category": "home", "text": "Hjemme"}
    note = form_of(writer, text="Om Line.")
    await opened(visitor, "gry")
    await tab.do(NoteWriter, "send", note)
    await tab.do(ListEditor, "send", form)
    assert (writer.wrong, editor.wrong) == ("other-patient", "other-patient")
    assert (await save(visitor, note)).json() == {"code": "other-patient"}
    await tab.do(JournalState, "load")
    assert (writer.note, editor.kind, await notes(tab)) == ("", "", [])


async def test_given_the_results_are_down_then_the_journal_is_shown_and_says_so(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> Any:
        raise ServiceProblem(Problem.DOWN)

    tab = await the_page(visitor)
    journal = await tab.get(JournalState)
    assert journal.results.known
    monkeypatch.setattr(ScreensClient, "table", down)
    await tab.do(JournalState, "again")
    assert (journal.problem, journal.results.known) == ("", False)
    await tab.do(ListEditor, "add", "MedicationStatement")
    assert (await tab.get(ListEditor)).results_known is False


async def test_given_the_journal_is_down_then_what_is_critical_is_unknown_not_none(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any, **__: Any) -> Any:
        raise ServiceProblem(Problem.DOWN)

    tab = await opened(visitor)
    critical = await tab.get(Critical)
    await tab.do(Critical, "load")
    assert critical.stands == "none"
    monkeypatch.setattr(JournalClient, "overview", down)
    await tab.do(Critical, "load")
    assert critical.stands == "none"  # just asked: it is not asked again
    await tab.do(Critical, "again")
    assert critical.stands == "failed"
    await tab.do(JournalState, "load")
    assert ((await tab.get(JournalState)).problem, critical.stands) == ("down", "failed")


async def test_given_a_patient_who_is_not_ones_own_then_page_and_banner_say_so(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor, "roland")
    journal, critical = await tab.get(JournalState), await tab.get(Critical)
    assert (journal.problem, journal.groups, journal.events) == ("refused", [], [])
    assert critical.stands == "closed"


async def test_notes_and_contacts_that_reach_back_differently_far_are_all_found(visitor: Browser) -> None:
    tab = await the_page(visitor)
    client, now = await journal_client(tab.root), datetime.now(UTC)
    of_note = {"template": "gp-note", "texts": {"text": "Hoste."}}
    for day in range(35):
        await client.write("Composition", str(uuid4()), Written("draft", now - timedelta(days=day), of_note))
    for day in range(100, 131):
        at = now - timedelta(days=day)
        await client.write("Encounter", str(uuid4()), Written("finished", at, {"form": "phone"}))
    journal = await tab.get(JournalState)
    await tab.do(JournalState, "again")
    assert (journal.total, journal.older) == (60, True)
    await tab.do(JournalState, "more")
    assert (journal.total, journal.older) == (66, False)
    await journal._read()
    assert (journal.total, journal.older) == (60, True), "what is read anew begins with the newest"


async def test_given_the_patient_is_closed_then_no_form_or_value_of_theirs_stays(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    await begun(tab)
    await tab.do(ListEditor, "add", "Wish")
    await tab.do(OverTime, "show")
    now = await current(tab.root)
    assert now is not None
    await set_open_patient(now, None)
    await tab.do(JournalState, "load")
    writer, editor, course = await tab.get(NoteWriter), await tab.get(ListEditor), await tab.get(OverTime)
    assert ((await tab.get(JournalState)).code, writer.note, editor.kind, course.of) == (
        NO_PATIENT,
        "",
        "",
        "",
    )
