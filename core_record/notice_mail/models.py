"""An address for notices as it is stored, as the citizen sees it, and a mail that is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Language = Literal["nb", "nn", "en"]
MailKind = Literal["code", "news"]
# What a mail server takes without extensions (RFC 5321, 4.1.2, atoms and dots): no quoting, no line breaks.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CODE = r"^[0-9]{6}$"


class NewEmail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the citizen sends: the address, the mails' language, and whether they may come at any time."""

    address: Annotated[str, msgspec.Meta(max_length=320)]
    language: Language = "nb"
    anytime: bool = False


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code that was mailed."""

    code: Annotated[str, msgspec.Meta(pattern=_CODE)]


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether mails may come at night and in weekends."""

    anytime: bool


class Status(msgspec.Struct, frozen=True):
    """What the citizen sees. `available`: this installation sends mail.

    `state`: `none`; `waiting` for the code; `confirmed`; `refused` by the receiver's mail server.
    """

    available: bool
    state: Literal["none", "waiting", "confirmed", "refused"] = "none"
    address: str | None = None
    language: str | None = None
    anytime: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A stored address; ciphers are bound to `email_id`. `code_cipher`: None when none is to be entered."""

    email_id: UUID
    address_cipher: bytes
    language: str
    anytime: bool
    code_cipher: bytes | None
    code_expires_at: datetime | None
    wrong_codes: int
    confirmed_at: datetime | None
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    """A mail that was taken to be sent; `tries` counts this one."""

    person_id: UUID
    mail_id: UUID
    kind: str
    tries: int


def normal_address(text: str) -> str | None:
    """The address as mail servers take it (the domain in lower case and IDNA); None when it is none."""
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        return None
    labels = ascii_domain.split(".")
    whole = f"{local}@{ascii_domain}"
    good = at and len(local) <= 64 and len(whole) <= 254 and _LOCAL.fullmatch(local) and len(labels) > 1
    return whole if good and all(_LABEL.fullmatch(label) for label in labels) else None
