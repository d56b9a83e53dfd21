"""Documents over FHIR: made with their content inside or beside, once, and never with another one."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fhir.resources.R4B.documentreference import DocumentReference

from journal_api.journal.documents import service as documents
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal
from tests.integration.journal.papers import EICAR, a_pdf, an_image, clamd, finds_eicar, log_of, send
from tests.integration.journal.test_fhir import code_of

DATED = "2026-11-20T09:00:00+01:00"


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def reference(inside: bytes | None = None, **said: Any) -> dict[str, Any]:
    """A DocumentReference; `said` of its attachment."""
    attachment = {"title": "Epikrise", **said}
    if inside is not None:
        attachment["data"] = base64_of(inside)
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "date": DATED,
        "description": "Epikrise",
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9602", "code": "A00-1"}]}],
        "content": [{"attachment": attachment}],
    }


async def put(
    journal: Journal, document_id: Any, resource: dict[str, Any], who: str = "lege-koman", **headers: str
) -> httpx.Response:
    path = f"/fhir/DocumentReference/{document_id}"
    return await journal.call(who, "line", "PUT", path, resource, **headers)


async def test_given_a_document_with_its_content_inside_then_it_is_made_once_and_read_as_it_was(
    journal: Journal, postgres: TestDatabase
) -> None:
    data, document_id = a_pdf(), uuid4()
    sent = reference(data, contentType="application/pdf", size=len(data))
    made = await put(journal, document_id, sent)
    again = await put(journal, document_id, sent)

    assert (made.status_code, made.headers["etag"]) == (200, 'W/"1"')
    assert again.json() == made.json()
    DocumentReference.model_validate(made.json())
    attachment = made.json()["content"][0]["attachment"]
    assert attachment == {
        "contentType": "application/pdf",
        "size": len(data),
        "title": "Epikrise",
        "url": f"Binary/{document_id}",
    }
    plain = await send(journal, "sykepleier", "GET", f"/fhir/Binary/{document_id}")
    assert plain.content == data
    with psycopg.connect(postgres.superuser_dsn) as conn:
        kept = conn.execute("SELECT count(*) FROM journal.document_content").fetchone()
    assert kept == (1,)
    assert [row[2] for row in log_of(postgres)] == [{"DocumentReference": 1}] * 3


@pytest.mark.parametrize("as_resource", [True, False])
async def test_given_a_binary_first_then_its_reference_of_the_same_id_is_made(
    journal: Journal, as_resource: bool
) -> None:
    data, document_id = an_image("PNG"), uuid4()
    path = f"/fhir/Binary/{document_id}"
    if as_resource:
        binary = {
            "resourceType": "Binary",
            "contentType": "image/png",
            "data": base64.b64encode(data).decode(),
        }
        kept = await journal.call(
            "lege-koman", "line", "PUT", path, binary, content_type="application/fhir+json"
        )
    else:
        kept = await send(journal, "lege-koman", "PUT", path, data, content_type="image/png")
    assert kept.status_code == 200, kept.text
    assert kept.json()["securityContext"] == {"reference": f"DocumentReference/{document_id}"}
    assert "data" not in kept.json()
    unnamed = await send(journal, "lege-koman", "GET", path)
    assert code_of(unnamed) == "404 entry-not-found"

    other = await put(journal, document_id, reference(url=f"Binary/{uuid4()}"))
    assert code_of(other) == "422 attachment-url"
    made = await put(journal, document_id, reference(url=f"Binary/{document_id}"))
    assert made.json()["content"][0]["attachment"]["contentType"] == "image/png"
    assert (await send(journal, "lege-koman", "GET", path)).content == data


async def test_given_an_update_then_title_and_state_change_by_version_and_the_content_never(
    journal: Journal,
) -> None:
    data, document_id = an_image("JPEG"), uuid4()
    made = (await put(journal, document_id, reference(data))).json()
    changed = await put(journal, document_id, made | {"description": "Røntgen"}, If_Match='W/"1"')
    late = await put(journal, document_id, made | {"status": "superseded"}, If_Match='W/"1"')
    blind = await put(journal, document_id, made | {"status": "superseded"})
    another = await put(journal, document_id, reference(an_image("PNG")), If_Match='W/"2"')

    assert (changed.json()["description"], changed.headers["etag"]) == ("Røntgen", 'W/"2"')
    assert code_of(late) == "409 changed-meanwhile"
    assert code_of(blind) == "409 id-used"
    assert code_of(another) == "409 content-kept"
    history = await journal.ok("lege-koman", "line", "GET", f"/fhir/DocumentReference/{document_id}/_history")
    assert [e["resource"]["description"] for e in history["entry"]] == ["Røntgen", "Epikrise"]
    assert (await send(journal, "lege-koman", "GET", f"/fhir/Binary/{document_id}")).content == data


async def test_given_a_post_then_the_same_once_more_is_the_same_document(journal: Journal) -> None:
    sent = reference(a_pdf(1))
    first = await journal.call("lege-koman", "line", "POST", "/fhir/DocumentReference", sent)
    again = await journal.call("lege-koman", "line", "POST", "/fhir/DocumentReference", sent)
    other = await journal.call(
        "lege-koman", "line", "POST", "/fhir/DocumentReference", sent | {"description": "Annet"}
    )
    elsewhere = await journal.call("lege-koman", "gry", "POST", "/fhir/DocumentReference", sent)

    assert [one.status_code for one in (first, again, other, elsewhere)] == [201, 200, 201, 201]
    assert again.json() == first.json()
    assert first.headers["location"] == f"DocumentReference/{first.json()['id']}/_history/1"
    assert len({one.json()["id"] for one in (first, other, elsewhere)}) == 3
    without = await journal.call("lege-koman", "line", "POST", "/fhir/DocumentReference", reference())
    assert code_of(without) == "422 content-missing"


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        (reference(a_pdf(1), contentType="image/png"), "422 content-differs"),
        (reference(a_pdf(1), size=1), "422 content-differs"),
        (reference(a_pdf(1), hash="AAAA"), "422 content-differs"),
        (reference(b"<html>"), "415 document-type"),
        (reference(b"%PDF-1.7 no more"), "415 document-broken"),
        (reference(bytes(documents.MOST + 1)), "413 document-too-large"),
        (reference(data="???"), "400 content-base64"),
        (reference(data=7), "400 content-base64"),
        (reference(), "422 content-missing"),
        (reference(a_pdf(1)) | {"category": []}, "400 entry-body"),
        (reference(a_pdf(1)) | {"date": None}, "422 time-missing"),
        (reference(a_pdf(1)) | {"content": "x"}, "400 resource-form"),
        (reference(a_pdf(1)) | {"resourceType": "Composition"}, "400 resource-type"),
        (reference(a_pdf(1)) | {"id": "other"}, "400 resource-id"),
        (
            reference(a_pdf(1)) | {"subject": {"identifier": {"system": "x", "value": "y"}}},
            "422 subject-other",
        ),
    ],
)
async def test_what_is_no_document_is_refused_and_nothing_is_kept(
    journal: Journal, postgres: TestDatabase, resource: dict[str, Any], code: str
) -> None:
    assert code_of(await put(journal, uuid4(), resource)) == code
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM journal.document_content").fetchone() == (0,)


async def test_given_a_true_hash_then_it_is_taken(journal: Journal) -> None:
    data = a_pdf(1)
    sha1 = base64_of(hashlib.sha1(data, usedforsecurity=False).digest())
    assert (await put(journal, uuid4(), reference(data, hash=sha1))).status_code == 200


async def test_given_malware_inside_then_it_is_refused_and_what_is_clean_can_be_shown(
    journal: Journal, tmp_path: Path
) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    document_id = uuid4()
    async with clamd(tmp_path / "c", finds_eicar):
        refused = await put(journal, uuid4(), reference(a_pdf(1) + EICAR))
        made = await put(journal, document_id, reference(a_pdf(1)))
    assert code_of(refused) == "422 document-infected"
    assert {"url": "urn:akson:scan", "valueCode": "clean"} in made.json()["extension"]
    assert (await send(journal, "line", "GET", f"/documents/{document_id}/preview")).is_success


async def test_given_who_may_not_write_then_no_content_is_examined(journal: Journal, tmp_path: Path) -> None:
    journal.app.state.scanner = f"unix:{tmp_path}/c"
    async with clamd(tmp_path / "c", finds_eicar) as given:
        citizen = await put(journal, uuid4(), reference(a_pdf(1)), "line")
        outside = await put(journal, uuid4(), reference(a_pdf(1)), "sykehuslege", access_basis="SAMTYKKE")
    assert code_of(citizen) == "403 journal-written-by-personnel"
    assert code_of(outside) == "403 journal-written-by-its-services"
    assert given == []


async def test_the_statement_says_that_documents_are_created(journal: Journal) -> None:
    statement = (await journal.call("line", None, "GET", "/fhir/metadata")).json()
    types = {one["type"]: one for one in statement["rest"][0]["resource"]}
    codes = {
        name: [i["code"] for i in types[name]["interaction"]] for name in ("DocumentReference", "Binary")
    }
    assert {"create", "update", "read"} <= {*codes["DocumentReference"]}
    assert codes["Binary"] == ["read", "update"]
    assert types["DocumentReference"]["updateCreate"] is types["Binary"]["updateCreate"] is True
