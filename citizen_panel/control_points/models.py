"""Control points and measurements as they are stored and sent."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from citizen_panel.texts import Texts


class PointPlan(Struct, frozen=True):
    """What a decision maker writes. Costs in whole kroner; `targets`: measure → what the plan expects.

    `state`: planned, passed, stopped. `assessment` is what was found when the point was reached.
    """

    code: str
    title: Texts
    plan: Texts
    benefit: Texts
    due_on: date
    cost_planned: int
    cost_spent: int | None = None
    targets: dict[str, float] = {}
    assessment: Texts = {}
    state: str = "planned"


class ControlPoint(Struct, frozen=True):
    """A control point as everybody sees it."""

    id: UUID
    panel_id: UUID
    code: str
    state: str
    title: Texts
    plan: Texts
    benefit: Texts
    assessment: Texts
    due_on: date
    cost_planned: int
    targets: dict[str, float]
    version: int
    cost_spent: int | None = None


class Value(Struct, frozen=True):
    """The last value of a day."""

    on: date
    value: float


class Measured(Struct, frozen=True):
    """One measure over time. `missing`: `not-yet` where nothing, or too little to show, was counted."""

    measure: str
    unit: str
    values: list[Value]
    taken_at: datetime | None = None
    missing: str | None = None
