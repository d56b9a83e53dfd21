"""What is often ordered together: data, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from psycopg import AsyncConnection

from journal_api.care.requisitions.models import Examination, Field
from journal_api.journal.codes.service import words_of
from journal_api.journal.coding import Coding


class Panel(msgspec.Struct, frozen=True):
    """A row of `panels.yaml`."""

    id: str
    services: tuple[str, ...]
    field: Field
    label: dict[str, str]
    nlk: tuple[str, ...] = ()
    ncrp: tuple[str, ...] = ()
    text: tuple[str, ...] = ()

    @property
    def codes(self) -> list[tuple[str, str]]:
        """(system, code) of each coded examination."""
        return [*(("nlk", code) for code in self.nlk), *(("ncrp", code) for code in self.ncrp)]


class Offered(msgspec.Struct, frozen=True):
    """A panel with its examinations named, as they are put into an order."""

    id: str
    services: tuple[str, ...]
    field: Field
    label: dict[str, str]
    examinations: list[Examination]


@cache
def panels() -> tuple[Panel, ...]:
    """All panels, in the order they are shown."""
    read: Any = yaml.safe_load(Path(__file__).with_name("panels.yaml").read_text(encoding="utf-8"))
    return tuple(msgspec.convert(read["panels"], list[Panel]))


async def offered(conn: AsyncConnection[Any]) -> list[Offered]:
    """The panels with their examinations' names; what has a code that may not be chosen today is left out."""
    words = await words_of(conn, [code for panel in panels() for code in panel.codes])
    return [
        Offered(
            panel.id,
            panel.services,
            panel.field,
            panel.label,
            [
                *(Examination(words[key], Coding(*key, words[key])) for key in panel.codes if key in words),
                *(Examination(text) for text in panel.text),
            ],
        )
        for panel in panels()
    ]
