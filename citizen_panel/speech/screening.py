"""Free text before it is stored: national identity numbers and contact data are refused, words of health
are asked about again. Nothing here judges opinions; moderation does, before publication.

Refused text is never kept, logged or echoed: an answer names the kind of thing found, not the thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kit.errors import Conflict, TooLarge, Unprocessable

MOST_CHARACTERS = 4000


class Refused(StrEnum):
    """What is never stored."""

    NATIONAL_NUMBER = "national-number"
    E_MAIL = "e-mail-address"
    PHONE = "phone-number"


# Eleven digits, also grouped as people write them. Whether the check digits are right does not matter: a
# number typed wrong still points at somebody.
_GAP = r"[ .\-\u00a0\u2009\u202f/]?"
_NATIONAL = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{10}}(?!{_GAP}\d)")
_E_MAIL = re.compile(r"[^\s@<>()\"',;]+@[^\s@<>()\"',;]+\.[^\W\d_]{2,}")
# Norwegian numbers: eight digits from 2 to 9, in a row or grouped 2-2-2-2 or 3-2-3; and any number with +.
_GROUPS = r"[2-9]\d{7}|[2-9]\d(?: \d\d){3}|[2-9]\d\d \d\d \d{3}"
_PHONE = re.compile(rf"(?<![\d.,])(?:\+\d(?:[ \-]?\d){{6,14}}|(?:00 ?47 ?)?(?:{_GROUPS}))(?!\d|[.,]\d)")
_PATTERNS = (
    (Refused.NATIONAL_NUMBER, _NATIONAL),
    (Refused.E_MAIL, _E_MAIL),
    (Refused.PHONE, _PHONE),
)
_SHORTEST_STEM = 5  # a shorter one is a word of its own, and the beginning of too many others
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Screening:
    """What was found in a text: kinds that are refused, and stems of the term list."""

    refused: tuple[Refused, ...]
    health_terms: tuple[str, ...]


def screen(text: str) -> Screening:
    """Look through a text of any language; the term list of all three languages counts."""
    refused = tuple(kind for kind, pattern in _PATTERNS if pattern.search(text))
    return Screening(refused, tuple(sorted(set(_health_terms(text)))))


def admit(texts: Iterable[str], *, confirmed: bool) -> None:
    """Raise unless every text may be stored; `confirmed` when the writer has been asked and stands by it.

    Raises `TooLarge` (`text-too-long`), `Unprocessable` (`national-number`, `e-mail-address`,
    `phone-number`) and, unless confirmed, `Conflict` (`health-data-suspected`).
    """
    suspected = False
    for text in texts:
        if len(text) > MOST_CHARACTERS:
            raise TooLarge("text-too-long", f"Write at most {MOST_CHARACTERS} characters.")
        found = screen(text)
        if found.refused:
            kind = found.refused[0]
            raise Unprocessable(kind.value, f"The text holds what looks like a {kind}. Take it out.")
        suspected = suspected or bool(found.health_terms)
    if suspected and not confirmed:
        raise Conflict(
            "health-data-suspected",
            "The text has words about health. Tell nothing of anybody's health here. Confirm to send it.",
        )


def clean_text(text: str) -> str:
    """The text as stored: without control characters, ends trimmed, at most two line breaks in a row."""
    kept = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or c.isprintable())
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def texts_in(value: Any) -> Iterator[str]:
    """Every string in a decoded JSON value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def _health_terms(text: str) -> Iterator[str]:
    for word in _WORD.findall(text.casefold()):
        for stem in _stems():
            if word == stem or (len(stem) >= _SHORTEST_STEM and word.startswith(stem)):
                yield stem


@lru_cache(maxsize=1)
def _stems() -> tuple[str, ...]:
    path = Path(__file__).with_name("health_terms.yaml")
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(sorted({stem.casefold() for stems in lists.values() for stem in stems}))
