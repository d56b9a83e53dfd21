"""A document filed in a browser, told what it is, and downloaded as it was."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import steps
from tests.e2e.conftest import Visit
from tests.e2e.test_journal import open_journal
from tests.integration.journal.papers import a_pdf


def test_given_a_document_then_it_is_filed_listed_and_downloaded(visit: Visit, tmp_path: Path) -> None:
    page = visit("lege-koman")
    open_journal(page)
    documents, data = page.get_by_test_id("documents"), a_pdf()
    whole = {"name": "epikrise.pdf", "mimeType": "application/pdf", "buffer": data}
    page.get_by_test_id("document-file").set_input_files(whole)  # type: ignore[arg-type]
    page.get_by_test_id("document-title").fill("Epikrise fra Fjordvik sykehus")
    page.get_by_test_id("document-keep").click()
    expect(documents).to_contain_text("Dokumentet ligger i journalen.")
    expect(documents).to_contain_text("Epikrise fra Fjordvik sykehus")
    expect(documents).to_contain_text("Ikke viruskontrollert")
    with page.expect_download() as download:
        documents.get_by_test_id("document-save").first.click()
    download.value.save_as(tmp_path / "d.pdf")
    assert (tmp_path / "d.pdf").read_bytes() == data
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"documents at {width}")
        assert steps.axe_faults(page) == []


def test_given_a_document_in_ones_own_journal_then_a_citizen_reads_what_it_is_and_saves_it(
    visit: Visit, tmp_path: Path
) -> None:
    page, data = visit("lege-koman"), a_pdf(1)
    open_journal(page)
    whole = {"name": "x.pdf", "mimeType": "application/pdf", "buffer": data}
    page.get_by_test_id("document-file").set_input_files(whole)  # type: ignore[arg-type]
    page.get_by_test_id("document-title").fill("Attest til arbeidsgiver")
    page.get_by_test_id("document-keep").click()
    expect(page.get_by_test_id("documents")).to_contain_text("Attest til arbeidsgiver")

    page = visit("gry")
    page.get_by_role("link", name="Min journal", exact=True).click()
    own = page.get_by_test_id("own-document").filter(has_text="Attest til arbeidsgiver")
    expect(own).to_contain_text("Magnar Koman, lege")
    expect(own).to_contain_text("Ikke viruskontrollert ennå")
    expect(own.get_by_test_id("document-show")).to_have_count(0)
    with page.expect_download() as download:
        own.get_by_test_id("document-save").click()
    assert download.value.suggested_filename.startswith("document-")
    download.value.save_as(tmp_path / "d.pdf")
    assert (tmp_path / "d.pdf").read_bytes() == data
    for width in (1280, steps.NARROW["width"]):
        page.set_viewport_size({"width": width, "height": 844})
        steps.expect_no_sideways_scroll(page, f"own documents at {width}")
        assert steps.axe_faults(page) == []
