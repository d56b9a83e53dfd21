"""Documents on the journal's page: the plain route of files, and what the page shows and files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from portal.clients.journal import Written
from portal.clinician.journal.documents import Documents
from portal.clinician.journal.filing import FILE, MOST
from portal.clinician.journal.state import JournalState
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.journal_page import the_page
from tests.contract.portal.test_journal import opened
from tests.integration.journal.papers import a_pdf, an_image


async def put(visitor: Browser, tab: Tab, data: bytes, key: str, **headers: str) -> httpx.Response:
    sent = {"akson-tab": "tab-1", "akson-patient": (await tab.get(JournalState)).shown, **headers}
    return await visitor.portal.put(f"{FILE}/{key}", content=data, headers=sent)


async def filed(visitor: Browser, tab: Tab, data: bytes) -> str:
    """A document, as the page files it; its id."""
    key, shown = str(uuid4()), (await tab.get(JournalState)).shown
    assert (await put(visitor, tab, data, key)).is_success
    await tab.do(Documents, "take", key)
    named = {"patient": shown, "title": "Epikrise", "category": "A00-1"}
    await tab.do(Documents, "keep", named)
    return key


async def test_a_file_is_kept_named_listed_and_given_back_as_it_was(visitor: Browser) -> None:
    tab, data = await the_page(visitor), a_pdf()
    key = await filed(visitor, tab, data)
    state = await tab.get(Documents)
    assert (state.wrong, state.told, state.taken) == ("", True, "")
    (document,) = (await tab.get(JournalState)).documents
    assert (document.key, document.title, document.pages, document.scan) == (key, "Epikrise", 2, "unscanned")
    sent = {"akson-tab": "tab-1", "akson-patient": (await tab.get(JournalState)).shown}
    found = await visitor.portal.get(f"{FILE}/{key}", headers=sent)
    assert found.content == data
    assert found.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in found.headers["content-security-policy"]
    await tab.do(Documents, "show", key)
    assert (state.wrong, state.image) == ("document-unscanned", "")


async def test_given_it_is_not_named_then_it_is_told_and_nothing_is_filed(visitor: Browser) -> None:
    tab = await the_page(visitor)
    key = str(uuid4())
    assert (await put(visitor, tab, an_image("PNG"), key)).is_success
    await tab.do(Documents, "take", key)
    for title, category in (("", "A00-1"), ("x", "Z99-9")):
        await tab.do(Documents, "keep", {"title": title, "category": category})
        assert (await tab.get(Documents)).wrong == "not-named"
    await tab.do(JournalState, "again")
    assert (await tab.get(JournalState)).documents == []


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        (b"MZ", {}, 422, "document-type"),
        (b"%PDF-" + bytes(MOST), {}, 422, "document-too-large"),
        (b"%PDF-", {"akson-patient": "another"}, 403, "other-patient"),
        (b"%PDF-", {"akson-tab": "another"}, 422, "no-open-patient"),
    ],
)
async def test_what_is_not_taken_is_told(
    visitor: Browser, data: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    tab = await the_page(visitor)
    answer = await put(visitor, tab, data, str(uuid4()), **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_given_no_session_then_no_file_goes_in_or_out(visitor: Browser) -> None:
    tab = await the_page(visitor)
    key = await filed(visitor, tab, an_image("PNG"))
    sent = {"akson-tab": "tab-1", "akson-patient": (await tab.get(JournalState)).shown}
    visitor.portal.cookies.clear()
    for answer in (
        await visitor.portal.get(f"{FILE}/{key}", headers=sent),
        await visitor.portal.put(f"{FILE}/{key}", content=a_pdf(1), headers=sent),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "no-session")


async def test_given_a_superseded_document_then_it_is_not_listed(visitor: Browser) -> None:
    tab = await the_page(visitor)
    key = await filed(visitor, tab, an_image("PNG"))
    body: dict[str, Any] = {"title": "Epikrise", "category": "A00-1"}
    written = Written("superseded", datetime.now(UTC), body)
    await (await journal_client(tab.root)).write("DocumentReference", key, written, 1)
    await tab.do(JournalState, "again")
    assert (await tab.get(JournalState)).documents == []


async def test_given_it_is_not_in_the_list_or_another_patient_is_open_then_no_page_is_fetched(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    key, state = await filed(visitor, tab, a_pdf()), await tab.get(Documents)
    for unlisted in (str(uuid4()), "../journal/_search"):
        await tab.do(Documents, "show", unlisted)
        assert (state.title, state.image, state.wrong) == ("", "", "")
    await opened(visitor, "gry")
    await tab.do(Documents, "show", key)
    assert (state.image, state.wrong) == ("", "other-patient")
