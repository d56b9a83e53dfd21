"""Files of equivalences: the operator's CSV, the selection that comes with the product, NLK's successors.

Columns (comma or semicolon): sender, system, code, unit, to_system, to_code, to_unit, kind, factor, added,
decimals, source, valid_from. docs/codes.md tells what each means.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from pathlib import Path

from kit.tables import CodeFileError, columns, read_text, rows
from results_service.codes.book import CodeInfo
from results_service.codes.equivalences import (
    KINDS,
    Equivalence,
    EquivalenceError,
    Origin,
    Place,
    unit_key,
)
from results_service.codes.systems import LOCAL, NLK, OID_ROOT

_NEEDED = frozenset({"system", "code", "to_code", "kind", "source"})
_MOST_DECIMALS = 6


def is_equivalences(path: Path) -> bool:
    """Whether a file has the columns of equivalences."""
    return columns(path) >= _NEEDED


def read_equivalences(path: Path) -> list[Equivalence]:
    """The operator's rows. Raises `CodeFileError` with the line that is wrong and why."""
    return _rows(read_text(path), "operator")


@cache
def builtin() -> tuple[Equivalence, ...]:
    """The selection that comes with the product."""
    text = (files("results_service.codes") / "data" / "equivalences.csv").read_text(encoding="utf-8")
    return tuple(_rows(text, "builtin"))


def successors(infos: Iterable[CodeInfo]) -> list[Equivalence]:
    """NLK's own column erstattes_av: valid from the day the old code ended, in whatever unit is used."""
    return [
        Equivalence(
            origin="nlk",
            start=Place(NLK, info.code),
            kind="successor",
            end=Place(NLK, info.successor),
            source="NLK, erstattes_av",
            valid_from=_day(info.valid_to),
        )
        for info in infos
        if info.system == NLK and info.successor and info.successor != info.code
    ]


def _rows(text: str, origin: Origin) -> list[Equivalence]:
    found: dict[Place, tuple[int, Equivalence]] = {}
    for line, row in enumerate(rows(text), start=2):
        try:
            made = _row(row, origin)
        except (ValueError, InvalidOperation) as fault:
            raise CodeFileError(f"Line {line}: {fault or 'a number cannot be read'}.") from None
        before = found.setdefault(made.start, (line, made))
        if before[1] != made:
            raise CodeFileError(
                f"Lines {before[0]} and {line} lead from the same place ({made.start}) and do not say the"
                " same. Keep the one that is right."
            )
    return [made for _, made in found.values()]


def _row(row: dict[str, str], origin: Origin) -> Equivalence:
    kind = row.get("kind", "")
    if kind not in KINDS:
        raise EquivalenceError(f"kind must be one of {', '.join(KINDS)}")
    if not (row.get("code") and row.get("source")):
        raise EquivalenceError("code and source must be given")
    start = _start(row)
    made = Equivalence(
        origin=origin,
        start=start,
        kind=kind,
        end=None if kind == "apart" else _end(row, start),
        source=row["source"],
        factor=_number(row, "factor", "1") if kind == "conversion" else None,
        added=_number(row, "added", "0") if kind == "conversion" else None,
        decimals=_decimals(row) if kind == "conversion" else None,
        valid_from=_day(row.get("valid_from", ""), strict=True),
    )
    _check(made)
    return made


def _start(row: dict[str, str]) -> Place:
    system, sender = _system(row.get("system", "")), row.get("sender", "")
    if system == LOCAL and not sender:
        raise EquivalenceError("a local code (8212) needs the sender it belongs to")
    return Place(system, row["code"], unit_key(row.get("unit", "")), sender)


def _end(row: dict[str, str], start: Place) -> Place:
    if not row.get("to_code"):
        raise EquivalenceError("to_code must be given")
    system = _system(row.get("to_system", "") or row.get("system", ""))
    sender = start.sender if system == LOCAL else ""
    if system == LOCAL and not sender:
        raise EquivalenceError("nothing can lead to a local code (8212) of no sender")
    return Place(system, row["to_code"], unit_key(row.get("to_unit", "")), sender)


def _check(row: Equivalence) -> None:
    """A conversion changes the unit's number and names both units; every other row leaves the unit alone."""
    if row.end is None:
        return
    if row.start == row.end:
        raise EquivalenceError("the row leads to where it starts")
    if row.kind == "conversion":
        if not (row.start.unit and row.end.unit and row.factor):
            raise EquivalenceError("a conversion needs unit, to_unit and a factor that is not 0")
    elif row.start.unit != row.end.unit:
        raise EquivalenceError(f"a row of kind {row.kind} cannot change the unit: use conversion")


def _system(text: str) -> str:
    """A number in Volven ("7280") or an OID."""
    if text.isdigit() and len(text) == 4:
        return OID_ROOT + text
    if text and text.replace(".", "").isdigit():
        return text
    raise EquivalenceError("system must be a number in Volven, as 7280, or an OID")


def _number(row: dict[str, str], name: str, otherwise: str) -> Decimal:
    number = Decimal((row.get(name) or otherwise).replace(",", "."))
    if not number.is_finite():
        raise EquivalenceError(f"{name} must be a number")
    return number


def _decimals(row: dict[str, str]) -> int | None:
    text = row.get("decimals", "")
    if not text:
        return None
    if not text.isdigit() or int(text) > _MOST_DECIMALS:
        raise EquivalenceError(f"decimals must be a whole number from 0 to {_MOST_DECIMALS}")
    return int(text)


def _day(text: str, *, strict: bool = False) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        if strict:
            raise EquivalenceError("valid_from must be a date, as 2026-01-31") from None
        return None
