"""Tables in CSV files that operators load: comma or semicolon, UTF-8 or Latin-1."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path


class CodeFileError(ValueError):
    """A file that is not the table it should be; the text says what is missing."""


def columns(path: Path) -> set[str]:
    """The names in a CSV file's first line."""
    return names_of(read_text(path))


def names_of(text: str) -> set[str]:
    """The names in a CSV text's first line."""
    head = text.partition("\n")[0]
    return {name.strip().strip('"') for name in re.split("[;,]", head)}


def rows(text: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV text with comma or semicolon, as column → value without surrounding space.

    Raises `CodeFileError` where it cannot be read as CSV.
    """
    reader = csv.DictReader(StringIO(text), delimiter=_delimiter(text))
    try:
        for row in reader:
            yield {
                (name or "").strip(): (value or "").strip()
                for name, value in row.items()
                if isinstance(value, str | None)
            }
    except csv.Error as fault:
        raise CodeFileError(f"Line {reader.line_num} cannot be read ({fault}).") from None


def whole_rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The same with the line of each, where every row must have a cell for each column and quotes must match.

    A file that was broken off on its way does not. Raises `CodeFileError` with the line.
    """
    reader = csv.reader(StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        head = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(head):
                many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                raise CodeFileError(
                    f"Line {reader.line_num} has {many}, not {len(head)}: fetch the file anew."
                )
            yield reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=True))
    except csv.Error as fault:
        raise CodeFileError(f"Line {reader.line_num}: the quotes do not match ({fault}).") from None


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def read_text(path: Path) -> str:
    """The file's text; the directorate publishes UTF-8 with and without byte order mark, and Latin-1."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")
