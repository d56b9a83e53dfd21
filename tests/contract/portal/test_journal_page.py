"""The journal's page, handler by handler, against the journal's own app: what is saved, refused and shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient, Written
from portal.clients.screens import ScreensClient
from portal.clinician.journal.contacting import Contacting
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.keeper import SAVE
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from portal.frame.critical import Critical
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.test_journal import opened

PENICILLIN = {
    "substance": "Penicillin",
    "category": "medication",
    "criticality": "high",
    "certainty": "confirmed",
}
APOCILLIN = {"name": "Apocillin", "use": "course", "source": "gp"}


async def the_page(visitor: Browser, patient: str = "line") -> Tab:
    """The GP with the page open."""
    tab = await opened(visitor, patient)
    await tab.do(JournalState, "load")
    return tab


async def begun(tab: Tab, template: str = "gp-note") -> Any:
    await tab.do(NoteWriter, "begin", template)
    writer = await tab.get(NoteWriter)
    assert writer.note
    return writer


def form_of(writer: Any, **texts: str) -> dict[str, str]:
    """What the browser sends of the note's form."""
    head = {"note": writer.note, "version": str(writer.version), "patient": writer.patient}
    fields = {one.name: one.value for one in writer.form.fields}
    return {
        **head,
        "begun": writer.begun,
        "template": writer.form.template,
        **fields,
        **{f"text:{name}": text for name, text in texts.items()},
    }


async def save(visitor: Browser, form: dict[str, str], **headers: str) -> httpx.Response:
    sent = {"origin": visitor.origin, "akson-tab": "tab-1", "content-type": "application/json", **headers}
    return await visitor.portal.post(SAVE, content=json.dumps(form), headers=sent)


async def notes(tab: Tab) -> list[Any]:
    return (await (await journal_client(tab.root)).search(["Composition"]))["Composition"]


