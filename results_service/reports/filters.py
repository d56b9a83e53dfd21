"""What a search of one person's reports asks for, as conditions on the rows `shown` of `results.report`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

import msgspec

_WITHIN: LiteralString = """(effective <@ (({value}::text[])[1])::tstzmultirange
    OR effective <@ (({value}::text[])[2])::tstzmultirange
        AND effective = date_trunc('day', effective, 'Europe/Oslo'))"""
# One condition for however many there are: each other text is a statement that every connection keeps.
_EVERY: LiteralString = """NOT EXISTS (SELECT FROM jsonb_array_elements({value}::jsonb) AS given (wanted)
    WHERE NOT COLUMN && ARRAY(SELECT jsonb_array_elements_text(wanted)::bigint))"""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a search of reports asks for; every field narrows.

    `codes` and `tags`: for each parameter given, the search tokens of which one must fit. `since` (inclusive)
    and `before` compare with `effective`; `within` are two multiranges of it, the second for midnights in
    Norway. `released_at`: only what a citizen may see at that time.
    """

    ids: tuple[UUID, ...] | None = None
    since: datetime | None = None
    before: datetime | None = None
    within: tuple[str, str] | None = None
    categories: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    codes: tuple[tuple[int, ...], ...] = ()
    tags: tuple[tuple[int, ...], ...] = ()
    released_at: datetime | None = None


def given(wanted: ReportFilter) -> Iterator[tuple[LiteralString, object]]:
    """The conditions that a filter makes, each with its value; all but `released_at`'s."""
    choices: tuple[tuple[LiteralString, Sequence[object] | None], ...] = (
        ("shown.report_id = ANY({value})", wanted.ids),
        ("category = ANY({value})", wanted.categories),
        ("shown.status = ANY({value})", wanted.statuses),
    )
    yield from ((condition, list(choice)) for condition, choice in choices if choice is not None)
    if wanted.since is not None:
        yield "effective >= {value}", wanted.since
    if wanted.before is not None:
        yield "effective < {value}", wanted.before
    if wanted.within is not None:
        yield _WITHIN, list(wanted.within)
    for groups, one, several in (
        (wanted.codes, "codes && {value}::bigint[]", _EVERY.replace("COLUMN", "codes")),
        (wanted.tags, "tags && {value}::bigint[]", _EVERY.replace("COLUMN", "tags")),
    ):
        if len(groups) == 1:
            yield one, list(groups[0])
        elif groups:
            yield several, msgspec.json.encode(groups).decode()
