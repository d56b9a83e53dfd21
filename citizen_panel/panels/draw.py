"""Stratified draw of members from those who volunteered: method, seed and balance can be published.

Places are given to strata by the method of largest remainders (Hamilton) from the population's shares; within
a stratum the volunteers with the lowest SHA-256 of seed and id get them. Whoever has the seed and the list of
ids can repeat the draw; nobody can steer it who did not know the seed when the list was closed, which is why
the seed's hash is published first (`commitment`).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Stratum = tuple[str, ...]
METHOD = "largest-remainder-sha256-v1"


class DrawProblem(ValueError):
    """The draw cannot be made; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Someone who may be drawn: an id without meaning outside, and self-reported traits by dimension."""

    id: str
    traits: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the population, of the volunteers and of the drawn have one value of one dimension."""

    dimension: str
    value: str
    population: float | None
    volunteers: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome: ids in the order drawn, and how well the panel mirrors the population."""

    method: str
    seed: str
    commitment: str
    drawn: tuple[str, ...]
    reserves: tuple[str, ...]
    balance: tuple[Share, ...]


def commitment(seed: str) -> str:
    """What is published before the list is closed: SHA-256 of the seed, hexadecimal."""
    return hashlib.sha256(b"akson draw commitment\0" + seed.encode()).hexdigest()


def draw(
    volunteers: Sequence[Volunteer],
    places: int,
    targets: Mapping[str, Mapping[str, float]],
    seed: str,
) -> Draw:
    """Draw `places` members; everybody else is a reserve, in the order they would be asked.

    `targets`: dimension → value → share of the population (they need not add up to 1). With none, every
    volunteer has the same chance. Raises `DrawProblem`: `no-places`, `too-few-volunteers`, `id-repeated`.
    """
    _check(volunteers, places)
    ranked = sorted(volunteers, key=lambda v: _rank(seed, v.id))
    strata: dict[Stratum, list[Volunteer]] = defaultdict(list)
    for volunteer in ranked:
        strata[_stratum(volunteer, targets)].append(volunteer)
    weights = {key: _weight(key, targets) * (1 if targets else len(them)) for key, them in strata.items()}
    given = allocate(places, weights, {key: len(them) for key, them in strata.items()}, seed)
    chosen = {v.id for key, them in strata.items() for v in them[: given[key]]}
    drawn = tuple(v.id for v in ranked if v.id in chosen)
    return Draw(
        METHOD,
        seed,
        commitment(seed),
        drawn,
        tuple(v.id for v in ranked if v.id not in chosen),
        tuple(_balance(volunteers, chosen, targets)),
    )


def allocate(
    places: int, weights: Mapping[Stratum, Fraction | int], most: Mapping[Stratum, int], seed: str
) -> dict[Stratum, int]:
    """Places for each stratum, in proportion to its weight and never more than it has volunteers.

    What a full stratum leaves over goes round again among the rest. Equal remainders are settled by the seed.
    """
    given = dict.fromkeys(most, 0)
    while (left := places - sum(given.values())) > 0:
        open_ = [key for key in most if given[key] < most[key]]
        total = sum((Fraction(weights[key]) for key in open_), Fraction(0))
        # Where no share of the population says otherwise, those still open count alike.
        quota = {key: left * (weights[key] / total if total else Fraction(1, len(open_))) for key in open_}
        whole = {key: min(int(quota[key]), most[key] - given[key]) for key in open_}
        for key, number in whole.items():
            given[key] += number
        rest = left - sum(whole.values())
        by_remainder = sorted(
            (key for key in open_ if given[key] < most[key]),
            key=lambda key: (int(quota[key]) - quota[key], _rank(seed, "|".join(key))),
        )
        for key in by_remainder[:rest]:
            given[key] += 1
    return given


def _check(volunteers: Sequence[Volunteer], places: int) -> None:
    if places < 1:
        raise DrawProblem("no-places")
    if len({v.id for v in volunteers}) != len(volunteers):
        raise DrawProblem("id-repeated")
    if places > len(volunteers):
        raise DrawProblem("too-few-volunteers")


def _rank(seed: str, text: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{text}".encode()).digest()


def _stratum(volunteer: Volunteer, targets: Mapping[str, Mapping[str, float]]) -> Stratum:
    return tuple(volunteer.traits.get(dimension, "") for dimension in sorted(targets))


def _weight(stratum: Stratum, targets: Mapping[str, Mapping[str, float]]) -> Fraction:
    """The product of the dimensions' shares, as if they were independent; unknown values weigh nothing."""
    weight = Fraction(1)
    for dimension, value in zip(sorted(targets), stratum, strict=True):
        weight *= Fraction(targets[dimension].get(value, 0)).limit_denominator(10**6)
    return weight


def _balance(
    volunteers: Sequence[Volunteer], chosen: set[str], targets: Mapping[str, Mapping[str, float]]
) -> list[Share]:
    shares = []
    for dimension in sorted({name for v in volunteers for name in v.traits}):
        everyone = Counter(v.traits.get(dimension, "") for v in volunteers)
        panel = Counter(v.traits.get(dimension, "") for v in volunteers if v.id in chosen)
        known = targets.get(dimension, {})
        shares += [
            Share(dimension, value, known.get(value), everyone[value], panel[value])
            for value in sorted(everyone.keys() | known.keys())
        ]
    return shares
