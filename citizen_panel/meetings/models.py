"""Meetings as they are stored and sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts


class MeetingPlan(Struct, frozen=True):
    """What a leader writes. `state`: planned, held, cancelled; minutes are there once it is held."""

    title: Texts
    place: Texts
    agenda: Texts
    starts_at: datetime
    ends_at: datetime
    minutes: Texts = {}
    state: str = "planned"


class Meeting(Struct, frozen=True):
    """A meeting as everybody sees it. `coming` is None until there is a number that tells nobody apart."""

    id: UUID
    panel_id: UUID
    state: str
    title: Texts
    place: Texts
    agenda: Texts
    minutes: Texts
    starts_at: datetime
    ends_at: datetime
    version: int
    coming: int | None = None


class Attending(Struct, frozen=True):
    """Whether one comes; None takes it back."""

    coming: bool | None = None
