"""Tokens in searches: `code`, `system|code`, `system|` and `|code`, lists of them, and what is escaped.

FHIR R4 3.1.1.4.10 (token) and 3.1.1.4.8: a comma, bar, dollar sign or backslash that belongs to a code has a
backslash before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from kit.errors import Malformed
from results_service.reports import tokens

_PART = re.compile(r"((?:[^\\,|]|\\.|\\\Z)*+)([,|]?)", re.DOTALL)
_ESCAPED = re.compile(r"\\([,|$\\])")


class Token(NamedTuple):
    """One value. `system`: None any, "" none; `code`: "" any of the system."""

    system: str | None
    code: str

    @property
    def spelling(self) -> str:
        """The one of the ways to ask for a coding (`results_service.reports.tokens.spellings`)."""
        return self.code if self.system is None else f"{self.system}|{self.code}"

    def code_of(self, systems: Sequence[str]) -> str | None:
        """The code asked for where all are of one system, which goes by these names; "" any, None none."""
        return self.code if self.system is None or self.system in systems else None


def parse_tokens(name: str, text: str) -> tuple[Token, ...]:
    """A parameter's value → the tokens of which one must fit. Empty places in the list are left out.

    Raises `Malformed` `search-value-invalid`.
    """
    found = [_token(parts) for parts in _split(text)]
    chosen = tuple(dict.fromkeys(token for token in found if token is not None))
    if not chosen or any(len(parts) > 2 for parts in _split(text)):
        raise Malformed(
            "search-value-invalid",
            f"{name} must be code, system|code, system| or |code, or several with commas between. "
            "A comma or bar that belongs to a code has a backslash before it.",
        )
    return chosen


def fits(codings: Sequence[str], wanted: frozenset[str]) -> bool:
    """Whether one of these "system|code" is asked for; `wanted` are spellings."""
    return any(not wanted.isdisjoint(tokens.spellings(coding)) for coding in codings)


def _split(text: str) -> list[list[str]]:
    """The list's values, each in its parts, as they were written."""
    values: list[list[str]] = [[]]
    for part, end in _PART.findall(text):
        values[-1].append(part)
        if end == ",":
            values.append([])
        elif not end:
            break
    return values


def _token(parts: list[str]) -> Token | None:
    plain = [_ESCAPED.sub(r"\1", part) for part in parts]
    if not any(plain):
        return None
    return Token(None, plain[0]) if len(plain) == 1 else Token(plain[0], plain[1])
