"""Panels and memberships as they are stored and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts


class Panel(Struct, frozen=True):
    """A panel. `targets`: dimension → value → share of the population, for its draws.

    `call` is the open call to join, until `call_until` (None: always open).
    """

    id: UUID
    kind: str
    recruitment: str
    name: Texts
    about: Texts
    terms: Texts
    terms_version: int
    targets: dict[str, dict[str, float]]
    version: int
    call: Texts = {}
    call_until: datetime | None = None


class PanelChange(Struct, frozen=True):
    """A panel as its leader writes it. Other terms count as new ones, which members accept anew."""

    name: Texts
    about: Texts
    terms: Texts
    targets: dict[str, dict[str, float]] = {}
    call: Texts = {}
    call_until: datetime | None = None


class Member(Struct, frozen=True):
    """A member as the panel's leader sees it; what one told of oneself is not here, answers even less."""

    alias: str
    state: str
    joined_at: datetime
    terms_accepted: bool
    name: str | None = None


class Joining(Struct, frozen=True):
    """What one says when joining: consent to these terms, and what one tells of oneself."""

    terms_version: int
    traits: dict[str, str] = {}


class Membership(Struct, frozen=True):
    """One's own place in a panel; `state` is volunteer until drawn.

    `known` is what one may tell of oneself in this panel; `terms_accepted` whether the present terms are.
    """

    panel: Panel
    roles: list[str]
    known: dict[str, list[str]]
    terms_accepted: bool = False
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
