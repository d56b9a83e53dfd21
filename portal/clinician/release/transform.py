"""FHIR Parameters of `$release-state` → what the panel says. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
_OSLO = ZoneInfo("Europe/Oslo")


@dataclass
class Done:
    """What a clinician did: `kind` is `released` or `reviewed`, `day` as 13.11.2026."""

    kind: str
    day: str
    by: str
    comment: str
    agreed: bool


@dataclass
class ReleaseView:
    """`stands`: `never`, `released`, `at-once`, `reviewed`, `preliminary`, `waits-2` or `waits-3`.

    `by_itself` is the day on which it shows itself, empty when it does not.
    """

    stands: str = ""
    by_itself: str = ""
    can_release: bool = False
    done: list[Done] = field(default_factory=list)


def release_view(parameters: Json) -> ReleaseView:
    """What the service says of a report's release."""
    every: list[Json] = parameters.get("parameter", [])
    said = {str(one.get("name", "")): one for one in every}
    done = [_done(one) for one in every if one.get("name") in ("released", "reviewed") and one.get("part")]
    released = any(one.kind == "released" for one in done)
    level = int(said.get("class", {}).get("valueInteger", 4))
    preliminary = bool(said.get("preliminary", {}).get("valueBoolean"))
    reviewed = level == 2 and not preliminary and any(one.kind == "reviewed" for one in done)
    stands = _stands(level, released=released, preliminary=preliminary, reviewed=reviewed)
    by_itself = _day(str(said.get("by-itself", {}).get("valueDateTime", "")))
    return ReleaseView(stands, by_itself, level < 4, done)


def _stands(level: int, *, released: bool, preliminary: bool, reviewed: bool) -> str:
    cases = (
        ("never", level >= 4),
        ("released", released),
        ("preliminary", preliminary),
        ("at-once", level == 1),
        ("reviewed", reviewed),
    )
    return next((name for name, holds in cases if holds), f"waits-{level}")


def _done(one: Json) -> Done:
    parts = {str(part.get("name", "")): part for part in one.get("part", [])}
    by = [str(parts.get(name, {}).get("valueString", "")) for name in ("by", "organisation")]
    return Done(
        kind=str(one.get("name", "")),
        day=_day(str(parts.get("at", {}).get("valueDateTime", ""))),
        by=", ".join(part for part in by if part),
        comment=str(parts.get("comment", {}).get("valueString", "")),
        agreed=bool(parts.get("agreed", {}).get("valueBoolean")),
    )


def _day(instant: str) -> str:
    try:
        return datetime.fromisoformat(instant).astimezone(_OSLO).strftime("%d.%m.%Y")
    except ValueError:
        return ""
