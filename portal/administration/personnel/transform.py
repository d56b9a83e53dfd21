"""The registers' JSON → what the page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.administration.shared import shown_day

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
    """One of the personnel: `codes` are today's authorisations (Volven 9060), `code` the first, or empty."""

    id: str = ""
    name: str = ""
    hpr_number: str = ""
    code: str = ""
    codes: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


@dataclass
class Place:
    """One of one's own organisations, to choose among; indented by its depth."""

    org_number: str
    name: str


def places(answer: Json) -> list[Place]:
    """The places in operation, as the tree has them."""
    return [
        Place(str(one["org_number"]), "\u2003" * int(one["depth"]) + str(one["name"]))
        for one in answer.get("items", [])
        if not one.get("valid_to")
    ]


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
        codes=[str(code) for code in one.get("codes", [])],
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
        since=shown_day(since),
        until=shown_day(until),
        valid_from=since.isoformat(),
        valid_to=str(until or ""),
        state="ended" if ended else "coming" if since > today else "now",
    )
