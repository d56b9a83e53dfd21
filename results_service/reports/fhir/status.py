"""Status tables: svarrapport's two codes → the one FHIR status.

Source: the guide's mapping of DiagnosticReport.status = f(7306, 7309) and Observation.status = f(8245, 8270).
"""

from __future__ import annotations

_COLUMNS = "NMCHA"


def _table(text: str) -> dict[tuple[str, str], str]:
    """Lines `status: N M C H A` → {(status, type): FHIR status}."""
    table = {}
    for line in text.strip().splitlines():
        status, _, cells = line.partition(":")
        for column, cell in zip(_COLUMNS, cells.split(), strict=True):
            table[status.strip(), column] = cell
    return table


_REPORT = _table(
    """
    S: registered  amended  cancelled unknown unknown
    P: preliminary amended  cancelled unknown unknown
    F: final       amended  cancelled unknown unknown
    A: unknown     appended cancelled unknown unknown
    """
)

# The first line stands for an item that has no status, nor has any above it, in a final report.
_ITEM = _table(
    """
     : final       amended    cancelled final       final
    1: unknown     amended    cancelled amended     unknown
    2: preliminary amended    cancelled preliminary preliminary
    3: final       amended    cancelled final       final
    4: final       amended    cancelled final       final
    5: registered  unknown    cancelled unknown     registered
    6: registered  registered cancelled unknown     registered
    7: registered  registered cancelled unknown     registered
    8: preliminary unknown    cancelled unknown     preliminary
    9: preliminary unknown    cancelled unknown     preliminary
    10: preliminary unknown   cancelled unknown     preliminary
    11: final      amended    cancelled unknown     final
    12: unknown    amended    cancelled unknown     preliminary
    13: final      amended    cancelled unknown     final
    14: unknown    unknown    cancelled unknown     unknown
    15: registered registered cancelled final       registered
    """
)

UNFINISHED = frozenset({"2", "5", "6", "7", "8", "9", "10", "12", "15"})
"""8245: what is still to come or to be signed. `amended` hides it (clinical rule 9)."""

# An item without status takes the report's: preliminary, or planned (clinical rule 8).
_FROM_REPORT = {"P": "2", "S": "6"}


def report_status(status: str, serv_type: str) -> str:
    """DiagnosticReport.status of a report with Status (7306) and ServType (7309)."""
    return _REPORT.get((status, serv_type), "unknown")


def item_status(status: str, serv_type: str) -> str:
    """Observation.status of an item with StatusInvestigation (8245) and ServType (8270), both inherited."""
    return _ITEM.get((status, serv_type), "unknown")


def inherited_status(report: str) -> str:
    """The 8245 status of items that say nothing, in a report with this Status (7306)."""
    return _FROM_REPORT.get(report, "")
