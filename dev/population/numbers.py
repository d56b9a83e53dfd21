"""Fictitious identifiers with valid check digits.

National numbers are in Tenor's style (month + 80), a range that Folkeregisteret never gives to real persons.
Weights: Skatteetaten, fødselsnummer; Brønnøysundregistrene, organisasjonsnummer (both modulus 11).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

_K1 = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_K2 = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_HPR = (7, 6, 5, 4, 3, 2)


def check_digit(digits: str, weights: tuple[int, ...]) -> str | None:
    """The modulus 11 check digit, or None for numbers that are not given out."""
    rest = -sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11
    return None if rest == 10 else str(rest)


class Numbers:
    """Gives out numbers, none of them twice and none of those in `taken`."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next_hpr = 991_000

    def national(self, rng: Random, birth: date, sex: int, *, d_number: bool = False) -> str:
        """A number for a birth date in 1900–2039 and a sex (1 male, 2 female)."""
        day = birth.day + (40 if d_number else 0)
        head = f"{day:02d}{birth.month + 80:02d}{birth.year % 100:02d}"
        low, high = (500, 1000) if birth.year >= 2000 else (0, 500)
        while True:
            individual = rng.randrange(low, high) // 2 * 2 + sex % 2
            number = self._complete(f"{head}{individual:03d}")
            if number and number not in self._taken:
                self._taken.add(number)
                return number

    def _complete(self, nine: str) -> str | None:
        first = check_digit(nine, _K1)
        if first is None:
            return None
        second = check_digit(nine + first, _K2)
        return None if second is None else nine + first + second

    def hpr(self) -> str:
        """The next HPR number, from a series of our own."""
        while True:
            self._next_hpr += 7
            digit = check_digit(str(self._next_hpr), _HPR)
            if digit is not None:
                return f"{self._next_hpr}{digit}"


def organisation_number(serial: int) -> str:
    """The first valid number from 314000000 on for a serial (0, 1, 2 …), ten numbers apart."""
    for candidate in range(31_400_000 + serial * 10, 31_400_000 + serial * 10 + 10):
        digit = check_digit(str(candidate), (3, 2, 7, 6, 5, 4, 3, 2))
        if digit is not None:
            return f"{candidate}{digit}"
    raise ValueError("no valid organisation number in this range")
