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


def is_listed(path: str, unmapped: Iterable[str]) -> bool:
    """Whether a numbered path of an element or attribute is one of the listed, or below one."""
    element = path.partition("/@")[0]
    return any(_covers(listed, element) for listed in unmapped)


def _covers(listed: str, element: str) -> bool:
    if listed.endswith("//AdditionalId"):  # the parties of one element share a path
        return any(pattern.fullmatch(re.sub(r"\[\d+\]", "", element)) for pattern in listing([listed]))
    plain = re.sub(r"/(text|following-text|attributes)\(\)$", "", listed)
    return element == plain or element.startswith(plain + "/")
