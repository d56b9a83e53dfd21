"""Loading code lists, and the book that the workers use: the built-in one with what was loaded over it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from psycopg import Connection

from results_service.codes import repository
from results_service.codes.book import CodeBook
from results_service.codes.sources import CodeFileError, is_index, is_nlk


class Loaded(Struct, frozen=True):
    """What became of one file: how many codes it holds, how many of them are new or changed."""

    file: Path
    codes: int
    changed: int


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


def import_file(conn: Connection[Any], path: Path) -> Loaded:
    """Load one file, NLK or a short list; safe to repeat. Raises `CodeFileError`."""
    nlk = is_nlk(path)
    infos = list(CodeBook.nlk_codes(path) if nlk else CodeBook.from_list_csv(path))
    changed = repository.store(conn, infos) if infos else 0
    if changed or nlk:
        repository.add_revision(conn, len(infos), complete=nlk)
    return Loaded(path, len(infos), changed)


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
