"""Decisions as they are stored and sent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts


class StepKind(StrEnum):
    """The way from what was said to what was done, in its order."""

    PANEL_HEARD = "panel-heard"
    PROFESSIONAL_ADVICE = "professional-advice"
    BOARD_DECISION = "board-decision"
    DONE = "done"
    EVIDENCE = "evidence"


class State(StrEnum):
    """Where a proposal stands."""

    CONSIDERED = "considered"
    DECIDED = "decided"
    DONE = "done"
    DECLINED = "declined"


class Step(Struct, frozen=True):
    """One step: when, what, and where it can be read (`link`: a path of the portal or an https address)."""

    kind: StepKind
    on: date
    text: Texts
    link: str | None = None


class Wanted(Struct, frozen=True):
    """What a decision maker writes. `said` is "you said"; the steps tell what came of it.

    It ties together the consultation that was held, the proposal it is about, and the control point.
    """

    title: Texts
    said: Texts
    control_point: Texts
    state: State
    steps: list[Step] = []
    consultation_id: UUID | None = None
    topic_id: UUID | None = None
    control_point_id: UUID | None = None


class Decision(Struct, frozen=True):
    """An entry of the log."""

    id: UUID
    panel_id: UUID
    title: Texts
    said: Texts
    control_point: Texts
    state: State
    steps: list[Step]
    version: int
    changed_at: datetime
    consultation_id: UUID | None = None
    topic_id: UUID | None = None
    control_point_id: UUID | None = None
