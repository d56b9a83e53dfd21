"""A whole journal out and in again: nothing lost, nothing doubled, and a PDF that says it all."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from fhir.resources.R4B.bundle import Bundle

from tests.conftest import TestDatabase
from tests.integration.journal.conftest import AT, Journal, code_of, note_of


async def filled(journal: Journal) -> dict[str, Any]:
    """A contact with a note that was signed and corrected, a check with values, and a draft. The export."""
    contact = await journal.contact("lege-koman", "line", reason="Søvnvansker", urgency="ordinary")
    note = await journal.draft(contact=contact["id"])
    path = f"/journal/Composition/{note['id']}"
    await journal.ok("lege-koman", "line", "POST", f"{path}/$sign", If_Match='"1"')
    corrected = note_of(texts={"text": "Fikk råd om kost."}, contact=contact["id"])
    await journal.ok(
        "lege-koman", "line", "PUT", path, corrected | {"state": "signed", "why": "Feil"}, If_Match='"2"'
    )
    check = await journal.draft(
        "helsestasjon",
        "line",
        template="health-centre-check",
        texts={"guidance": "Sol"},
        measured={"weight": 61.5},
    )
    await journal.ok(
        "helsestasjon", "line", "POST", f"/journal/Composition/{check['id']}/$sign", If_Match='"1"'
    )
    await journal.draft()
    bundle: dict[str, Any] = await journal.ok("lege-koman", "line", "POST", "/journal/$export")
    return bundle


def without_time(bundle: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bundle.items() if name not in ("timestamp", "identifier")}


def empty(postgres: TestDatabase) -> None:
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute(
            "TRUNCATE journal.entry, journal.entry_version, journal.requisition, journal.work_item,"
            " journal.import"
        )


async def test_given_an_export_is_taken_in_elsewhere_then_it_is_given_out_the_same(
    journal: Journal, postgres: TestDatabase
) -> None:
    bundle = await filled(journal)
    Bundle.model_validate(bundle)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert sorted(kinds) == ["Bundle", "Composition", "Composition", "Encounter", "Observation", "Patient"]
    empty(postgres)

    taken = await journal.ok("lege-koman", "line", "POST", "/journal/$import", bundle)
    again = await journal.ok("lege-koman", "line", "POST", "/journal/$import", bundle)

    assert (taken["taken"], taken["same"], taken["different"], taken["again"]) == (4, 0, 0, False)
    assert again == taken | {"again": True}
    assert without_time(await journal.ok("lege-koman", "line", "POST", "/journal/$export")) == without_time(
        bundle
    )


async def test_given_the_journal_has_it_already_then_nothing_is_overwritten(journal: Journal) -> None:
    bundle = await filled(journal)
    encounter = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Encounter")
    encounter["reasonCode"] = [{"text": "Noe annet"}]
    outcome = await journal.ok("lege-koman", "line", "POST", "/journal/$import", bundle)
    assert (outcome["taken"], outcome["same"], outcome["different"]) == (0, 3, 1)
    (kept,) = (await journal.entries("lege-koman", "line", "Encounter"))["Encounter"]
    assert kept["body"]["reason"] == "Søvnvansker"


async def test_given_another_persons_bundle_or_none_of_ours_then_it_is_refused(journal: Journal) -> None:
    bundle = await filled(journal)
    refused = await journal.call("lege-koman", "gry", "POST", "/journal/$import", bundle)
    assert code_of(refused) == "422 subject-other"
    for wrong in ({}, [], {**bundle, "type": "document"}, {**bundle, "entry": [{"resource": {}}]}):
        answer = await journal.call("lege-koman", "line", "POST", "/journal/$import", wrong)
        assert code_of(answer) == "400 bundle-form", wrong
    own = await journal.call("line", "line", "POST", "/journal/$import", bundle)
    assert code_of(own) == "403 journal-written-by-personnel"


async def test_given_a_citizen_then_the_own_journal_is_given_out_without_drafts(
    journal: Journal, postgres: TestDatabase
) -> None:
    whole = await filled(journal)
    own = await journal.ok("line", "line", "POST", "/journal/$export")
    assert without_time(own) == without_time(whole)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        row = conn.execute(
            "SELECT relation, items FROM core_record.access_log ORDER BY at DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    assert (row[0], row[1]["Composition"]) == ("own", 2)


@pytest.mark.parametrize(("language", "word"), [("nb", "Kontakter"), ("nn", "Kontaktar"), ("en", "Contacts")])
async def test_given_a_pdf_then_every_entry_and_its_former_version_are_in_it(
    journal: Journal, language: str, word: str
) -> None:
    await filled(journal)
    answer = await journal.call("line", "line", "POST", "/journal/$export-pdf", accept_language=language)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = text_of(answer.content)
    for said in (
        word,
        "Søvnvansker",
        "Fikk råd om kost.",
        "Fikk råd om søvn.",
        "Magnar Koman",
        "Line Danser",
    ):
        assert said in text, said
    assert AT[:4] in text


def text_of(pdf: bytes) -> str:
    """The words of a PDF, by way of its fonts' tables of characters."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return " ".join(page.get_textpage().get_text_range() for page in document)
