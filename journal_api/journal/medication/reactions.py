"""When a medicine conflicts with an allergy: by code, name or group (`reactions.yaml`)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

Degree = Literal["high", "low"]
Said = dict[str, str]
_WORD = re.compile(r"[a-zæø]+(?:-[a-zæø]+)*")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Medicines that react as one. `within`: how likely another of the group reacts."""

    label: Said
    atc: tuple[str, ...]
    names: tuple[str, ...]
    within: Degree
    source: str
    but: tuple[str, ...] = ()


class Crossing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two groups of which the one may react as the other."""

    between: tuple[str, str]
    degree: Degree
    source: str


class Reactions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table. `empty`: words that name no substance, with spaces between."""

    groups: dict[str, Group]
    crossing: tuple[Crossing, ...]
    empty: str


class Ground(msgspec.Struct, frozen=True):
    """Why a medicine conflicts with an allergy. `said`: the groups by language; `source`: who says so."""

    ground: Literal["same-substance", "same-group", "cross-reactive"]
    degree: Degree
    source: str
    said: Said


@cache
def reactions() -> Reactions:
    """The table, read once."""
    read: Any = yaml.safe_load(Path(__file__).with_name("reactions.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(read, Reactions)


def conflict(allergy: Mapping[str, Any], medicine: Mapping[str, Any]) -> Ground | None:
    """The strongest ground on which the body of a medication conflicts with that of an allergy."""
    allergy_code, medicine_code = _atc(allergy.get("coding")), _atc(medicine.get("atc"))
    allergy_words, names = [words(allergy["substance"])], _names(medicine)
    if _one_in_other(allergy_code, medicine_code) or _same_words(allergy_words[0], names):
        return Ground("same-substance", "high", "", {})
    return _by_groups(_groups(allergy_code, allergy_words), _groups(medicine_code, names))


@cache
def _empty() -> frozenset[str]:
    return frozenset(reactions().empty.split())


@lru_cache(4096)
def words(text: str) -> frozenset[str]:
    """The words of a name that tell a substance: lower case, without accents, numbers, forms and units."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return frozenset(word for word in _WORD.findall(kept) if word not in _empty() and len(word) > 1)


def _names(medicine: Mapping[str, Any]) -> list[frozenset[str]]:
    """The words of a medicine's name, and of its code's where it has one."""
    display = (medicine.get("atc") or {}).get("display")
    return [words(medicine["name"]), *([words(display)] if display else [])]


def _same_words(allergy: frozenset[str], names: Iterable[frozenset[str]]) -> bool:
    return any(name and allergy and (allergy <= name or name <= allergy) for name in names)


def _atc(coding: Mapping[str, Any] | None) -> str:
    return str(coding["code"]) if coding and coding["system"] == "atc" else ""


def _one_in_other(one: str, other: str) -> bool:
    """A code lies in the other's group: also where the medicine is coded as a whole group."""
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _groups(code: str, names: Iterable[frozenset[str]]) -> frozenset[str]:
    every = frozenset().union(*names)
    return frozenset(
        name for name, group in reactions().groups.items() if _coded(code, group) or _named(every, group)
    )


def _coded(code: str, group: Group) -> bool:
    return code.startswith(group.atc) and not (group.but and code.startswith(group.but))


def _named(found: frozenset[str], group: Group) -> bool:
    return any(fnmatchcase(word, pattern) for word in found for pattern in group.names)


def _by_groups(allergy: frozenset[str], medicine: frozenset[str]) -> Ground | None:
    table = reactions()
    shared = [table.groups[name] for name in sorted(allergy & medicine)]
    if shared:
        first = min(shared, key=lambda group: group.within != "high")
        return Ground("same-group", first.within, first.source, first.label)
    for crossing in table.crossing:
        one, other = crossing.between
        if (one in allergy and other in medicine) or (other in allergy and one in medicine):
            labels = [table.groups[name].label for name in crossing.between]
            said = {language: " – ".join(label[language] for label in labels) for language in labels[0]}
            return Ground("cross-reactive", crossing.degree, crossing.source, said)
    return None
