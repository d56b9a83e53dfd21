"""What a rule of access is, and all that it may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core_record.access.models import AccessRequest, Facts, Relation
from core_record.representation.facts import Power, RepresentationFacts
from kit.identity.actor import Actor

HIGH = 4  # eIDAS high, ID-porten idporten-loa-high, HelseID security_level 4


@dataclass(frozen=True, slots=True)
class Question:
    """All that a rule may look at. `health`: health data are asked for, not only who the person is.

    `representation` is read when a citizen asks about another; `power` is what a fullmakt must cover.
    """

    actor: Actor
    request: AccessRequest
    facts: Facts
    own: bool  # the number asked for is the caller's own
    relation: Relation
    today: date
    representation: RepresentationFacts | None = None
    power: Power | None = None
    health: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table; `refuses` is true when this rule says no.

    `outcome`: what the guide answers with (NILAR `pvk-outcome-cs`); `denial`: Volven 9603.
    """

    code: str
    refuses: Callable[[Question], bool]
    source: str
    text: str
    outcome: str | None = None
    denial: str | None = None


def reached_age(birth_date: date | None, years: int, today: date) -> bool:
    """Whether the person has turned `years`; on the birthday they have. Unknown birth date: no.

    Born on 29 February: the day is reached on 1 March of years that have no 29 February.
    """
    if birth_date is None:
        return False
    birthday_is_past = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not birthday_is_past) >= years
