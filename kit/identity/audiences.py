"""The APIs a token can be for, and the scopes each knows."""

from __future__ import annotations

RESULTS = "nhn:pps"
CORE_RECORD = "akson:core-record"
JOURNAL = "akson:journal"
PANEL = "akson:panel"

READ_RESULTS = "nhn:pps/provesvar-read"
WRITE_REPORTS = "nhn:pps/svarrapport-write"
OPERATE = "akson:operations/manage"
RELEASE_RESULTS = "akson:release/write"
READ_CORE_RECORD = "akson:core-record/read"
WRITE_CORE_RECORD = "akson:core-record/write"
READ_JOURNAL = "akson:journal/read"
WRITE_JOURNAL = "akson:journal/write"
READ_PANEL = "akson:panel/read"
WRITE_PANEL = "akson:panel/write"

SCOPES: dict[str, tuple[str, ...]] = {
    RESULTS: (READ_RESULTS, WRITE_REPORTS, OPERATE, RELEASE_RESULTS),
    CORE_RECORD: (READ_CORE_RECORD, WRITE_CORE_RECORD),
    JOURNAL: (READ_JOURNAL, WRITE_JOURNAL),
    PANEL: (READ_PANEL, WRITE_PANEL),
}
MACHINE_SCOPES = frozenset({WRITE_REPORTS})
"""What only systems may be given; a person never sends reports."""
OPERATOR_SCOPES = frozenset({OPERATE})
"""What only those who operate the service ask for; the service decides who they are."""


def personal_scopes(audience: str) -> tuple[str, ...]:
    """The scopes of an audience that anyone's personal token may hold; empty for an unknown audience."""
    return tuple(scope for scope in SCOPES.get(audience, ()) if scope not in MACHINE_SCOPES | OPERATOR_SCOPES)
