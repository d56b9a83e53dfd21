"""Medication against allergies, as the journal tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct


class Allergy(Struct, frozen=True):
    """An allergy that a medicine conflicts with. `degree`: high or low; `said`: the groups, by language.

    `answered`: somebody has decided that the medicine is given all the same.
    """

    id: str
    version: int
    ground: str
    degree: str
    said: dict[str, str] = {}
    answered: bool = False


class Marked(Struct, frozen=True):
    """A medication in use and the allergies that it conflicts with."""

    medication: str
    allergies: list[Allergy]


class Fault(Struct):
    """A refusal: its code, a sentence, and the allergies that stopped a medication, with `hidden` more.

    `medication`: the line that was stopped, where several were written at once.
    """

    title: str = ""
    detail: str = ""
    allergies: list[Allergy] = []
    hidden: int = 0
    medication: str = ""


def override(reason: str, answered: Sequence[Allergy]) -> dict[str, Any]:
    """Why a medicine is given all the same, and the allergies that this answers, as they were seen."""
    return {"reason": reason, "allergies": [{"id": one.id, "version": one.version} for one in answered]}
