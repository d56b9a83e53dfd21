"""What the journal keeps encrypted in the database, for renewing under a new version of a key.

A document's content is encrypted with a key of its own; that key is what is wrapped, and renewed, here.
"""

from __future__ import annotations

from uuid import UUID

from kit.resealing import Sealed


def _id(value: UUID) -> bytes:
    return value.bytes


COLUMNS = (
    Sealed(
        "original-encrypt",
        "journal.document_content",
        "key",
        ("person_id", "entry_id"),
        ("key_id",),
        _id,
        walled=True,
    ),
)
