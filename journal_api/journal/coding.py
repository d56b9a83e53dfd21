"""Codes, words and dates inside entries: their form, and what all kinds of lists ask of them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec

from journal_api.journal.entries.models import Change
from kit.errors import Unprocessable
from kit.norway import today_in_norway

Short = Annotated[str, msgspec.Meta(max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=1000)]
Prose = Annotated[str, msgspec.Meta(max_length=4000)]
_SOON = timedelta(minutes=15)
"""How far two clocks may differ."""
REACH = timedelta(days=100 * 366)
"""How far from now anything is planned."""
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

FORMS: Mapping[str, re.Pattern[str]] = {
    "icpc-2": re.compile(r"[ABDFHKLNPRSTUWXYZ-]\d{2}"),
    "icd-10": re.compile(r"[A-Z]\d{2}(?:\.?[0-9A-Z]{1,4})?"),
    "atc": re.compile(r"[A-Z](?:\d{2}(?:[A-Z](?:[A-Z](?:\d{2})?)?)?)?"),
    "snomed-ct": re.compile(r"[1-9]\d{5,17}"),
    "sysvak": re.compile(r"[A-Z]{2,3}\d{2}"),
    "nlk": re.compile(r"[A-Z]{3}\d{5}"),
    "ncrp": re.compile(r"[A-Z]{3}[0-9A-Z]{3}"),
    "9602": re.compile(r"[A-Z]\d{2}-\d"),
}
"""The systems of codes that entries use, with the form of a code in each."""


class Trimmed(msgspec.Struct, frozen=True):
    """A body whose texts lose the white space around them; one without a default must say something."""

    def __post_init__(self) -> None:
        """Raises `ValueError`, which msgspec tells as what is wrong with the body."""
        for field in msgspec.structs.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) or type(value) is not str:
                continue
            text = value.strip()
            if not text and field.required:
                raise ValueError(f"{field.encode_name} must not be empty")
            if text != value:
                msgspec.structs.force_setattr(self, field.name, text)


class Coding(Trimmed, frozen=True, forbid_unknown_fields=True):
    """A code with the words it had when it was chosen; `system` is one of `FORMS`."""

    system: Short
    code: Short
    display: Short


def check_happened(change: Change) -> None:
    """What is known or done cannot be so only later. Raises `Unprocessable` (`time-impossible`)."""
    if change.at > change.visit.now + _SOON:
        raise Unprocessable("time-impossible", "This cannot lie ahead in time.")


def check_within_reach(change: Change, at: datetime | None) -> None:
    """A time that something is planned for, or due at: one that lists can hold.

    Raises `Unprocessable` (`time-without-zone`, `time-impossible`).
    """
    if at is None:
        return
    if at.tzinfo is None:
        raise Unprocessable("time-without-zone", "Send times with their zone.")
    if abs(at - change.visit.now) > REACH:
        raise Unprocessable("time-impossible", "The time lies too far back or ahead.")


def check_day(change: Change, text: str | None) -> None:
    """A day, month or year of the person's life until now: `2019`, `2019-03`, `2019-03-27`.

    Raises `Unprocessable` (`date-impossible`).
    """
    if text is None:
        return
    first, last = span(text)
    born = change.visit.decision.facts.birth_date
    if first > today_in_norway() or (born is not None and last < born - timedelta(days=300)):
        raise Unprocessable("date-impossible", "The date lies ahead, or before the person's birth.")


def span(text: str) -> tuple[date, date]:
    """The first and last day that a date may mean; raises `Unprocessable` (`date-malformed`)."""
    found = _DAY.fullmatch(text)
    year, month, day = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise Unprocessable("date-malformed", "Write a date as 2019, 2019-03 or 2019-03-27.") from None
    if day:
        return first, first
    if month:
        return first, first.replace(day=monthrange(year, month)[1])
    return first, date(first.year, 12, 31)
