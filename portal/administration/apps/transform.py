"""The register's rows → what the page shows of an app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.administration.shared import shown_day
from portal.frame.apps import use_of

Json = dict[str, Any]
NEXT = {
    "proposed": ["approved", "withdrawn"],
    "approved": ["suspended", "withdrawn"],
    "suspended": ["approved", "withdrawn"],
}
"""What may be decided of an app in a state."""


@dataclass
class AppRow:
    """One app of one organisation; `decided` names who decided last, and when.

    `seen` stands for all that was read here: what has changed since is not approved.
    """

    key: str
    client_id: str
    org_number: str
    organisation: str
    name: str
    vendor: str
    purpose: str
    reads: list[str]
    writes: list[str]
    delivers: bool
    roles: list[str]
    address: str
    agreement: str
    state: str
    until: str
    decided_by: str
    decided_on: str
    next: list[str]
    seen: str = ""


@dataclass
class Step:
    """One change: the state it came to, when, who did it, and why. `asked`: what the app may changed."""

    day: str
    state: str
    asked: bool
    who: str
    reason: str


NOTHING = AppRow("", "", "", "", "", "", "", [], [], False, [], "", "", "", "", "", "", [])


def rows(answer: Json) -> list[AppRow]:
    """Those that wait first, then by name as the register has them."""
    found = [_row(one) for one in answer.get("apps", [])]
    return sorted(found, key=lambda row: row.state != "proposed")


def _row(one: Json) -> AppRow:
    use, state = use_of(one["grants"]), str(one["state"])
    return AppRow(
        key=f"{one['client_id']} {one['org_number']}",
        client_id=str(one["client_id"]),
        org_number=str(one["org_number"]),
        organisation=str(one["organisation"]),
        name=str(one["name"]),
        vendor=f"{one['vendor_name']} ({one['vendor']})",
        purpose=str(one["purpose"]),
        reads=use.reads,
        writes=use.writes,
        delivers=use.delivers,
        roles=[str(role) for role in one["roles"]],
        address=str(one["launch_url"] or ""),
        agreement=str(one["data_protection"]),
        state=state,
        until=shown_day(one["valid_to"]),
        decided_by=str(one["decided_by"] or ""),
        decided_on=shown_day(one["decided_at"]),
        next=NEXT.get(state, []),
        seen=str(one["seen"]),
    )


def steps(answer: Json) -> list[Step]:
    """The history of an app, newest first."""
    return [
        Step(
            day=shown_day(one["at"]),
            state=str(one["state"]),
            asked=bool(one["asked"]),
            who=str(one["actor_name"] or ""),
            reason=str(one["reason"] or ""),
        )
        for one in answer.get("history", [])
    ]
