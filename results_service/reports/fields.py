"""Which fields of medicine a version is of: what a sperring of a field covers.

Worked out when a version is stored and kept beside it (`results.report_version.fields`), so that a restricted
person's look-up opens nothing. Who changes the rule here sets that column to null by a migration: a version
without it is opened and asked anew.
"""

from __future__ import annotations

from core_record.privacy.service import FIELDS
from results_service.reports.packing import Packed

ANY = "*"
"""The column of a version that may be of any field."""
_FIELDS_OF_KIND = {
    **dict.fromkeys(("PAT", "CYTO", "HIST", "MPAT", "OBD"), "PAT"),
    **dict.fromkeys(("RAD", "BLD", "CT", "MA", "MR", "RTG", "UL"), "RAD"),
    **dict.fromkeys(("NUK", "SCI"), "NUK"),
    **{code: code for code in ("CLIN", "MBIO", "MGEN", "FARM", "IMTR")},
}
"""Kind of message (Volven 8202) → field of medicine. Kinds of no one field (LAB, AN, MORS) have none."""


def fields_of(packed: Packed) -> frozenset[str]:
    """The fields of medicine of a version: of each of its results, and of its kind of message.

    One that says no field, with results that say none, may be of any of them: nothing is guessed.
    """
    kinds = (coding.rpartition("|")[2] for coding in packed.entries[0].codes)
    of_kind = {field for field in map(_FIELDS_OF_KIND.get, kinds) if field}
    results = [entry.category for entry in packed.entries if entry.kind == "Observation"]
    if not of_kind and (not results or None in results):
        return frozenset(FIELDS)
    return frozenset(of_kind | {field for field in results if field})


def as_column(fields: frozenset[str]) -> str:
    """The fields as they are kept beside the version: codes with a space between, or `ANY`."""
    return ANY if fields >= frozenset(FIELDS) else " ".join(sorted(fields))
