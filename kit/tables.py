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
    head = read_text(path).partition("\n")[0]
    return {name.strip().strip('"') for name in re.split("[;,]", head)}


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


def read_text(path: Path) -> str:
    """The file's text; the directorate publishes UTF-8 with and without byte order mark, and Latin-1."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")
