"""Loading code lists, and the book that the workers use: the built-in one with what was loaded over it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection, Connection

from kit.tables import CodeFileError
from results_service.codes import equivalence_files as files
from results_service.codes import repository
from results_service.codes.book import CodeBook, CodeInfo
from results_service.codes.equivalences import Equivalence, EquivalenceError, Equivalences, Origin
from results_service.codes.sources import is_index, is_nlk

_TENTH = 10
_ASKED_EVERY = 30.0  # seconds between two looks for a newer import by the API


class Loaded(Struct, frozen=True):
    """What became of one file: how many codes it holds, how many of them are new or changed.

    `equivalences`: rows of the table of equivalences that the file gave, its own or NLK's successors.
    `missing`: codes of an earlier edition that are not in this one; they keep their names for old answers.
    """

    file: Path
    codes: int
    changed: int
    equivalences: int = 0
    missing: int = 0


def code_files(paths: Iterable[Path]) -> list[Path]:
    """CSV files of `paths`, folders recursively, by name; an index of code lists is no code list.

    Raises `CodeFileError` when a path does not exist or nothing is found.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CodeFileError(f"There is no {path}")
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".csv") if path.is_dir() else [path]
        found += [each for each in inside if not is_index(each)]
    if not found:
        raise CodeFileError("No CSV file was found")
    return found


def import_file(conn: Connection[Any], path: Path, *, fewer: bool = False) -> Loaded:
    """Load one file, NLK, a short list or equivalences; safe to repeat. Raises `CodeFileError`.

    `fewer`: also an edition that lacks a tenth or more of the codes loaded, as a file broken off does.
    """
    try:
        return _import(conn, path, fewer=fewer)
    except CodeFileError as fault:
        raise CodeFileError(f"{path.name}: {fault}") from None


def _import(conn: Connection[Any], path: Path, *, fewer: bool) -> Loaded:
    if files.is_equivalences(path):
        rows = files.read_equivalences(path)
        changed = _put_equivalences(conn, "operator", rows)
        if changed:
            repository.add_revision(conn, 0, complete=False)
        return Loaded(path, 0, changed, len(rows))
    nlk = is_nlk(path)
    infos = list(CodeBook.nlk_codes(path) if nlk else CodeBook.from_list_csv(path))
    missing = _missing(conn, infos, fewer=fewer)
    changed = repository.store(conn, infos)
    rows = files.successors(repository.load(conn)) if nlk else []  # of codes of before too
    if nlk:
        _put_equivalences(conn, "nlk", rows)
    if changed or nlk:
        repository.add_revision(conn, len(infos), complete=nlk)
    return Loaded(path, len(infos), changed, len(rows), missing)


def _missing(conn: Connection[Any], infos: list[CodeInfo], *, fewer: bool) -> int:
    """How many codes of the same list are loaded and not among these. Raises `CodeFileError`."""
    known = repository.codes_of(conn, infos[0].system)
    missing = len(known - {info.code for info in infos})
    if missing * _TENTH >= len(known) > _TENTH and not fewer:
        raise CodeFileError(
            f"nothing was taken in. It lacks {missing} of {len(known)} codes that are loaded, as a file that"
            " was broken off does. If it is whole, give the command with --fewer."
        )
    return missing


def _put_equivalences(conn: Connection[Any], origin: Origin, rows: list[Equivalence]) -> int:
    """Take in the rows of one origin if the whole table stays free of contradictions and rings."""
    others = [row for row in repository.load_equivalences(conn) if row.origin != origin]
    try:
        Equivalences([*files.builtin(), *others, *rows])
    except EquivalenceError as fault:
        raise CodeFileError(f"nothing was taken in. {fault}") from None
    return repository.replace_equivalences(conn, origin, rows)


class CurrentBook:
    """The book as it is now; `fresh` reads it anew when something was imported since."""

    def __init__(self) -> None:
        self._revision = 0
        self._book = CodeBook.builtin()

    def fresh(self, conn: Connection[Any]) -> CodeBook:
        """One small statement, and the whole list only after an import."""
        revision, complete = repository.newest_revision(conn)
        if revision != self._revision:
            self._book = CodeBook.builtin().merged(CodeBook(repository.load(conn), complete=complete))
            self._revision = revision
        return self._book


class CurrentCodes:
    """Codes and equivalences as they are now, for the API; a newer import is seen within half a minute."""

    def __init__(self) -> None:
        self._revision = 0
        self._asked = float("-inf")
        self.book = CodeBook.builtin()
        self.equivalences = Equivalences(files.builtin())

    async def fresh(self, conn: AsyncConnection[Any]) -> CurrentCodes:
        """Itself, read anew when something was imported since."""
        now = time.monotonic()
        if now - self._asked < _ASKED_EVERY:
            return self
        revision, complete = await repository.newest_revision_async(conn)
        if revision != self._revision:
            infos = await repository.load_async(conn)
            rows = await repository.load_equivalences_async(conn)
            self.book = CodeBook.builtin().merged(CodeBook(infos, complete=complete))
            self.equivalences = Equivalences([*files.builtin(), *rows])
            self._revision = revision
        self._asked = now
        return self
