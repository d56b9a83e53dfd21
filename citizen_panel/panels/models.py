"""Panels and memberships as they are stored and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts


class Panel(Struct, frozen=True):
    """A panel. `targets`: dimension → value → share of the population, for its draws."""

    id: UUID
    kind: str
    recruitment: str
    name: Texts
    about: Texts
    terms: Texts
    terms_version: int
    targets: dict[str, dict[str, float]]


class Joining(Struct, frozen=True):
    """What one says when joining: consent to these terms, and what one tells of oneself."""

    terms_version: int
    traits: dict[str, str] = {}


class Membership(Struct, frozen=True):
    """One's own place in a panel; `state` is volunteer until drawn."""

    panel: Panel
    roles: list[str]
    alias: str | None = None
    state: str | None = None
    traits: dict[str, str] = {}
    joined_at: datetime | None = None


class DrawRun(Struct, frozen=True):
    """How to run a promised draw: places, and a text nobody could know when the seed was promised."""

    places: int
    public_entropy: str


class PublicDraw(Struct, frozen=True):
    """A draw as published. The seed is `secret|public_entropy` and stays unknown until it is run."""

    id: UUID
    commitment: str
    promised_at: datetime
    drawn_at: datetime | None = None
    public_entropy: str | None = None
    outcome: dict[str, Any] | None = None
