"""Notes on the journal's page, against the journal's own app: saved while one writes, signed, corrected."""

from __future__ import annotations

import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clients.journal import Written
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser
from tests.contract.portal.journal_page import begun, form_of, notes, save, the_page


async def test_a_note_is_signed_and_corrected_and_sending_twice_writes_once(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    sent = form_of(writer, text="Frisk.")
    for _ in range(2):
        await tab.do(NoteWriter, "send", sent)
    (note,) = await notes(tab)
    assert (note.state, writer.note, writer.wrong) == ("signed", "", "")

    await tab.do(NoteWriter, "take_up", note.id)
    assert writer.corrects == note.id
    correction = form_of(writer, text="Ikke frisk.")
    await tab.do(NoteWriter, "send", correction)
    assert writer.wrong == "reason-missing"
    assert [one.version for one in await notes(tab) if one.id == note.id] == [note.version]
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
    assert [[part.text for part in one.parts] for one in journal.events] == [["Mitt."], ["Deres."]]
    assert [(one.corrects, one.begun) for one in journal.events] == [(True, False), (False, True)]
    await tab.do(NoteWriter, "send", mine)
    assert [one.body["texts"]["text"] for one in await notes(tab)] == ["Mitt."]


async def test_a_correction_is_kept_while_one_types_and_offered_when_the_patient_is_opened_anew(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    await tab.do(NoteWriter, "send", form_of(writer, text="Frisk."))
    (note,) = await notes(tab)
    await tab.do(NoteWriter, "take_up", note.id)
    typed = form_of(writer, text="Ikke helt frisk.") | {"why": "Glemte hosten"}
    assert (await save(visitor, typed)).json()["version"] == 1
    assert (await save(visitor, typed | {"version": "1", "text:text": "Ikke frisk."})).json()["version"] == 2

    await tab.do(NoteWriter, "leave")  # as when the portal restarts: nothing is left of the form
    await tab.do(JournalState, "load")
    journal = await tab.get(JournalState)
    assert [one.state for one in journal.events] == ["draft", "signed"]
    await tab.do(NoteWriter, "take_up", note.id)
    assert (writer.corrects, writer.why, writer.version) == (note.id, "Glemte hosten", 2)
    assert [one.value for one in writer.form.fields if one.name == "text:text"] == ["Ikke frisk."]

    await tab.do(NoteWriter, "send", form_of(writer, text="Ikke frisk.") | {"why": writer.why})
    (corrected,) = await notes(tab)
    assert (corrected.id, corrected.why) == (note.id, "Glemte hosten")


async def test_a_correction_that_is_thrown_away_leaves_the_note_as_it_was(visitor: Browser) -> None:
    tab = await the_page(visitor)
    writer = await begun(tab)
    await tab.do(NoteWriter, "send", form_of(writer, text="Frisk."))
    (note,) = await notes(tab)
    await tab.do(NoteWriter, "take_up", note.id)
    await save(visitor, form_of(writer, text="Syk."))
    await tab.do(NoteWriter, "discard", "1")
    assert (writer.note, await notes(tab)) == ("", [note])


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
