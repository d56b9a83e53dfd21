"""Measured values (Observation): what can be measured, within which limits, and its entries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import yaml

from journal_api.journal.entries.models import Change, Kind
from kit.errors import Unprocessable


class Measure(msgspec.Struct, frozen=True):
    """What can be measured. `least` and `most`: beyond them a value is impossible, not merely abnormal."""

    loinc: str
    unit: str
    ucum: str
    least: float
    most: float
    decimals: int
    label: dict[str, str]


class Observation(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One value of a measure of `measured.yaml`; `note` is the note it was written in."""

    measure: str
    value: float
    note: UUID | None = None


@cache
def measures() -> Mapping[str, Measure]:
    """All measures by name."""
    read: Any = yaml.safe_load(Path(__file__).with_name("measured.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(read["measured"], dict[str, Measure])


def check_value(name: str, value: float) -> None:
    """Raises `Unprocessable` (`measure-unknown`, `value-impossible`)."""
    measure = measures().get(name)
    if measure is None:
        raise Unprocessable("measure-unknown", "This is not among what can be measured.")
    if not measure.least <= value <= measure.most:
        raise Unprocessable(
            "value-impossible", f"{measure.label['en']} lies between {measure.least:g} and {measure.most:g}."
        )


async def _check(change: Change) -> None:
    check_value(change.body.measure, change.body.value)


OBSERVATION = Kind(
    name="Observation",
    body=Observation,
    states=frozenset({"final", "entered-in-error"}),
    live=frozenset({"final"}),
    check=_check,
)
