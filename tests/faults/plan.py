"""What a run is asked for, what came of it, and how it ends when something is wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.audit import Finding
from tests.faults.logbook import Logged
from tests.faults.victims import VICTIMS, Victim


@dataclass(frozen=True)
class Plan:
    """`pause`: mean seconds between two calls of a sender or asker; `check_every`: rounds between audits."""

    rounds: int
    seed: int
    senders: int
    pause: float
    check_every: int
    victims: tuple[Victim, ...] = VICTIMS
    logs: Path | None = None
    compared: int = 400  # messages sent once more at the end
    askers: int = 6
    seconds: float = math.inf  # no round begins later; everything is counted all the same


@dataclass
class Result:
    """What happened: seconds to recover by victim, answers by status, and the last audit."""

    recovered: dict[str, list[float]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    looked_up: dict[str, int] = field(default_factory=dict)
    logged: Logged = field(default_factory=Logged)
    rounds: int = 0
    visits: int = 0
    logins: int = 0
    sent_again: int = 0
    receipts_compared: int = 0
    audits: int = 0
    finding: Finding = field(default_factory=Finding)
    seconds: float = 0.0


class NotRecovered(Exception):
    """The product did not come back by itself; the message says what was waited for."""


class Unsound(Exception):
    """An audit found a fault; `args[0]` is the result so far."""
