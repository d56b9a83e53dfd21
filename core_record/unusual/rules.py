"""What counts as unusual, as a table: code, condition, and why. None of it is proof of anything.

Pasientjournalloven § 22 and Normen 6.1 chapter 5.4.4 ask the organisation to follow up its log;
helsepersonelloven § 21 a forbids looking without need. Which looks to list is ours (J).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from kit.norway import OSLO

MANY = 15
"""Persons within an hour by one actor from which on it is listed (J)."""
NIGHT_FROM, NIGHT_TO = time(23, 0), time(6, 0)
_ROUND_THE_CLOCK = frozenset({"hospital", "emergency", "home_care"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known of a visit: ids, names and addresses are compared here and kept nowhere."""

    first_at: datetime
    own: bool
    colleague: bool
    relation: str
    surname: str | None
    actor_surname: str | None
    address: str | None
    actor_address: str | None
    place_kind: str | None
    persons_in_hour: int


@dataclass(frozen=True, slots=True)
class UnusualRule:
    """One row of the table."""

    code: str
    holds: Callable[[Visit], bool]
    why: str


def _same_name(visit: Visit) -> bool:
    if visit.own or not visit.surname or not visit.actor_surname:
        return False
    return visit.surname.casefold() == visit.actor_surname.casefold()


def _at_night(visit: Visit) -> bool:
    local = visit.first_at.astimezone(OSLO).time()
    return visit.place_kind not in _ROUND_THE_CLOCK and (local >= NIGHT_FROM or local < NIGHT_TO)


RULES = (
    UnusualRule("own-record", lambda v: v.own, "health personnel read their own record as citizens do"),
    UnusualRule("colleague", lambda v: v.colleague, "the person works at the same place"),
    UnusualRule(
        "same-address",
        lambda v: not v.own and v.address is not None and v.address == v.actor_address,
        "they share a registered address: household or neighbour",
    ),
    UnusualRule("same-surname", _same_name, "perhaps of the same family; common names give false hits"),
    UnusualRule(
        "no-relation-shown",
        lambda v: v.relation == "self-declared",
        "no register shows a care relation: the reason was stated by the one who looked",
    ),
    UnusualRule(
        "many-persons", lambda v: v.persons_in_hour >= MANY, "many persons within an hour by one actor"
    ),
    UnusualRule("at-night", _at_night, "at night, at a place that is not open around the clock"),
)
REASONS = tuple(rule.code for rule in RULES)


def reasons(visit: Visit) -> list[str]:
    """The codes of the rules that hold, in the table's order."""
    return [rule.code for rule in RULES if rule.holds(visit)]
