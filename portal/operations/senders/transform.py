"""Volumes and silences → a bar for each day, a table for each choice, and how long each sender is silent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from kit.norway import OSLO
from portal.ui.dates import day_text, show_moment

Json = dict[str, Any]
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


@dataclass
class Silence:
    """A sender: `state` is quiet, gone, usual or unknown; numbers with their units, `usual` -1 where unknown.

    `last` is empty where nothing came for so long.
    """

    sender: str
    last: str
    usual: int
    usual_unit: str
    silent: int
    silent_unit: str
    state: str


@dataclass
class Volume:
    """Messages of one sender and kind on one day."""

    day: str
    sender: str
    kind: str
    messages: int
    waiting: int
    rejected: int


@dataclass
class Bar:
    """One day: its numbers, and how long its bar is in per cent of the longest (`width`, as CSS has it)."""

    day: str
    messages: int
    waiting: int
    rejected: int
    width: str


@dataclass
class Total:
    """Messages of one sender and kind in the whole period."""

    sender: str
    kind: str
    messages: int
    waiting: int
    rejected: int


def silences(answer: Json) -> list[Silence]:
    """The senders in the service's order: the quiet first."""
    return [_silence(one) for one in answer.get("senders", [])]


def volumes(answer: Json) -> list[Volume]:
    """The volumes as they come."""
    return [
        Volume(
            str(one["day"]),
            str(one.get("sender_name") or one.get("sender") or "").removeprefix("name:"),
            str(one.get("kind") or ""),
            int(one["messages"]),
            int(one["needs_attention"]),
            int(one["rejected"]),
        )
        for one in answer.get("volumes", [])
    ]


def senders(found: list[Volume]) -> list[str]:
    """The senders to choose among, by name."""
    return sorted({one.sender for one in found})


def kinds(found: list[Volume]) -> list[str]:
    """The kinds to choose among; without those that name none."""
    return sorted({one.kind for one in found if one.kind})


def chosen(found: list[Volume], sender: str, kind: str) -> list[Volume]:
    """Those of a sender and a kind; empty means all."""
    return [one for one in found if sender in ("", one.sender) and kind in ("", one.kind)]


def bars(found: list[Volume], days: int, today: date) -> list[Bar]:
    """A bar for each of the `days` days up to today, days without messages too."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        counts.setdefault(one.day, Counter()).update(
            messages=one.messages, waiting=one.waiting, rejected=one.rejected
        )
    most = max((c["messages"] for c in counts.values()), default=0)
    period = [today - timedelta(days - 1 - n) for n in range(days)]
    return [_bar(day, counts.get(day.isoformat(), Counter()), most) for day in period]


def totals(found: list[Volume]) -> list[Total]:
    """One line for each sender and kind, the largest first."""
    sums: dict[tuple[str, str], Total] = {}
    for one in found:
        line = sums.setdefault((one.sender, one.kind), Total(one.sender, one.kind, 0, 0, 0))
        line.messages += one.messages
        line.waiting += one.waiting
        line.rejected += one.rejected
    return sorted(sums.values(), key=lambda line: (-line.messages, line.sender, line.kind))


def today_in_norway() -> date:
    """The day that the last bar stands for."""
    return datetime.now(OSLO).date()


def _bar(day: date, number: Counter[str], most: int) -> Bar:
    share = round(100 * number["messages"] / most, 1) if most else 0
    return Bar(day_text(day), number["messages"], number["waiting"], number["rejected"], f"{share:g}%")


def _silence(one: Json) -> Silence:
    usual = one.get("usual_seconds")
    shown, unit = _amount(int(usual)) if usual is not None else (-1, "minutes")
    silent, silent_unit = _amount(int(one.get("silent_seconds", 0)))
    return Silence(
        str(one.get("sender_name") or one.get("sender") or "").removeprefix("name:"),
        show_moment(str(one["last"])) if one.get("last") else "",
        shown,
        unit,
        silent,
        silent_unit,
        str(one.get("state", "unknown")),
    )


def _amount(seconds: int) -> tuple[int, str]:
    """Seconds in the largest unit of which there are at least two."""
    for unit, size in _UNITS:
        if seconds >= 2 * size or size == 60:
            return round(seconds / size), unit
    return 0, "minutes"
