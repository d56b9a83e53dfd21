"""What members may tell of themselves, for the draw and for breakdowns: self-reported, coarse, voluntary.

Birth year, address and the like are never asked. `use` is how often one uses health services, not why.
"""

from __future__ import annotations

from collections.abc import Mapping

from kit.errors import Unprocessable

TRAITS: dict[str, tuple[str, ...]] = {
    "age": ("16-29", "30-49", "50-66", "67+"),
    "sex": ("woman", "man", "other"),
    "region": ("north", "middle", "west", "south", "east", "oslo"),
    "language": ("nb", "nn", "sami", "other"),
    "use": ("seldom", "sometimes", "often"),
    "work": ("gp", "nurse", "health-secretary", "other-personnel", "patients-organisation", "other"),
}
_OF_KIND = {
    "citizens": ("age", "sex", "region", "language", "use"),
    "professionals": ("work", "region", "age"),
}
AUTHORISED = ("gp", "nurse")
"""Work that only those may tell of whose login shows an authorisation."""


def traits_of(kind: str) -> dict[str, tuple[str, ...]]:
    """What members of a kind of panel may tell of themselves."""
    return {dimension: TRAITS[dimension] for dimension in _OF_KIND[kind]}


def checked_traits(kind: str, told: Mapping[str, str]) -> dict[str, str]:
    """What was told, empty ones left out; raises `Unprocessable` (`trait-unknown`) naming the dimension."""
    known = traits_of(kind)
    for dimension, value in told.items():
        if dimension not in known or (value and value not in known[dimension]):
            raise Unprocessable("trait-unknown", f"{dimension[:20]} is none of the known values, or unknown.")
    return {dimension: told[dimension] for dimension in known if told.get(dimension)}
