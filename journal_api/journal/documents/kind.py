"""The kind DocumentReference: what a document is called and its category; the rest its content says."""

from __future__ import annotations

from typing import Literal

import msgspec

from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import Coding, Short, Trimmed, check_happened
from journal_api.journal.documents import repository
from journal_api.journal.entries.models import Change, Kind
from kit.errors import Unprocessable


class DocumentReference(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A document. `category`: Volven 9602. All after `title` is the service's, read from the content kept.

    `scan`: `clean` when a scanner found nothing, `unscanned` when there was none, `infected` when one found
    malware afterwards: the content is then given to nobody.
    """

    title: Short
    category: Short
    content_type: Literal["application/pdf", "image/png", "image/jpeg", ""] = ""
    bytes: int = 0
    sha256: Short = ""
    scan: Literal["clean", "unscanned", "infected", ""] = ""
    pages: int | None = None


async def _check(change: Change) -> None:
    body: DocumentReference = change.body
    check_happened(change)
    await check_coding(change, Coding("9602", body.category, body.title), "9602")


async def _settle(change: Change) -> DocumentReference:
    """What the content is, whatever was said about it."""
    body: DocumentReference = change.body
    visit = change.visit
    found = await repository.described(visit.conn, visit.person_id, change.entry_id)
    if found is None:
        raise Unprocessable("content-missing", "Send the content first: PUT /documents/{id}/content.")
    if found.scan == "infected" and change.before is None:
        raise Unprocessable("document-infected", "A scanner found malware in the content. It is shut.")
    settled: DocumentReference = msgspec.structs.replace(
        body,
        content_type=found.content_type,
        bytes=found.bytes,
        sha256=found.sha256,
        scan=found.scan,
        pages=found.pages,
    )
    return settled


DOCUMENT: Kind = Kind(
    name="DocumentReference",
    body=DocumentReference,
    states=frozenset({"current", "superseded", "entered-in-error"}),
    live=frozenset({"current"}),
    check=_check,
    settle=_settle,
)
