"""What an answer says, and what the list of unmapped paths covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any


def listing(unmapped: Iterable[str]) -> list[re.Pattern[str]]:
    """The listed paths as patterns of paths without numbers."""
    return [_pattern(path) for path in unmapped]


def _pattern(path: str) -> re.Pattern[str]:
    """An unmapped path stands for all below it; `…/HCP//AdditionalId` for ids that lost to a better one."""
    plain = re.sub(r"\[\d+\]", "", path)
    if plain.endswith("//AdditionalId"):
        return re.compile(re.escape(plain.removesuffix("//AdditionalId")) + r"/.*(AdditionalId/.*|/Id)")
    return re.compile(re.escape(re.sub(r"/(text|following-text)\(\)$", "", plain)) + "(/.*)?")


def strings(json: Any) -> Iterator[str]:
    if isinstance(json, dict):
        for value in json.values():
            yield from strings(value)
    elif isinstance(json, list):
        for value in json:
            yield from strings(value)
    elif isinstance(json, bool):
        yield str(json).lower()
    elif json is not None:
        yield " ".join(str(json).split())
