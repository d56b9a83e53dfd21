"""Which entries a caller sees: the same rule for one entry that was read, and as a condition of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from journal_api.desk import Visit
from journal_api.journal.entries.models import Entry

_GONE = frozenset({"discarded", "moved"})
SEEN = """
    AND state <> ALL (%(gone)s)
    AND (%(all)s OR org_number = ANY(%(own)s) OR kind <> ALL(%(own_only)s))
    AND (%(all)s OR state <> 'draft' OR (org_number = ANY(%(own)s)
        AND (NOT body ? 'corrects' OR made_by = %(author)s)))
"""
"""The condition of a page, so that it is filled with what is seen. Its values: `seen_by`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads.

    The own places (none: a citizen), the kinds of which a role sees those places' entries alone, and the
    health worker as the registers know them.
    """

    own: tuple[str, ...]
    own_only: frozenset[str]
    author: UUID | None

    def sees(self, entry: Entry) -> bool:
        """Whether the caller sees this entry.

        Never what is gone; a draft of the own unit alone, and of a correction one's own alone.
        """
        if entry.state in _GONE:
            return False
        elsewhere = entry.unit not in self.own
        if entry.state == "draft" and (elsewhere or self._of_another(entry)):
            return False
        return not (elsewhere and entry.kind in self.own_only)

    def _of_another(self, entry: Entry) -> bool:
        return "corrects" in entry.body and entry.made.by != self.author


def reader_of(visit: Visit) -> Reader:
    """The caller of this visit."""
    places = (visit.actor.place, visit.actor.organisation) if visit.of_personnel else ()
    own = tuple(one for one in places if one)
    return Reader(own, visit.of_own_unit, visit.decision.facts.actor_id)


def seen_by(reader: Reader | None) -> dict[str, Any]:
    """The parameters of `SEEN`; None: nobody reads, and only what is gone is left out."""
    return {
        "gone": sorted(_GONE),
        "all": reader is None,
        "own": list(reader.own) if reader else [],
        "own_only": sorted(reader.own_only) if reader else [],
        "author": reader.author if reader else None,
    }
