"""Entries and what opening one shows → lines of text and codes that texts name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.ui.dates import show_day, show_time

Json = dict[str, Any]


@dataclass
class Entry:
    """One visit in the list: who of one's own, when, and why it is listed."""

    id: str
    at: str
    who: str
    reasons: list[str]
    outcome: str
    review_reason: str
    reviewed: str


@dataclass
class Row:
    """One look of an opened visit."""

    day: str
    time: str
    basis: str
    relation: str
    reason: str
    kinds: list[str]
    place: str


@dataclass
class Opened:
    """An opened visit; `person` is a name, `born` a year or empty."""

    entry: Entry
    person: str
    born: str
    rows: list[Row] = field(default_factory=list)


@dataclass
class Reason:
    """A reason to choose among, and how many entries have it."""

    code: str
    number: int


def entries(answer: Json) -> list[Entry]:
    """A page of the list."""
    return [entry(one) for one in answer.get("items", [])]


def entry(one: Json) -> Entry:
    """One entry."""
    return Entry(
        id=str(one["entry_id"]),
        at=_moment(one["first_at"]),
        who=str(one.get("personnel") or ""),
        reasons=[str(code) for code in one.get("reasons", [])],
        outcome=str(one.get("outcome") or ""),
        review_reason=str(one.get("review_reason") or ""),
        reviewed=_moment(one["reviewed_at"]) if one.get("reviewed_at") else "",
    )


def counts(answer: Json) -> list[Reason]:
    """The reasons that entries have, the most frequent first."""
    found = sorted(answer.get("reasons", {}).items(), key=lambda pair: (-int(pair[1]), pair[0]))
    return [Reason(str(code), int(number)) for code, number in found]


def opened(answer: Json) -> Opened:
    """An opened entry."""
    return Opened(
        entry=entry(answer["entry"]),
        person=str(answer.get("person") or ""),
        born=str(answer.get("born") or ""),
        rows=[_row(one) for one in answer.get("rows", [])],
    )


def _row(one: Json) -> Row:
    at = str(one["at"])
    return Row(
        day=show_day(at),
        time=show_time(at),
        basis=str(one.get("basis") or ""),
        relation=str(one.get("relation") or ""),
        reason=str(one.get("reason") or ""),
        kinds=[str(kind) for kind in one.get("items", {})],
        place=str(one.get("place") or ""),
    )


def _moment(text: Any) -> str:
    return f"{show_day(str(text))} kl. {show_time(str(text))}"
