"""What recurs in follow-up while the journal runs. Several journals may: each takes what no other is at.

Alarm on `akson_follow_up_behind_seconds` and `akson_follow_up_escalating_behind_seconds`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

from prometheus_client import Gauge

from journal_api.care.follow_up.escalating import escalate
from journal_api.care.follow_up.taking import take
from kit.db import Database
from kit.recurring import Recurring
from kit.web import REGISTRY

TAKE_EVERY, ESCALATE_EVERY = 2.0, 20.0  # seconds
_BEHIND = Gauge(
    "akson_follow_up_behind_seconds",
    "Seconds since every announced result was on a list",
    registry=REGISTRY,
)
_ESCALATING_BEHIND = Gauge(
    "akson_follow_up_escalating_behind_seconds",
    "Seconds since late critical results were looked through",
    registry=REGISTRY,
)


def follow_up_tasks(db: Database) -> list[Recurring]:
    """Take results onto lists; escalate critical ones that nobody has opened."""
    taking = Recurring("results onto lists", TAKE_EVERY, lambda: take(db))
    _BEHIND.set_function(lambda: time.monotonic() - taking.done_at)
    late = Recurring("late critical results", ESCALATE_EVERY, lambda: escalate(db, datetime.now(UTC)))
    _ESCALATING_BEHIND.set_function(lambda: time.monotonic() - late.done_at)
    return [taking, late]