async def test_a_note_is_signed_and_corrected_and_sending_twice_writes_once(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    sent = form_of(writer, text="Frisk.")
    for _ in range(2):
        await tab.do(NoteWriter, "send", sent)
    (note,) = await notes(tab)
    assert (note.state, writer.note, writer.wrong) == ("signed", "", "")

    await tab.do(NoteWriter, "take_up", note.id)
    assert writer.correcting
    correction = form_of(writer, text="Ikke frisk.")
    await tab.do(NoteWriter, "send", correction)
    assert (writer.wrong, (await notes(tab))[0].version) == ("reason-missing", note.version)
    for _ in range(2):
        await tab.do(NoteWriter, "send", correction | {"why": "Feil"})
    (corrected,) = await notes(tab)
    assert (corrected.version, corrected.why) == (note.version + 1, "Feil")
    (event,) = (await tab.get(JournalState)).events
    assert event.why == "Feil"
    await tab.do(JournalState, "show_former", note.id)
    former = (await tab.get(JournalState)).former
    assert ["Frisk."] in [[part.text for part in one.parts] for one in former]


async def test_a_colleague_who_corrected_first_is_shown_before_ones_own_correction_builds_on_theirs(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    await tab.do(NoteWriter, "send", form_of(writer, text="Frisk."))
    (note,) = await notes(tab)
    await tab.do(NoteWriter, "take_up", note.id)
    mine = form_of(writer, text="Mitt.") | {"why": "Feil"}
    theirs = Written("signed", note.at, note.body | {"texts": {"text": "Deres."}}, why="Utfyllende")
    await (await journal_client(tab.root)).write("Composition", note.id, theirs, note.version)

    await tab.do(NoteWriter, "send", mine)
    journal = await tab.get(JournalState)
    assert writer.wrong == "corrected-meanwhile"
    assert [part.text for part in journal.events[0].parts] == ["Deres."]
    await tab.do(NoteWriter, "send", mine)
    assert [one.body["texts"]["text"] for one in await notes(tab)] == ["Mitt."]


async def test_what_is_typed_is_saved_by_the_route_and_the_form_goes_on_with_it(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    first = form_of(writer, text="Hoste.")
    for _ in range(2):
        answer = await save(visitor, first)
        assert (answer.status_code, answer.json()["version"]) == (200, 1)
    second = await save(visitor, first | {"version": "1", "text:text": "Hoste i to uker."})
    assert second.json()["version"] == 2

    await tab.do(JournalState, "load")
    assert [one.value for one in writer.form.fields if one.name == "text:text"] == ["Hoste i to uker."]
    assert writer.version == 2
    await tab.do(NoteWriter, "discard", "2")
    assert (writer.note, await notes(tab)) == ("", [])


async def test_who_was_overtaken_has_both_in_the_list_and_their_own_as_a_draft(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    first = form_of(writer, text="Først.")
    await save(visitor, first)
    await save(visitor, first | {"version": "1", "text:text": "Kollegaens."})
    late = await save(visitor, first | {"version": "1", "text:text": "Mitt."})
    assert (late.status_code, late.json()["code"]) == (422, "changed-meanwhile-kept")
    await tab.do(NoteWriter, "overtaken")
    journal = await tab.get(JournalState)
    said = {event.parts[0].text: event.conflict for event in journal.events}
    assert said == {"Kollegaens.": False, "Mitt.": True}
    assert (writer.note, writer.wrong) == ("", "changed-meanwhile-kept")


@pytest.mark.parametrize(
    ("changed", "headers", "status", "code"),
    [
        ({}, {"origin": "https://evil.example"}, 403, "other-site"),
        ({}, {"akson-tab": "tab-2"}, 422, "no-open-patient"),
        ({"patient": "someone-else"}, {}, 403, "other-patient"),
        ({"note": "no-uuid"}, {}, 400, "form-malformed"),
        ({"value:pulse": "sytti"}, {}, 422, "number-malformed"),
    ],
)
async def test_the_route_saves_for_the_patient_of_the_tab_alone(
    visitor: Browser, changed: dict[str, str], headers: dict[str, str], status: int, code: str
) -> None:
    tab = await the_page(visitor)
    form = form_of(await begun(tab), text="Hoste.")
    answer = await save(visitor, form | changed, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await notes(tab) == []
    assert (await save(visitor, form)).status_code == 200


async def test_without_a_session_nothing_is_saved_and_the_page_is_told_why(visitor: Browser) -> None:
    tab = await the_page(visitor)
    form = form_of(await begun(tab), text="Hoste.")
    await visitor.log_out()
    answer = await save(visitor, form)
    assert (answer.status_code, answer.json()) == (401, {"code": "no-session"})


async def test_a_list_is_added_to_changed_and_ended_and_the_banner_says_it_at_once(visitor: Browser) -> None:
    tab = await the_page(visitor)
    editor, critical = await tab.get(ListEditor), await tab.get(Critical)
    assert critical.stands == "none"
    await tab.do(ListEditor, "add", "AllergyIntolerance")
    sent = {"patient": editor.patient, **PENICILLIN}
    for _ in range(2):
        await tab.do(ListEditor, "send", sent)
    assert ([line.head for line in critical.lines], editor.kind) == (["Penicillin"], "")
    (entry,) = (await (await journal_client(tab.root)).search(["AllergyIntolerance"]))["AllergyIntolerance"]

    await tab.do(ListEditor, "change", entry.id)
    await tab.do(ListEditor, "send", sent | {"state": "inactive", "why": "Tålt"})
    assert (editor.wrong, critical.stands) == ("", "none")


async def test_what_is_missing_in_a_form_names_its_field_and_nothing_is_written(visitor: Browser) -> None:
    tab = await the_page(visitor)
    editor = await tab.get(ListEditor)
    await tab.do(ListEditor, "add", "NextOfKin")
    await tab.do(ListEditor, "send", {"patient": editor.patient, "name": "Ola"})
    assert (editor.kind, editor.wrong, editor.wrong_field) == ("NextOfKin", "field", "relation")


async def test_an_allergy_stops_a_medicine_until_a_reason_answers_it(visitor: Browser) -> None:
    tab = await the_page(visitor)
    client = await journal_client(tab.root)
    await client.write("AllergyIntolerance", str(uuid4()), Written("active", datetime.now(UTC), PENICILLIN))
    await tab.do(JournalState, "again")
    editor = await tab.get(ListEditor)
    await tab.do(ListEditor, "add", "MedicationStatement")
    sent = {"patient": editor.patient, **APOCILLIN}
    await tab.do(ListEditor, "send", sent)
    assert editor.wrong == "allergy-conflict"
    assert [(one.substance, one.ground) for one in editor.against] == [("Penicillin", "same-group")]
    await tab.do(ListEditor, "send", sent | {"override": "Tålt ved provokasjon"})
    assert (editor.kind, editor.wrong) == ("", "")
    lists = {group.kind: group.lines for group in (await tab.get(JournalState)).groups}
    (line,) = lists["MedicationStatement"]
    assert (line.against, line.weighed) == ("Penicillin", True)


async def wish(client: JournalClient, text: str, wish_id: str, version: int = -1) -> None:
    body = {"category": "home", "text": text}
    await client.write("Wish", wish_id, Written("active", datetime.now(UTC), body), version)


async def test_given_a_colleague_changed_the_line_first_then_theirs_is_shown_and_ones_own_stands_in_the_form(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    client, wish_id = await journal_client(tab.root), str(uuid4())
    await wish(client, "Hjemme", wish_id)
    await tab.do(JournalState, "again")
    editor = await tab.get(ListEditor)
    await tab.do(ListEditor, "change", wish_id)
    await wish(client, "Sykehjem", wish_id, 1)
    sent = {"patient": editor.patient, "category": "home", "text": "Hos datteren"}
    await tab.do(ListEditor, "send", sent)
    assert (editor.wrong, [(one.name, one.value) for one in editor.theirs]) == (
        "changed-meanwhile",
        [("text", "Sykehjem")],
    )
    await tab.do(ListEditor, "send", sent)
    (entry,) = (await client.search(["Wish"]))["Wish"]
    assert (entry.body["text"], entry.version) == ("Hos datteren", 3)


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


async def test_measured_values_are_read_when_asked_for(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab, "emergency-contact")
    assert writer.signs
    sent = form_of(writer, anamnesis="Falt.", plan="Ser det an.") | {"value:pulse": "70"}
    await tab.do(NoteWriter, "send", sent)
    assert writer.wrong == ""
    await tab.do(OverTime, "show")
    course = await tab.get(OverTime)
    assert course.of == (await tab.get(JournalState)).shown
    assert [row.value for one in course.series for row in one.rows] == ["70"]


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
