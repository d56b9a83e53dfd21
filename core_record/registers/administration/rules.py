"""What an administrator may write: dates, roles, reasons, names. What registers say is passed in."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta

from core_record.registers.roles import AUTHORISED_ROLES, OWN_ROLES
from kit.errors import Forbidden, Unprocessable
from kit.ids import NationalId

LINK_REASONS = ("hired", "moved", "left", "leave", "correction")
SUBSTITUTE_REASONS = ("holiday", "illness", "leave", "vacancy", "correction")
YOUNGEST = 15
"""Arbeidsmiljøloven § 11-1: nobody younger works in the health service (J: by the number's birth date)."""
_AHEAD = timedelta(days=730)
_EARLIEST = date(1950, 1, 1)
_NAME = re.compile(r"[^\W\d_]+(?:[ '’.\-]+[^\W\d_]+)*\.?")


def period(since: date, until: date | None, today: date) -> None:
    """Raises `Unprocessable`: `period-backwards`, `period-unlikely` (before 1950, or in over two years)."""
    if until is not None and until < since:
        raise Unprocessable("period-backwards", "The last day is before the first.")
    if not _EARLIEST <= since <= today + _AHEAD:
        raise Unprocessable("period-unlikely", "The first day is before 1950 or more than two years ahead.")


def reason(code: str, known: Collection[str]) -> None:
    """Raises `Unprocessable` (`reason-unknown`)."""
    if code not in known:
        raise Unprocessable("reason-unknown", f"The reason is one of {', '.join(known)}.")


def role(code: str, authorisations: Collection[str]) -> None:
    """A role of 9060 takes the authorisation; our own take none.

    Raises `Unprocessable`: `role-unknown`, `role-not-authorised`.
    """
    if code in OWN_ROLES:
        return
    if code not in AUTHORISED_ROLES:
        raise Unprocessable("role-unknown", "The role is neither of Volven 9060 nor one of our own.")
    if code not in authorisations:
        raise Unprocessable(
            "role-not-authorised", "The register of health personnel shows no such authorisation then."
        )


def name(text: str) -> str:
    """A name as written, without spaces too many; raises `Unprocessable` (`name-invalid`)."""
    tidy = " ".join(text.split())
    if not _NAME.fullmatch(tidy):
        raise Unprocessable("name-invalid", "A name is letters, with spaces, hyphens or apostrophes between.")
    return tidy


def age(number: NationalId, today: date) -> None:
    """Raises `Unprocessable` (`too-young`)."""
    born = number.birth_date
    if born and (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < YOUNGEST:
        raise Unprocessable("too-young", f"By the number the person is under {YOUNGEST}: check the number.")


def same_person(written: tuple[str, str], registered: tuple[str | None, str | None]) -> bool:
    """Whether given and family name agree well enough with the register's: a word of each is the same.

    A number with one digit wrong and yet valid is somebody else's, and that somebody has another name.
    """
    return all(
        not theirs or _words(ours) & _words(theirs) for ours, theirs in zip(written, registered, strict=True)
    )


def not_oneself(number_or_id: object, own: object) -> None:
    """Raises `Forbidden` (`not-oneself`): nobody gives themselves a place of work (J: four eyes)."""
    if number_or_id == own:
        raise Forbidden("not-oneself", "Another administrator must change your own places of work.")


def _words(text: str) -> set[str]:
    return set(re.split(r"[\s\-'’.]+", text.casefold())) - {""}
