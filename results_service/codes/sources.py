"""Files of codes: NLK as CSV from Helsedirektoratet, and short lists from Volven."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from msgspec import Struct

from kit.tables import CodeFileError, columns, names_of, read_text, whole_rows
from results_service.codes.units import ucum

# NLK's primært_fagområde → code of 8202.
FIELDS = {
    "Medisinsk biokjemi": "CLIN",
    "Medisinsk mikrobiologi": "MBIO",
    "Medisinsk genetikk": "MGEN",
    "Klinisk farmakologi": "FARM",
    "Immunologi og transfusjonsmedisin": "IMTR",
    "Patologi": "PAT",
}
_NLK_COLUMNS = frozenset({"kode", "norsk_bruksnavn", "primært_fagområde", "gruppering"})
_LIST_NUMBER = re.compile(r"(\d{4})\D*$")


class CodeRow(Struct, frozen=True):
    """One code of a file."""

    code: str
    name: str
    field: str = ""
    group: str = ""
    unit: str = ""
    ucum: str | None = None
    successor: str | None = None
    valid_to: str = ""


def read_nlk(path: Path) -> list[CodeRow]:
    """NLK's rows. Of a code that stands more than once, the row without end date counts, else the latest.

    Raises `CodeFileError`.
    """
    text = read_text(path)
    missing = _NLK_COLUMNS - names_of(text)
    if missing:
        raise CodeFileError(f"This is not NLK as CSV: the columns {', '.join(sorted(missing))} are missing")
    best: dict[str, CodeRow] = {}
    for line, row in whole_rows(text):
        found = _nlk_row(row)
        _check(line, found)
        if _is_newer(found, best.get(found.code)):
            best[found.code] = found
    return _some(best)


def _nlk_row(row: dict[str, str]) -> CodeRow:
    unit = row.get("enhet", "")
    return CodeRow(
        code=row["kode"],
        name=row["norsk_bruksnavn"],
        field=FIELDS.get(row["primært_fagområde"], ""),
        group=row["gruppering"],
        unit=unit,
        ucum=unit_code(unit),
        successor=row.get("erstattes_av") or None,
        valid_to=row.get("gyldig_til", ""),
    )


def _check(line: int, row: CodeRow) -> None:
    """A code and a name, and the day it ends as a date. Raises `CodeFileError`."""
    if not row.code:
        raise CodeFileError(f"Line {line} has no code.")
    if not row.name:
        raise CodeFileError(f"Line {line}: {row.code} has no name.")
    try:
        _ = row.valid_to and date.fromisoformat(row.valid_to)
    except ValueError:
        raise CodeFileError(f"Line {line}: gyldig_til must be a date, as 2026-12-31.") from None


def _some(found: dict[str, CodeRow]) -> list[CodeRow]:
    if not found:
        raise CodeFileError("there is no code in it.")
    return list(found.values())


def _is_newer(found: CodeRow, known: CodeRow | None) -> bool:
    if known is None or not found.valid_to:
        return True
    return bool(known.valid_to) and found.valid_to > known.valid_to


def is_nlk(path: Path) -> bool:
    """Whether a file has NLK's columns."""
    return columns(path) >= _NLK_COLUMNS


def is_index(path: Path) -> bool:
    """Whether a file lists code lists rather than codes."""
    return {"codesystem", "oid"} <= columns(path)


def read_list(path: Path) -> list[CodeRow]:
    """The rows of a short code list (columns code, display). Raises `CodeFileError`."""
    text = read_text(path)
    if not {"code", "display"} <= names_of(text):
        raise CodeFileError("This is not a code list: the columns code and display are missing")
    found: dict[str, CodeRow] = {}
    for line, row in whole_rows(text):
        made = CodeRow(row["code"], row["display"])
        _check(line, made)
        if found.setdefault(made.code, made) != made:
            raise CodeFileError(f"Line {line}: {made.code} stands twice, with different names.")
    return _some(found)


def list_number(path: Path) -> str:
    """The four-digit number at the end of a code list's file name."""
    match = _LIST_NUMBER.search(path.stem)
    if match is None:
        raise CodeFileError(
            "The file's name must end with the number of the code list, as in volven_8245.csv"
        )
    return match[1]


def unit_code(unit: str) -> str | None:
    """UCUM of a unit as NLK writes it."""
    return ucum(unit) if unit else None
