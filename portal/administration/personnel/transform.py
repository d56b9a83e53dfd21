"""The registers' JSON → what the page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Json = dict[str, Any]


@dataclass
class Link:
    """One link to a place of work; dates as shown and as sent (ISO). `state`: now, coming, ended."""

    org_number: str = ""
    organisation: str = ""
    role: str = ""
    since: str = ""
    until: str = ""
    valid_from: str = ""
    valid_to: str = ""
    state: str = "now"


@dataclass
class Worker:
    """One of the personnel: `code` is the first authorisation of today (Volven 9060), or empty."""

    id: str = ""
    name: str = ""
    hpr_number: str = ""
    code: str = ""
    links: list[Link] = field(default_factory=list)


def workers(answer: Json, today: date) -> list[Worker]:
    """A page of personnel."""
    return [worker(one, today) for one in answer.get("items", [])]


def worker(one: Json, today: date) -> Worker:
    """One of them."""
    return Worker(
        id=str(one["personnel_id"]),
        name=f"{one['given_name']} {one['family_name']}",
        hpr_number=str(one.get("hpr_number") or ""),
        code=str((one.get("codes") or [""])[0]),
        links=[link(each, today) for each in one.get("links", [])],
    )


def link(one: Json, today: date) -> Link:
    """One link."""
    since, until = date.fromisoformat(one["valid_from"]), one.get("valid_to")
    ended = until is not None and date.fromisoformat(until) < today
    return Link(
        org_number=str(one["org_number"]),
        organisation=str(one["organisation"]),
        role=str(one["role"]),
        since=_shown(since),
        until=_shown(date.fromisoformat(until)) if until else "",
        valid_from=since.isoformat(),
        valid_to=str(until or ""),
        state="ended" if ended else "coming" if since > today else "now",
    )


def _shown(day: date) -> str:
    return day.strftime("%d.%m.%Y")
