"""What a delivery must satisfy before the database is asked: check digits, periods, codes, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from core_record.registers.delivery import Delivery, Entry, Fault
from core_record.registers.roles import AUTHORISED_ROLES, KNOWN_ROLES

_ORG_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)
KEYS: dict[str, tuple[str, ...]] = {
    "organisations": ("org_number",),
    "departments": ("her_id",),
    "personnel": ("national_id",),
    "authorisations": ("hpr_number", "code", "valid_from"),
    "employments": ("national_id", "org_number", "role", "valid_from"),
    "administrators": ("national_id", "org_number", "valid_from"),
    "persons": ("national_id",),
    "parents": ("national_id", "parent_id", "valid_from"),
    "former_numbers": ("former_id",),
    "substitutes": ("hpr_number", "substitute_hpr", "valid_from"),
    "gp_lists": ("national_id", "valid_from"),
    "senders": ("org_number",),
}
"""What names an entry of a section."""
Problem = tuple[str, str]


def check(delivery: Delivery) -> None:
    """Add the faults of the delivery's entries to its list."""
    seen: dict[tuple[object, ...], Entry] = {}
    for entry in delivery.entries:
        key = (entry.section, *(_plain(getattr(entry.value, name)) for name in KEYS[entry.section]))
        first = seen.setdefault(key, entry)
        if first is not entry:
            delivery.faults.append(Fault(entry.line, "twice-in-file", f"Named on line {first.line} already."))
        for code, detail in problems(entry):
            delivery.faults.append(Fault(entry.line, code, detail))


def problems(entry: Entry) -> Iterator[Problem]:
    """What is wrong with one entry, whatever the registers hold."""
    value = entry.value
    yield from _fields(value)
    for nested in ("departments", "authorisations", "parents"):
        for one in getattr(value, nested, ()):
            yield from _fields(one)
    if entry.section == "substitutes" and value.hpr_number == value.substitute_hpr:
        yield "own-substitute", "A GP does not stand in for themselves."
    if entry.section == "parents" and _plain(value.national_id) == _plain(value.parent_id):
        yield "own-parent", "A person is not their own parent."


def _fields(value: Any) -> Iterator[Problem]:
    """The rule of each field, and the period."""
    yield from _period(value)
    for name in value.__struct_fields__:
        rule, found = _RULES.get(name), getattr(value, name)
        for one in found if isinstance(found, tuple) else (found,):
            problem = rule(name, one) if rule is not None and one is not None else None
            if problem is not None:
                yield problem


def valid_org_number(text: str) -> bool:
    """Nine digits whose check digit fits (Brønnøysundregistrene, modulus 11)."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):
        return False
    return sum(w * int(d) for w, d in zip(_ORG_WEIGHTS, text, strict=True)) % 11 == 0


def _period(value: Any) -> Iterator[Problem]:
    for first, last in (("valid_from", "valid_to"), ("protected_from", "protected_to")):
        since, until = getattr(value, first, None), getattr(value, last, None)
        if since and until and until < since:
            yield "period-backwards", f"{last} is before {first}."


def _org(name: str, value: str) -> Problem | None:
    return None if valid_org_number(value) else ("org-number-invalid", f"{name} has no valid check digit.")


def _digits(least: int, most: int) -> Callable[[str, str], Problem | None]:
    def rule(name: str, value: str) -> Problem | None:
        good = value.isascii() and value.isdigit() and least <= len(value) <= most
        return None if good else ("digits-invalid", f"{name} has {least} to {most} digits.")

    return rule


def _name(name: str, value: str) -> Problem | None:
    good = bool(value.strip()) and len(value) <= 200 and not any(c.isdigit() for c in value)
    return None if good else ("name-invalid", f"{name} is empty, too long or holds digits.")


def _born(name: str, value: date) -> Problem | None:
    good = date(1850, 1, 1) <= value <= date.today()  # noqa: DTZ011 - a calendar day
    return None if good else ("birth-date-unlikely", f"{name} is before 1850 or to come.")


def _code(name: str, value: str) -> Problem | None:
    good = value in AUTHORISED_ROLES
    return None if good else ("authorisation-code-unknown", f"{name} is no authorisation of Volven 9060.")


def _role(name: str, value: str) -> Problem | None:
    return None if value in KNOWN_ROLES else ("role-unknown", f"{name} is neither of 9060 nor one of ours.")


_RULES: dict[str, Callable[[str, Any], Problem | None]] = {
    "org_number": _org,
    "parent": _org,
    "delivered_by": _org,
    "her_id": _digits(1, 10),
    "her_ids": _digits(1, 10),
    "hpr_number": _digits(4, 9),
    "substitute_hpr": _digits(4, 9),
    "municipality": _digits(4, 4),
    "given_name": _name,
    "family_name": _name,
    "birth_date": _born,
    "role": _role,
    "code": _code,
}


def _plain(value: object) -> object:
    """A number by its digits, which only this comparison sees."""
    national = getattr(value, "national", None)
    return national.value if national is not None else value
