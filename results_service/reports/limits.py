"""The list of critical limits: by code and unit, from a file that the professional structure owns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec

from kit.settings import get_settings


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Below or above which a number of `code` (NLK) in `unit` (UCUM; "": none) is critical."""

    code: str
    name: str
    unit: str
    below: float | None = None
    above: float | None = None

    def is_crossed(self, value: float, comparator: str) -> bool:
        """Whether the number lies beyond, or may: `> 6` does where 6 is the limit."""
        below, above = self.below, self.above
        if below is not None and (value < below or (comparator.startswith("<") and value <= below)):
            return True
        return above is not None and (value > above or (comparator.startswith(">") and value >= above))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limits: list[Limit]


Limits = Mapping[tuple[str, str], Limit]


def limits() -> Limits:
    """The limits of this installation by (code, unit). Raises `ValueError` for a file that is no list."""
    return read_limits(get_settings().critical_limits)


@lru_cache(maxsize=4)
def read_limits(path: Path | None) -> Limits:
    """The limits of a file; None: those that come with the product. Raises `ValueError`."""
    text = path.read_bytes() if path else (files("results_service.reports") / "limits.yaml").read_bytes()
    try:
        found = msgspec.yaml.decode(text, type=_File).limits
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"The list of critical limits cannot be read: {error}") from None
    by_key = {(one.code, one.unit): one for one in found}
    if len(by_key) < len(found) or any(one.below is one.above is None for one in found):
        raise ValueError("The list of critical limits names a code and unit twice, or without any limit.")
    return by_key
