"""Identifiers: national identity numbers (masked wherever they could be printed) and time-ordered UUIDs."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, LiteralString
from uuid import UUID

NationalIdKind = Literal["FNR", "DNR", "FHN"]

OIDS: dict[NationalIdKind, str] = {
    "FNR": "urn:oid:2.16.578.1.12.4.1.4.1",
    "DNR": "urn:oid:2.16.578.1.12.4.1.4.2",
    "FHN": "urn:oid:2.16.578.1.12.4.1.4.3",
}
_K1_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_K2_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_BIRTH_LENGTH = 6
_BEHIND_BIRTH = r"[\s.\-]{0,3}"
WRITTEN: LiteralString = rf"(?<!\d)\d{{6}}{_BEHIND_BIRTH}\d{{5}}(?!\d)"
"""What may be anybody's number as people write it: with a space, a hyphen or the like behind the birth date,
or nothing. A pattern of Python and of PostgreSQL."""
# From this day the tax administration gives out numbers whose first check digit leaves 0, 1, 2 or 3
# (Skatteetaten, "Nytt fødselsnummer fra 2032"). Accepting them earlier would let typing errors through.
NEW_SERIES_FROM = date(2032, 1, 1)


class InvalidNationalId(ValueError):
    """A text that is no national identity number. `code` says why; the text itself is never kept."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class NationalId:
    """A valid fødselsnummer, D-nummer or FH-nummer; its digits are shown only through `value`."""

    value: str = field(repr=False)
    kind: NationalIdKind

    def __repr__(self) -> str:
        return "NationalId(***)"

    __str__ = __repr__

    @property
    def oid(self) -> str:
        """The identifier system, e.g. `urn:oid:2.16.578.1.12.4.1.4.1`."""
        return OIDS[self.kind]

    @property
    def birth_date(self) -> date | None:
        """The birth date that the digits tell, or None (FH-nummer carry none)."""
        return None if self.kind == "FHN" else _birth_date(self.value)


def parse_national_id(text: str, *, today: date | None = None) -> NationalId:
    """Eleven digits → `NationalId`.

    Raises `InvalidNationalId` with code `national-id-format`, `national-id-check-digit` or
    `national-id-date`. Source: Folkeregisterloven regulations § 2-2-1 ff., Skatteetaten's validator.
    """
    if len(text) != 11 or not (text.isascii() and text.isdigit()):
        raise InvalidNationalId("national-id-format")
    day = today or date.today()  # noqa: DTZ011 - the rule follows the calendar, not an instant
    _verify_check_digits(text, new_series=day >= NEW_SERIES_FROM)
    if text[0] in "89":
        return NationalId(text, "FHN")
    kind: NationalIdKind = "DNR" if text[0] in "4567" else "FNR"
    if _birth_date(text) is None:
        raise InvalidNationalId("national-id-date")
    return NationalId(text, kind)


def written(number: str) -> re.Pattern[str]:
    """One number, eleven digits, however people write it (`WRITTEN`)."""
    birth, rest = re.escape(number[:_BIRTH_LENGTH]), re.escape(number[_BIRTH_LENGTH:])
    return re.compile(f"{birth}{_BEHIND_BIRTH}{rest}")


def _verify_check_digits(text: str, *, new_series: bool) -> None:
    digits = [int(c) for c in text]
    first = sum(w * d for w, d in zip(_K1_WEIGHTS, digits, strict=False)) % 11
    second = sum(w * d for w, d in zip(_K2_WEIGHTS, digits, strict=True)) % 11
    if second or first not in ((0, 1, 2, 3) if new_series else (0,)):
        raise InvalidNationalId("national-id-check-digit")


def _birth_date(text: str) -> date | None:
    day, month, year = int(text[0:2]), int(text[2:4]), int(text[4:6])
    day = day - 40 if day > 40 else day
    for offset in (80, 65):  # fictitious persons: Tenor, NHN
        if month > offset:
            month -= offset
            break
    century = _century(int(text[6:9]), year)
    try:
        return date(century + year, month, day) if century else None
    except ValueError:
        return None


def _century(individual: int, year: int) -> int | None:
    """The century of birth by the individual-number series in force until 2032."""
    if individual < 500:
        return 1900
    if year < 40:
        return 2000
    if individual < 750 and year >= 54:
        return 1800
    return 1900 if individual >= 900 else None


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 section 5.7): time-ordered, so that indexes grow at one end."""
    stamp = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (stamp & ((1 << 48) - 1)) << 80 | random
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
