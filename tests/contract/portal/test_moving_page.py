"""Moving what was written in the wrong journal, on the page, against the journal's own app."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from dev.personas import persona
from portal.clients.journal import Written
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.moving import Mover
from portal.clinician.journal.over_time import OverTime
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.journal_page import PENICILLIN, begun, form_of, notes, the_page
from tests.contract.portal.test_journal import opened

RIGHT = persona("gry").national_id
WHY = "Skrevet på feil pasient"


async def written(visitor: Browser) -> tuple[Tab, Any, str]:
    """The GP's page of Line with a signed note that is about somebody else, the form of moving open."""
    tab = await the_page(visitor)
    writer = await begun(tab)
    await tab.do(NoteWriter, "send", form_of(writer, text="Vondt i kneet."))
    (note,) = await notes(tab)
    await tab.do(Mover, "begin", note.id)
    return tab, await tab.get(Mover), note.id


async def test_the_note_is_in_the_right_journal_and_both_show_that_it_was_moved(visitor: Browser) -> None:
    tab, mover, note = await written(visitor)
    sent = {"to": f"{RIGHT[:6]} {RIGHT[6:]}", "why": WHY, "reason": ""}
    await tab.do(Mover, "send", sent)
    assert (mover.fault, mover.done, mover.entry) == ("", True, "")
    journal = await tab.get(JournalState)
    assert (journal.events, await notes(tab)) == ([], [])
    await tab.do(Mover, "send", sent)
    assert (mover.done, await notes(tab)) == (True, []), "once more moves nothing"
    await tab.do(Mover, "show")
    assert [(one.direction, one.why) for one in mover.found] == [("away", "")]

    there = await opened(visitor, "gry")
    await there.do(JournalState, "load")
    assert [event.key for event in (await there.get(JournalState)).events] == [note]
    assert not (await there.get(Mover)).asked, "nothing of the other patient stays"
    await there.do(Mover, "show")
    assert [(one.direction, one.why) for one in (await there.get(Mover)).found] == [("here", WHY)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"to": "12345678901"}, "number-invalid"),
        ({"to": ""}, "number-invalid"),
        ({"why": " "}, "why-missing"),
        ({"to": persona("line").national_id}, "moved-to-same"),
        ({"to": "80005045804"}, "person-not-found"),
    ],
)
async def test_given_what_cannot_be_then_the_note_stays_and_the_form_says_why(
    visitor: Browser, change: dict[str, str], fault: str
) -> None:
    tab, mover, note = await written(visitor)
    await tab.do(Mover, "send", {"to": RIGHT, "why": WHY, "reason": "", **change})
    assert (mover.fault, mover.done, mover.entry) == (fault, False, note)
    assert [one.id for one in await notes(tab)] == [note]
    assert RIGHT not in repr(mover.dict())


async def test_given_another_patient_is_opened_meanwhile_then_nothing_is_moved(visitor: Browser) -> None:
    tab, mover, _ = await written(visitor)
    await opened(visitor, "gry")
    await tab.do(Mover, "send", {"to": RIGHT, "why": WHY, "reason": ""})
    assert (mover.fault, mover.done) == ("other-patient", False)


async def test_a_medicine_is_moved_from_its_form_and_an_allergy_of_the_right_patient_stops_it(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    client = await journal_client(tab.root)
    medicine = {"name": "Apocillin", "use": "course", "source": "gp"}
    now = datetime.now(UTC)
    made = await client.write("MedicationStatement", str(uuid4()), Written("active", now, medicine))
    await tab.do(JournalState, "load")
    await tab.do(ListEditor, "change", made.id)
    editor, mover = await tab.get(ListEditor), await tab.get(Mover)
    assert editor.movable
    await tab.do(Mover, "begin", made.id)
    assert (editor.kind, mover.kind, mover.at, mover.along) == ("", "MedicationStatement", "", [])
    assert mover.name.startswith("Apocillin")

    there = await opened(visitor, "gry")
    allergic = await journal_client(there.root)
    allergy = await allergic.write("AllergyIntolerance", str(uuid4()), Written("active", now, PENICILLIN))
    await opened(visitor, "line")
    sent = {"to": RIGHT, "why": WHY, "reason": ""}
    await tab.do(Mover, "send", sent)
    assert (mover.fault, mover.entry) == ("allergy-conflict", made.id)

    await opened(visitor, "gry")
    gone = Written("inactive", now, allergy.body)
    await (await journal_client(there.root)).write("AllergyIntolerance", allergy.id, gone, allergy.version)
    await opened(visitor, "line")
    await tab.do(Mover, "send", sent)
    assert (mover.fault, mover.done) == ("", True)
    assert (await tab.get(JournalState))._entry(made.id) is None


async def test_a_note_can_be_moved_with_its_whole_contact_and_one_is_told_what_goes_along(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    client = await journal_client(tab.root)
    contact = str(uuid4())
    form = Written("in-progress", datetime.now(UTC), {"form": "consultation"})
    await client.write("Encounter", contact, form)
    await tab.do(JournalState, "load")
    writer = await begun(tab, "emergency-contact")
    assert writer.contact == contact
    sent = form_of(writer, anamnesis="Falt.", plan="Ser det an.") | {"value:pulse": "70", "contact": contact}
    await tab.do(NoteWriter, "send", sent)
    (note,) = await notes(tab)
    mover = await tab.get(Mover)
    await tab.do(Mover, "begin", note.id)
    assert [(one.kind, one.number) for one in mover.along] == [("Observation", 1)]
    assert (mover.contact, mover.at) == (contact, note.id)
    await tab.do(Mover, "whole")
    assert (mover.kind, mover.entry, mover.at) == ("Encounter", contact, note.id)
    assert [(one.kind, one.number) for one in mover.along] == [("Composition", 1), ("Observation", 1)]
    await tab.do(Mover, "leave")

    await tab.do(OverTime, "show")
    (value,) = (await tab.get(OverTime)).series[0].rows
    await tab.do(Mover, "begin", value.key)
    assert (mover.kind, mover.entry) == ("Composition", note.id), "a value is moved with its note"
    await tab.do(Mover, "whole")
    await tab.do(Mover, "send", {"to": RIGHT, "why": WHY, "reason": ""})
    assert (mover.fault, mover.done, await notes(tab)) == ("", True, [])
    assert (await tab.get(OverTime)).series == []


async def test_what_the_page_does_not_show_is_not_moved(visitor: Browser) -> None:
    tab, mover, _ = await written(visitor)
    await tab.do(Mover, "leave")
    await tab.do(Mover, "begin", str(uuid4()))
    assert mover.entry == ""
