"""Moving a note that was written in the wrong journal, on the page, against the journal's own app."""

from __future__ import annotations

from typing import Any

import pytest

from dev.personas import persona
from portal.clinician.journal.moving import Mover
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.journal_page import begun, form_of, notes, the_page
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
    assert (mover.fault, mover.done, mover.note) == ("", True, "")
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
    assert (mover.fault, mover.done, mover.note) == (fault, False, note)
    assert [one.id for one in await notes(tab)] == [note]
    assert RIGHT not in repr(mover.dict())


async def test_given_another_patient_is_opened_meanwhile_then_nothing_is_moved(visitor: Browser) -> None:
    tab, mover, _ = await written(visitor)
    await opened(visitor, "gry")
    await tab.do(Mover, "send", {"to": RIGHT, "why": WHY, "reason": ""})
    assert (mover.fault, mover.done) == ("other-patient", False)
