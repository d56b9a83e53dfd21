"""Documents on a citizen's page: listed in plain words, shown page by page, saved, and shut when infected."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from journal_api.journal.documents.rescanning import scan_all
from kit.db import Database
from kit.keys import KeyRing
from kit.settings import Settings
from portal.citizen.journal.documents import OwnDocuments
from portal.citizen.journal.filing import FILE
from portal.citizen.journal.state import OwnJournal
from portal.clients.journal import Written
from portal.frame.acting import OWN
from portal.session.journal import journal_client
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.test_journal import opened
from tests.integration.journal.papers import EICAR, a_pdf, an_image, clamd, finds_eicar

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


async def filed(visitor: Browser, data: bytes, patient: str = "line") -> str:
    """A document put in by the GP, who logs out again; its id."""
    client = await journal_client((await opened(visitor, patient)).root)
    key = str(uuid4())
    await client.api.send("PUT", f"/documents/{key}/content", data, "application/octet-stream")
    body = {"title": "Epikrise fra sykehuset", "category": "A00-1"}
    await client.write("DocumentReference", key, Written("current", AT, body))
    visitor.portal.cookies.clear()
    return key


async def scanned(settings: Settings, keys: KeyRing, tmp_path: Path) -> None:
    db = Database(settings.dsn("akson_journal"), max_size=1)
    await db.open()
    async with clamd(tmp_path / "c", finds_eicar):
        assert [one async for one in scan_all(db, keys, f"unix:{tmp_path}/c")]
    await db.close()


async def the_page(visitor: Browser, who: str = "line") -> Tab:
    await visitor.log_in(who)
    tab = visitor.tab()
    await tab.do(OwnJournal, "load")
    return tab


async def save(visitor: Browser, key: str, **headers: str) -> httpx.Response:
    sent = {"akson-tab": "tab-1", "akson-patient": OWN, **headers}
    return await visitor.portal.get(f"{FILE}/{key}", headers=sent)


async def test_given_a_document_then_it_is_listed_and_saved_and_unscanned_never_shown(
    visitor: Browser,
) -> None:
    data = a_pdf()
    key = await filed(visitor, data)
    tab = await the_page(visitor)
    state = await tab.get(OwnDocuments)
    (one,) = state.listed
    assert (one.key, one.title, one.category, one.scan) == (
        key,
        "Epikrise fra sykehuset",
        "A00-1",
        "unscanned",
    )
    assert (one.by, one.role, one.at) == ("Magnar Koman", "LE", "20.11.2026")
    saved = await save(visitor, key)
    assert saved.content == data
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in saved.headers["content-security-policy"]
    assert saved.headers["cache-control"] == "no-store"
    await tab.do(OwnDocuments, "show", key)
    assert (state.image, state.wrong) == ("", "document-unscanned")


async def test_given_it_is_clean_then_its_pages_are_turned_and_put_away(
    visitor: Browser, settings: Settings, keys: KeyRing, tmp_path: Path
) -> None:
    key = await filed(visitor, a_pdf(2))
    await scanned(settings, keys, tmp_path)
    tab = await the_page(visitor)
    state = await tab.get(OwnDocuments)
    await tab.do(OwnDocuments, "show", key)
    assert state.image.startswith("data:image/png;base64,")
    assert (state.page, state.pages, state.wrong) == (1, 2, "")
    first = state.image
    await tab.do(OwnDocuments, "turn", 1)
    assert state.page == 2
    assert state.image != first
    await tab.do(OwnDocuments, "turn", 1)
    assert state.page == 2
    await tab.do(OwnDocuments, "close")
    assert (state.title, state.image, state.page) == ("", "", 0)
    await tab.do(OwnDocuments, "show", str(uuid4()))
    assert (state.title, state.image) == ("", "")


async def test_given_malware_then_it_is_listed_as_shut_and_given_to_nobody(
    visitor: Browser, settings: Settings, keys: KeyRing, tmp_path: Path
) -> None:
    key = await filed(visitor, a_pdf(1) + EICAR)
    await scanned(settings, keys, tmp_path)
    tab = await the_page(visitor)
    state = await tab.get(OwnDocuments)
    assert [one.scan for one in state.listed] == ["infected"]
    refused = await save(visitor, key)
    assert (refused.status_code, refused.json()) == (422, {"code": "document-quarantined"})
    await tab.do(OwnDocuments, "show", key)
    assert (state.image, state.wrong) == ("", "document-quarantined")


async def test_given_another_person_or_no_session_then_nothing_is_given(visitor: Browser) -> None:
    key = await filed(visitor, an_image("PNG"))
    tab = await the_page(visitor, "gry")
    assert (await tab.get(OwnDocuments)).listed == []
    others = await save(visitor, key)
    assert (others.status_code, others.json()["code"]) == (422, "entry-not-found")
    visitor.portal.cookies.clear()
    nobody = await save(visitor, key)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "no-session")
    await visitor.log_in("lege-koman")
    clinician = await save(visitor, key)
    assert (clinician.status_code, clinician.json()["code"]) == (401, "no-session")


async def test_given_the_tab_shows_another_person_than_the_page_then_nothing_is_given(
    visitor: Browser,
) -> None:
    key = await filed(visitor, an_image("PNG"))
    await the_page(visitor)
    await set_open_patient(
        await visitor.current(),
        OpenPatient(number="15076500565", basis="parent", name="Roland", handle="child-1"),
    )
    for shown in (OWN, ""):
        other = await save(visitor, key, **{"akson-patient": shown})
        assert (other.status_code, other.json()["code"]) == (403, "other-patient")
    decided = await save(visitor, key, **{"akson-patient": "child-1"})
    assert (
        decided.status_code == 403
    )  # whom one may act for is decided by the core record, look-up by look-up
    assert decided.json()["code"] != "other-patient"


@pytest.mark.parametrize("state", ["superseded", "entered-in-error"])
async def test_given_a_document_that_no_longer_holds_then_it_is_not_listed(
    visitor: Browser, state: str
) -> None:
    key = await filed(visitor, an_image("PNG"))
    client = await journal_client((await opened(visitor)).root)
    body = {"title": "Epikrise fra sykehuset", "category": "A00-1"}
    await client.write("DocumentReference", key, Written(state, AT, body), 1)
    visitor.portal.cookies.clear()
    tab = await the_page(visitor)
    assert (await tab.get(OwnDocuments)).listed == []
