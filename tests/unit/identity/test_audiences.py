"""The portal asks HelseID for every service there is: one that is forgotten cannot be reached by anyone."""

from __future__ import annotations

from kit.identity.audiences import SCOPES
from kit.identity.providers import PORTAL_RESOURCES


def test_every_audience_is_among_the_portals_resources() -> None:
    assert set(PORTAL_RESOURCES) == SCOPES.keys()
