"""Files of codes: NLK as CSV from Helsedirektoratet, and short lists from Volven."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from msgspec import Struct

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


class CodeFileError(ValueError):
    """A file that is not the table it should be; the text says what is missing."""


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
    """NLK's rows. Of a code that stands more than once, the row without end date counts, else the latest."""
    table = list(rows(read_text(path)))
    if not table or not set(table[0]) >= _NLK_COLUMNS:
        missing = ", ".join(sorted(_NLK_COLUMNS - set(table[0] if table else ())))
        raise CodeFileError(f"This is not NLK as CSV: the columns {missing} are missing")
    best: dict[str, CodeRow] = {}
    for row in table:
        found = _nlk_row(row)
        if found is not None and _is_newer(found, best.get(found.code)):
            best[found.code] = found
    return list(best.values())


def _nlk_row(row: dict[str, str]) -> CodeRow | None:
    if not row["kode"]:
        return None
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


def columns(path: Path) -> set[str]:
    """The names in a CSV file's first line."""
    head = read_text(path).partition("\n")[0]
    return {name.strip().strip('"') for name in re.split("[;,]", head)}


def read_list(path: Path) -> list[CodeRow]:
    """The rows of a short code list (columns code, display)."""
    table = list(rows(read_text(path)))
    if table and not {"code", "display"} <= set(table[0]):
        raise CodeFileError("This is not a code list: the columns code and display are missing")
    return [CodeRow(row["code"], row["display"]) for row in table if row["code"]]


def list_number(path: Path) -> str:
    """The four-digit number at the end of a code list's file name."""
    match = _LIST_NUMBER.search(path.stem)
    if match is None:
        raise CodeFileError(
            "The file's name must end with the number of the code list, as in volven_8245.csv"
        )
    return match[1]


def rows(text: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV text with comma or semicolon, as column → value without surrounding space."""
    head = text.partition("\n")[0]
    reader = csv.DictReader(StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    for row in reader:
        yield {
            (name or "").strip(): (value or "").strip()
            for name, value in row.items()
            if isinstance(value, str | None)
        }


def unit_code(unit: str) -> str | None:
    """UCUM of a unit as NLK writes it."""
    return ucum(unit) if unit else None


def read_text(path: Path) -> str:
    """The file's text; the directorate publishes UTF-8 with and without byte order mark, and Latin-1."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")
