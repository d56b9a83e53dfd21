"""Tests taken again: whether another laboratory answered the same examination shortly before.

Where a national look-up saves tests this number falls. Reports are counted by day, of nobody in particular.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from results_service.codes.systems import NCRP, NLK, PATHOLOGY, system_url
from results_service.reports.models import StoredVersion
from results_service.reports.tokens import token

WITHIN_DAYS = 14
"""Days between two samples (J: less than most intervals of control, more than from referral to admission)."""
# Codes of what is examined that mean the same everywhere. Local ones join no laboratories (clinical rule 10),
# and the rest of an entry's codes are of results: two resistant microbes are no test taken again.
_EXAMINATIONS = frozenset(map(system_url, (NLK, NCRP, PATHOLOGY)))
_NOTE = """
INSERT INTO results.repeated_test (day)
SELECT current_date WHERE EXISTS (
    SELECT FROM results.report r JOIN results.report_version v USING (person_id, report_id, version_id)
    WHERE r.person_id = %(person)s AND r.report_id <> %(report)s AND r.tags && %(codes)s::bigint[]
        AND r.effective BETWEEN %(at)s - make_interval(days => %(days)s) AND %(at)s
        AND v.source <> %(source)s)
"""


def note_repeat(conn: Connection[Any], person_id: UUID, report_id: UUID, version: StoredVersion) -> None:
    """Count a new report that repeats another laboratory's test; the transaction serves the person."""
    entries = version.packed.entries
    found = {code for entry in entries if entry.kind == "Observation" for code in entry.codes}
    codes = {code for code in found if code.partition("|")[0] in _EXAMINATIONS}
    if version.source is None or not codes or entries[0].effective is None:
        return
    values = {
        "person": person_id,
        "report": report_id,
        "codes": sorted(token(code) for code in codes),
        "at": entries[0].effective,
        "days": WITHIN_DAYS,
        "source": version.source,
    }
    conn.execute(_NOTE, values)
