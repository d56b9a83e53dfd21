"""The lists of the journal's page, against the journal's own app: changed, refused, and built on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clients.journal import JournalClient, Written
from portal.clinician.journal.editing import ListEditor
from portal.clinician.journal.state import JournalState
from portal.frame.critical import Critical
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser
from tests.contract.portal.journal_page import PENICILLIN, the_page

APOCILLIN = {"name": "Apocillin", "use": "course", "source": "gp"}


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
