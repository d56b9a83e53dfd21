"""A privacy setting, wished for and stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

SetBy = Literal["citizen", "representative", "clinician"]


class Kind(StrEnum):
    """The four settings (pasientjournalloven § 17; kjernejournalforskriften §§ 3, 7)."""

    SPERRING = "sperring"
    BLOKKERING = "blokkering"
    RESERVASJON = "reservasjon"
    SAMTYKKE = "samtykke"


class Scope(StrEnum):
    """What a sperring covers: everything, a field of medicine, what an organisation sent, or who reads."""

    ALL = "all"
    FIELD = "field"
    SOURCE = "source"
    READER = "reader"


FIELDS = ("CLIN", "MBIO", "MGEN", "FARM", "IMTR", "PAT", "RAD", "NUK")
"""The fields of NILAR's Observation.category (Volven 8202)."""


@dataclass(frozen=True, slots=True)
class By:
    """Who sets or withdraws: `number_hash` is the keyed hash of the number."""

    kind: SetBy
    number_hash: bytes
    name: str | None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A setting to make. `log_event`: a row of the person's own access log that shows whom to block.

    `valid_from` None is from now, `valid_to` None until withdrawn.
    """

    kind: Kind
    scope: Scope | None = None
    field: str | None = None
    org_number: str | None = None
    hpr_number: str | None = None
    log_event: UUID | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """A stored setting. `deletion` is of a reservasjon: whether what it ordered deleted is gone."""

    setting_id: UUID
    kind: str
    scope: str | None
    field: str | None
    org_number: str | None
    personnel_id: UUID | None
    hpr_number: str | None
    party_name: str | None
    valid_from: datetime
    valid_to: datetime | None
    set_at: datetime
    set_by: SetBy
    set_by_name: str | None
    withdrawn_at: datetime | None
    withdrawn_by: SetBy | None
    withdrawn_by_name: str | None
    deletion: Literal["pending", "done"] | None = None

    @property
    def version(self) -> int:
        """1 as made, 2 when withdrawn."""
        return 2 if self.withdrawn_at else 1

    def in_force(self, at: datetime) -> bool:
        """Whether it is neither withdrawn nor past."""
        return self.withdrawn_at is None and (self.valid_to is None or at < self.valid_to)
