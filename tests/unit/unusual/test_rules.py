"""What counts as unusual, rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core_record.unusual.rules import MANY, REASONS, RULES, Visit, reasons

ORDINARY = {
    "first_at": datetime(2026, 11, 23, 10, tzinfo=UTC),
    "own": False,
    "colleague": False,
    "relation": "listed-gp",
    "surname": "Danser",
    "actor_surname": "Koman",
    "address": "a1",
    "actor_address": "a2",
    "place_kind": "gp_office",
    "persons_in_hour": 1,
}


def visit(**changed: Any) -> Visit:
    return Visit(**{**ORDINARY, **changed})


def at(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, 30, tzinfo=UTC)  # Norway is an hour ahead


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"colleague": True}, ["colleague"]),
        ({"own": True, "address": "a2", "surname": "Koman"}, ["own-record"]),
        ({"address": "a2"}, ["same-address"]),
        ({"address": None, "actor_address": None}, []),
        ({"surname": "KOMAN"}, ["same-surname"]),
        ({"surname": None, "actor_surname": None}, []),
        ({"relation": "self-declared"}, ["no-relation-shown"]),
        ({"persons_in_hour": MANY - 1}, []),
        ({"persons_in_hour": MANY}, ["many-persons"]),
        ({"first_at": at(21)}, []),
        ({"first_at": at(22)}, ["at-night"]),
        ({"first_at": at(4)}, ["at-night"]),
        ({"first_at": at(5)}, []),
        ({"first_at": at(1), "place_kind": "emergency"}, []),
        ({"first_at": at(1), "place_kind": None}, ["at-night"]),
        (
            {"relation": "self-declared", "colleague": True, "address": "a2", "surname": "Koman"},
            ["colleague", "same-address", "same-surname", "no-relation-shown"],
        ),
    ],
)
def test_rules(changed: dict[str, Any], expected: list[str]) -> None:
    assert reasons(visit(**changed)) == expected


def test_codes_are_one_each_and_say_why() -> None:
    assert len(set(REASONS)) == len(REASONS)
    assert all(rule.why for rule in RULES)
