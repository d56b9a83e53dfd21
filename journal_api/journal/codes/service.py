"""Load codes, search among them, and tell whether a code may be chosen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from psycopg import AsyncConnection, Connection

from journal_api.journal.codes import repository
from journal_api.journal.codes.files import SYSTEMS, CodeRow, builtin, read_codes
from journal_api.journal.coding import FORMS, Coding
from journal_api.journal.entries.models import Change
from kit.errors import Unprocessable
from kit.norway import today_in_norway

MOST = 50
_WORD = re.compile(r"\w+")


class Loaded(msgspec.Struct, frozen=True):
    """What became of a file; `ended`: codes of a system loaded whole that the file does not have."""

    codes: int
    changed: int
    ended: int


def import_file(conn: Connection[Any], path: Path, *, whole: bool) -> Loaded:
    """Load one file; safe to repeat. `whole`: it holds every code of its systems, the only ones then.

    Raises `kit.tables.CodeFileError`.
    """
    found = read_codes(path)
    changed = repository.store(conn, found, "operator")
    ended, yesterday = 0, today_in_norway() - timedelta(days=1)
    for system in sorted({row.system for row in found}) if whole else ():
        codes = [row.code for row in found if row.system == system]
        ended += repository.make_whole(conn, system, codes, yesterday)
    return Loaded(len(found), changed, ended)


def import_whole(conn: Connection[Any], rows: Sequence[CodeRow]) -> Loaded:
    """Load every code of a system that another file than the journal's own holds; safe to repeat."""
    changed, ended = repository.store(conn, rows, "operator"), 0
    yesterday = today_in_norway() - timedelta(days=1)
    for system in sorted({row.system for row in rows}):
        codes = [row.code for row in rows if row.system == system]
        ended += repository.make_whole(conn, system, codes, yesterday)
    return Loaded(len(rows), changed, ended)


async def keep_builtin(conn: AsyncConnection[Any]) -> None:
    """The product's own selection is there, behind what the operator has loaded."""
    await repository.store_async(conn, builtin(), "builtin")


async def search(conn: AsyncConnection[Any], system: str, query: str, count: int) -> list[CodeRow]:
    """Codes that begin with what is written, or whose words do; the best first.

    Raises `Unprocessable` (`code-system`).
    """
    if system not in SYSTEMS:
        raise Unprocessable("code-system", f"system is one of {', '.join(SYSTEMS)}.")
    text = query.strip()
    words = _WORD.findall(text.lower())
    if not words:
        return []
    begins = _liked(text)
    values = {
        "system": system,
        "prefix": begins.upper(),
        "begins": begins.lower(),
        "words": " & ".join(f"{word}:*" for word in words),
        "today": today_in_norway(),
        "count": max(1, min(count, MOST)),
    }
    return await repository.search(conn, values)


async def words_of(
    conn: AsyncConnection[Any], codes: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The Norwegian words of each (system, code) that may be chosen today."""
    return await repository.words(conn, codes, today_in_norway())


async def check_coding(change: Change, coding: Coding | None, *systems: str) -> None:
    """A code of one of the systems; one that the entry has had all along stays, though it has ended.

    Raises `Unprocessable`: `code-system`, `code-malformed`, and `code-unknown` where the operator has loaded
    the whole system.
    """
    if coding is None:
        return
    if coding.system not in systems:
        raise Unprocessable("code-system", f"The code must be of {' or '.join(systems)}.")
    if not FORMS[coding.system].fullmatch(coding.code):
        raise Unprocessable("code-malformed", f"This is not the form of a code of {coding.system}.")
    if change.before is not None and _holds(change.before.body, coding):
        return
    if not await repository.is_known(change.visit.conn, coding.system, coding.code, today_in_norway()):
        raise Unprocessable("code-unknown", f"{coding.system} has no such code today. Search and choose one.")


def _holds(body: Any, coding: Coding) -> bool:
    """Whether a body has this code somewhere."""
    if isinstance(body, dict):
        if (body.get("system"), body.get("code")) == (coding.system, coding.code):
            return True
        return any(_holds(value, coding) for value in body.values())
    return isinstance(body, list) and any(_holds(value, coding) for value in body)


def _liked(text: str) -> str:
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, "\\" + sign)
    return text + "%"
