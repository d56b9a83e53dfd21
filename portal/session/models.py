"""What the server keeps of a login. All of it is encrypted before it leaves the process."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """Who has logged in: health personnel by HelseID, a citizen by ID-porten."""

    CLINICIAN = "clinician"
    CITIZEN = "citizen"


class Token(msgspec.Struct, frozen=True):
    """An access token for one audience; `expires_at` in seconds since 1970."""

    value: str
    expires_at: float


class Session(msgspec.Struct, kw_only=True):
    """A login: who, until when, and the keys and tokens to act with. Times in seconds since 1970.

    `number` is the logged-in person's own national identity number: a citizen's results are found by it.
    `organisation` and `place` are the organisation numbers (parent and child) a clinician acts for.
    """

    kind: Kind
    name: str
    number: str
    lang: str
    started_at: float
    ends_at: float
    dpop_key: dict[str, Any]
    id_token: str
    refresh_token: str | None = None
    tokens: dict[str, Token] = {}
    hpr_number: str | None = None
    organisation: str | None = None
    place: str | None = None


class OpenPatient(msgspec.Struct, frozen=True, kw_only=True):
    """The patient a browser tab has open: whose data, on what basis (`access-basis`) and for what reason.

    `number` is the national identity number; `reason` the code of a self-declared relation, or None where the
    registers show one. `name`, `birth_date` (ISO) and `sex` are what the banner shows.
    """

    number: str = msgspec.field()
    basis: str
    reason: str | None = None
    name: str = ""
    birth_date: str = ""
    sex: str = ""

    def __repr__(self) -> str:
        return "OpenPatient(***)"
