"""Which lists each municipal service starts its day with: read from `services.yaml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from portal.frame.layout import FOLLOW_UP, JOURNAL, LETTERS

Shown = Literal[
    "time",
    "due",
    "since",
    "waits",
    "age",
    "form",
    "check",
    "minutes",
    "state",
    "kind",
    "urgency",
    "mark",
    "assignee",
]
GOES = {
    "journal": JOURNAL,
    "growth": f"{JOURNAL}#journal-over-time",
    "follow-up": FOLLOW_UP,
    "messages": LETTERS,
}
"""What one comes to from a line, by its name in the file."""


class Widget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list of a start page; the words of its `id` are below `start.list`."""

    id: str
    kinds: list[str]
    when: Literal["day", "open", "ahead", "late"]
    order: Literal["time", "urgency"]
    shows: list[Shown]
    goes: Literal["journal", "growth", "follow-up", "messages"]
    acts: list[Literal["visit", "share"]] = []
    days: int = 0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    services: dict[str, list[Widget]]


@lru_cache(maxsize=1)
def services() -> dict[str, list[Widget]]:
    """Every service's lists in their order. Raises `msgspec.ValidationError` for a file that is wrong."""
    text = (Path(__file__).parent / "services.yaml").read_bytes()
    return msgspec.yaml.decode(text, type=_File).services


def kinds() -> list[str]:
    """Every kind of work item that some list shows, but for those of which only what is late is."""
    every = (one for lists in services().values() for one in lists if one.when != "late")
    return sorted({kind for one in every for kind in one.kinds})


def late_kinds(service: str) -> list[str]:
    """The kinds of which a list of the service shows what is late."""
    return sorted({k for one in services().get(service, []) if one.when == "late" for k in one.kinds})
