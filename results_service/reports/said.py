"""What a version says to who assesses it, apart from how it is named: whether two forms of it say the same.

Mapping anew may change every report's names, when a code list came. That asks nobody to look again; a value,
a unit, a reference interval, a status or a comment that is another does.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from results_service.reports.packing import Packed

_KINDS = frozenset({"DiagnosticReport", "Observation"})
_SAID = frozenset(
    {"status", "code", "interpretation", "dataAbsentReason", "referenceRange", "note", "conclusion"}
    | {"component", "effectiveDateTime", "effectivePeriod", "bodySite", "extension"}
)
_NAMES = frozenset({"display", "text"})
_decoder = msgspec.json.Decoder(dict[str, Any])


def say_the_same(one: Packed, other: Packed) -> bool:
    """Whether both say the same of every examination, in any order."""
    return _said(one) == _said(other)


def _said(packed: Packed) -> Counter[bytes]:
    places = [place for place, entry in enumerate(packed.entries) if entry.kind in _KINDS]
    return Counter(_of(_decoder.decode(packed.body(place))) for place in places)


def _of(resource: dict[str, Any]) -> bytes:
    said = {
        key: value if key.startswith("value") else _unnamed(value)
        for key, value in resource.items()
        if key in _SAID or key.startswith("value")
    }
    return msgspec.json.encode(said, order="deterministic")


def _unnamed(value: Any) -> Any:
    """Without the names of what has a code. A result itself (`value…`) keeps its words."""
    if isinstance(value, list):
        return [_unnamed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if codings := value.get("coding"):
        return {"coding": [_code_alone(coding) for coding in codings]}
    return {key: _unnamed(one) for key, one in value.items()}


def _code_alone(coding: dict[str, Any]) -> dict[str, Any]:
    """Without its name; one without a code has nothing but its name."""
    return {key: value for key, value in coding.items() if key not in _NAMES} if "code" in coding else coding
