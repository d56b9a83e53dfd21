"""Every kind of entry, by name."""

from __future__ import annotations

from collections.abc import Mapping

from journal_api.journal.contacts.kind import ENCOUNTER
from journal_api.journal.entries.models import Kind
from journal_api.journal.measured import OBSERVATION
from journal_api.journal.notes.kind import COMPOSITION

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (ENCOUNTER, COMPOSITION, OBSERVATION)}
EVENTS = frozenset({"Encounter", "Composition", "Observation"})
"""Kinds that grow with time: the summary shows the newest of each, of the others all that are live."""
