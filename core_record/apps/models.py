"""An app in the register, as it is proposed, decided about and shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple

import msgspec

State = Literal["proposed", "approved", "suspended", "withdrawn"]
ClientId = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._:-]{3,100}$")]
OrgNumber = Annotated[str, msgspec.Meta(pattern="^[0-9]{9}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Url = Annotated[str, msgspec.Meta(max_length=500)]
Reason = Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,40}$")]
Role = Annotated[str, msgspec.Meta(pattern="^(none|[A-Z0-9]{2,3})$")]
Grants = Annotated[list[str], msgspec.Meta(min_length=1, max_length=60)]
Roles = Annotated[list[Role], msgspec.Meta(max_length=40)]


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a vendor applies for, as an administrator enters it: docs/apps.md tells what each part is.

    `org_number` admits the app for those who log in for it; `vendor` is an organisation number too.
    `data_protection` refers to the agreement and assessment that the app is used on.
    """

    client_id: ClientId
    org_number: OrgNumber
    name: Name
    vendor: OrgNumber
    vendor_name: Name
    purpose: Text
    grants: Grants
    roles: Roles = []
    launch_url: Url | None = None
    data_protection: Text
    valid_to: date


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is decided about an app; `was` is the state that the one who decides saw.

    `seen` is that of the row (`AppRow`), and needed to approve: nobody approves what they have not read.
    """

    client_id: ClientId
    org_number: OrgNumber
    was: State
    state: Literal["approved", "suspended", "withdrawn"]
    reason: Reason
    seen: Annotated[str, msgspec.Meta(max_length=64)] = ""


class AppRow(msgspec.Struct, frozen=True, kw_only=True):
    """An app as the register has it. `valid_to` is the last day; `seen` changes with whatever else does."""

    client_id: str
    org_number: str
    organisation: str
    name: str
    vendor: str
    vendor_name: str
    purpose: str
    grants: list[str]
    roles: list[str]
    launch_url: str | None
    data_protection: str
    state: State
    valid_to: date
    decided_by: str | None
    decided_at: datetime | None
    seen: str


class Which(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One app of one organisation."""

    client_id: ClientId
    org_number: OrgNumber


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a row: which state it came to, who did it and why; `asked` when what it may changed."""

    at: datetime
    state: State
    asked: bool
    source: str
    actor_name: str | None
    reason: str | None


class Admitted(NamedTuple):
    """The part of a row that admission needs."""

    client_id: str
    org_number: str
    name: str
    vendor_name: str
    purpose: str
    grants: list[str]
    roles: list[str]
    launch_url: str | None
    state: State
    valid_to: date
