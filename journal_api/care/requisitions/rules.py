"""When an order should be answered, and who orders: data, read once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from journal_api.care.requisitions.models import Field, Requisition, Urgency
from kit.norway import OSLO


class Window(msgspec.Struct, frozen=True):
    """Days before the order and after its time within which a report may be its answer."""

    before: int
    after: int


class Rules(msgspec.Struct, frozen=True, rename="kebab"):
    """`rules.yaml`."""

    answered_in: dict[Field, dict[Urgency, int]]
    orders: dict[Field, frozenset[str]]
    proposed: Window


@cache
def rules() -> Rules:
    """The rules of orders."""
    read: Any = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(read, Rules)


def due_of(body: Requisition, at: datetime) -> datetime:
    """From when an order made `at` stands as not answered: as it says, else the usual days after sampling."""
    if body.expected is not None:
        return body.expected
    day = body.until or body.wanted
    planned = datetime.combine(day, time(23, 59), OSLO) if day else at
    sampling = body.sampled or max(planned, at)
    return sampling + timedelta(days=rules().answered_in[body.field][body.urgency])
