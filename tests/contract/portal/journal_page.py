"""The journal's page in tests: opened, a note begun, and what the browser sends of its form."""

from __future__ import annotations

import json
from typing import Any

import httpx

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clinician.journal.keeper import SAVE
from portal.clinician.journal.state import JournalState
from portal.clinician.journal.writing import NoteWriter
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.test_journal import opened

PENICILLIN = {
    "substance": "Penicillin",
    "category": "medication",
    "criticality": "high",
    "certainty": "confirmed",
}


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
        "corrects": writer.corrects,
        "seen": str(writer.seen),
        **fields,
        **{f"text:{name}": text for name, text in texts.items()},
    }


async def save(visitor: Browser, form: dict[str, str], **headers: str) -> httpx.Response:
    sent = {"origin": visitor.origin, "akson-tab": "tab-1", "content-type": "application/json", **headers}
    return await visitor.portal.post(SAVE, content=json.dumps(form), headers=sent)


async def notes(tab: Tab) -> list[Any]:
    return (await (await journal_client(tab.root)).search(["Composition"]))["Composition"]
