"""What the panel keeps encrypted in the database, for renewing under a new version of a key."""

from __future__ import annotations

from uuid import UUID

from kit.resealing import Sealed


def _id(value: UUID) -> bytes:
    return value.bytes


COLUMNS = (
    Sealed("number-encrypt", "panel.member", "identity", ("member_id",), ("member_id",), _id),
    Sealed("number-encrypt", "panel.draw", "seed_cipher", ("draw_id",), ("draw_id",), _id),
)
