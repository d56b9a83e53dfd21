"""Who is calling: the verified identity behind a request. What it may do, `core_record.access` says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kit.ids import NationalId


class ActorKind(StrEnum):
    """The three kinds of callers: health personnel, citizens and systems."""

    CLINICIAN = "clinician"
    CITIZEN = "citizen"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class App:
    """Another's program in somebody's hands: what it may at most, besides what that person may.

    `reads` and `writes` are kinds of items at the audience of the call; `roles` whose hands it is for
    (Volven 9060, `none` without authorisation; empty: all). As nothing it stands for one not admitted.
    """

    client_id: str
    name: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """A caller as its access token proves it; nothing here comes from an unsigned header.

    `organisation` and `place` are organisation numbers (HelseID claims orgnr_parent and orgnr_child),
    `security_level` is 3 or 4 for persons and 0 for systems. `authenticated_at` is when the person last
    proved who they are (`auth_time`, RFC 9068 2.2.1), seconds since 1970, None where the token does not
    tell. `key` is the thumbprint (RFC 7638) of the DPoP key that the token is bound to. `app` is None for
    our own clients, which narrow nothing.
    """

    kind: ActorKind
    subject: str
    client_id: str
    issuer: str
    audience: str
    token_id: str
    scopes: frozenset[str]
    security_level: int = 0
    national_id: NationalId | None = None
    name: str | None = None
    hpr_number: str | None = None
    organisation: str | None = None
    place: str | None = None
    authenticated_at: int | None = None
    key: str | None = None
    app: App | None = None
