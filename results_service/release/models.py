"""Release of one version of a report to the person it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Release:
    """What a clinician did: `released` or `reviewed`; `agreed`: earlier than assessed, as agreed."""

    report_id: UUID
    kind: str
    at: datetime
    by_name: str | None
    organisation: str | None
    agreed: bool
    comment: str | None


@dataclass(frozen=True, slots=True)
class ShownReport:
    """The newest version of a report, and what decides whether its person sees it."""

    report_id: UUID
    version_id: UUID
    release_class: int
    preliminary: bool
    issued: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """A report that the person was shown in another version than the newest, last at `seen_at`."""

    report_id: UUID
    seen_at: datetime
