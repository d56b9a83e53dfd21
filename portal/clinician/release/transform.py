"""FHIR Parameters of `$release-state` → what the panel says. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.ui.dates import show_day

Json = dict[str, Any]


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
    """`stands`: `never`, `released`, `at-once`, `reviewed`, `preliminary`, `agreed`, `waits-2` or
    `waits-3`. `by_itself` is the day on which it shows itself, empty when it does not. `agreement` is the id
    of the standing agreement on earlier viewing, empty without one; `can_agree`: such a one would matter.
    """

    stands: str = ""
    by_itself: str = ""
    can_release: bool = False
    can_agree: bool = False
    agreement: str = ""
    agreed_by: str = ""
    agreed_day: str = ""
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
    by_itself = show_day(str(said.get("by-itself", {}).get("valueDateTime", "")))
    view = ReleaseView(stands, by_itself, level < 4, level == 2 and not preliminary, done=done)
    return _with_agreement(view, _parts(said.get("agreement", {})))


def _with_agreement(view: ReleaseView, parts: dict[str, Json]) -> ReleaseView:
    if not parts:
        return view
    view.agreement = str(parts.get("id", {}).get("valueId", ""))
    view.agreed_by, view.agreed_day = _by(parts), show_day(str(parts.get("at", {}).get("valueDateTime", "")))
    if view.stands == "waits-2":
        view.stands, view.by_itself = "agreed", ""
    return view


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
    parts = _parts(one)
    return Done(
        kind=str(one.get("name", "")),
        day=show_day(str(parts.get("at", {}).get("valueDateTime", ""))),
        by=_by(parts),
        comment=str(parts.get("comment", {}).get("valueString", "")),
        agreed=bool(parts.get("agreed", {}).get("valueBoolean")),
    )


def _parts(one: Json) -> dict[str, Json]:
    return {str(part.get("name", "")): part for part in one.get("part", [])}


def _by(parts: dict[str, Json]) -> str:
    names = [str(parts.get(name, {}).get("valueString", "")) for name in ("by", "organisation")]
    return ", ".join(name for name in names if name)
