"""Files of codes: the operator's CSV, and the selection that comes with the product.

Columns (comma or semicolon): system, code, nb; and where wanted en, valid_to. docs/codes.md tells more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from journal_api.journal.coding import FORMS
from kit.tables import CodeFileError, columns, read_text, rows

NEEDED = frozenset({"system", "code", "nb"})
SYSTEMS = tuple(FORMS)
_MOST = 200


class CodeRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A code with its words in Norwegian and English; `valid_to` is the last day it may be chosen."""

    system: str
    code: str
    nb: str
    en: str = ""
    valid_to: date | None = None


def is_codes(path: Path) -> bool:
    """Whether a file has the columns of the journal's codes."""
    return columns(path) >= NEEDED


def read_codes(path: Path) -> list[CodeRow]:
    """The operator's rows. Raises `CodeFileError` with the line that is wrong and why."""
    return list(_read(rows(read_text(path))).values())


@cache
def builtin() -> tuple[CodeRow, ...]:
    """The selection that comes with the product."""
    text = (files("journal_api.journal.codes") / "data" / "common.csv").read_text(encoding="utf-8")
    return tuple(_read(rows(text)).values())


def _read(table: Iterable[dict[str, str]]) -> dict[tuple[str, str], CodeRow]:
    found: dict[tuple[str, str], CodeRow] = {}
    for line, row in enumerate(table, start=2):
        try:
            made = _row(row)
        except ValueError as fault:
            raise CodeFileError(f"Line {line}: {fault}.") from None
        if found.setdefault((made.system, made.code), made) != made:
            raise CodeFileError(f"Line {line}: {made.system} {made.code} stands twice, with different words.")
    return found


def _row(row: dict[str, str]) -> CodeRow:
    system, code, words = row.get("system", ""), row.get("code", ""), row.get("nb", "")
    if system not in FORMS:
        raise ValueError(f"system must be one of {', '.join(SYSTEMS)}")
    if not FORMS[system].fullmatch(code):
        raise ValueError(f"this is not the form of a code of {system}")
    if not words or len(words) > _MOST:
        raise ValueError(f"nb must have words, at most {_MOST} letters")
    return CodeRow(system, code, words, row.get("en", "")[:_MOST], _day(row.get("valid_to", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError("valid_to must be a date, as 2026-01-31") from None
