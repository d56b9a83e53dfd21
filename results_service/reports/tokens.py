"""Search tokens: codes as 8-byte numbers, so that a report's many codes fit in one small indexed column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=20_000)
def token(text: str) -> int:
    """The token of `system|code`, `code` or `system|` (FHIR R4, search, token), as a PostgreSQL bigint."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


@lru_cache(maxsize=20_000)
def spellings(coding: str) -> tuple[str, str, str]:
    """The three ways to ask for "system|code"; a bar in it that is not the first belongs to the code."""
    system, _, code = coding.partition("|")
    return coding, code, f"{system}|"


def tokens_of(codings: Iterable[str]) -> list[int]:
    """Every token under which resources with these "system|code" are found, sorted, each once."""
    return sorted({token(text) for coding in set(codings) for text in spellings(coding)})
