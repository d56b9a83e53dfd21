"""What the results service keeps encrypted in the database, for renewing under a new version of a key.

Originals are encrypted with a key of their person; that key is what is wrapped, and renewed, here.
"""

from __future__ import annotations

from uuid import UUID

from kit.resealing import Sealed


def _id(value: UUID) -> bytes:
    return value.bytes


COLUMNS = (
    Sealed(
        "original-encrypt", "results.person_key", "wrapped", ("person_id",), ("person_id",), _id, walled=True
    ),
    Sealed("original-encrypt", "results.intake_message", "body", ("id",), ("id",), _id),
    Sealed("original-encrypt", "results.operator_action", "note", ("action_id",), ("message_id",), _id),
)
