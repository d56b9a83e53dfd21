"""How a person is known in a panel."""

from __future__ import annotations

from uuid import UUID

from kit.keys import KeyRing


def identity_hash(keys: KeyRing, panel_id: UUID, number: str) -> bytes:
    """The keyed hash of a number: another one in each panel, so that memberships cannot be joined."""
    return keys.find_hash(f"panel:{panel_id}:{number}")
