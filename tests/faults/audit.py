"""What the database holds against what the senders know; read as the administrator, past every policy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.faults.letters import Letter

_MESSAGES = """
SELECT m.id::text, m.status, m.copy_of::text, m.body IS NOT NULL, m.errors::text,
       (SELECT count(*) FROM results.original AS o WHERE o.message_id = m.id)
FROM results.intake_message AS m
"""
# An earlier version that is shown beside the newest has rows of its own, by design; they are left out.
_COMPANION = """
SELECT FROM results.report AS r WHERE r.person_id = v.person_id AND r.report_id = v.report_id
AND 'earlier-version' = ANY (r.warnings)
"""
_VERSIONS = f"""
SELECT v.message_id::text, count(*) FROM results.report_version AS v
WHERE NOT EXISTS ({_COMPANION}) GROUP BY 1
"""  # noqa: S608
_WAITS = """
SELECT coalesce(max(s), 0), coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY s), 0)
FROM (SELECT extract(epoch FROM finished_at - received_at) AS s FROM results.intake_message) AS m
"""
_REPORTS = f"""
SELECT count(DISTINCT (v.person_id, v.report_id)), count(DISTINCT (r.person_id, r.report_id))
FROM results.report_version AS v LEFT JOIN results.report AS r USING (person_id, report_id)
WHERE NOT EXISTS ({_COMPANION})
"""  # noqa: S608
# Shown is the newest, as clinical rules have it: an addendum stands beside the latest whole report.
_STALE = """
SELECT count(*)
FROM results.report AS r JOIN results.report_version AS v USING (person_id, report_id, version_id)
WHERE NOT 'earlier-version' = ANY (r.warnings) AND EXISTS (
    SELECT FROM results.report_version AS n
    WHERE n.person_id = r.person_id AND n.report_id = r.report_id AND n.held IS NULL
      AND n.generated > v.generated AND n.serv_type <> 'A')
"""


@dataclass(frozen=True)
class _Row:
    status: str
    copy_of: str | None
    has_body: bool
    errors: str
    originals: int


@dataclass
class Finding:
    """Counts of one audit. `wrong` counts, by name, what must be zero; `examples` the ids behind them."""

    letters: int = 0
    acknowledged: int = 0
    records: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    versions: int = 0
    reports: int = 0
    expected_versions: int = 0
    expected_reports: int = 0
    waits: tuple[float, float] = (0.0, 0.0)  # seconds from receipt to outcome: longest, 99 of 100
    wrong: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def blame(self, what: str, found: Iterable[object]) -> None:
        """Note faults of one kind, also that there were none."""
        listed = [str(one) for one in found]
        self.wrong[what] += len(listed)
        self.examples[what] += listed[:5]

    @property
    def sound(self) -> bool:
        return not any(self.wrong.values())


def waiting(dsn: str) -> int:
    """Messages without a final status."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute("SELECT count(*) FROM results.intake_message WHERE status = 'received'").fetchone()
    return int(row[0]) if row else 0


def oldest_waiting(dsn: str) -> str:
    """The state of the first of those, for a report of what went wrong."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = conn.execute(
            "SELECT id, attempts, round(extract(epoch FROM now() - received_at)), due_at <= now()"
            " FROM results.intake_message WHERE status = 'received' ORDER BY due_at LIMIT 5"
        ).fetchall()
    told = [f"{row[0]}: attempt {row[1]}, {row[2]} s old, {'due' if row[3] else 'leased'}" for row in rows]
    return "; ".join(told) or "nothing waits"


def not_durable(dsn: str) -> list[str]:
    """Settings under which a commit may be lost with the power, as the role of `dsn` has them.

    SIGKILL leaves the operating system's cache alone, so no kill would show it.
    """
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = conn.execute(
            "SELECT name FROM pg_settings WHERE setting <> 'on'"
            " AND name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        ).fetchall()
    return [row[0] for row in rows]


def audit(dsn: str, letters: list[Letter]) -> Finding:
    """Everything that must hold once the load rests and the queue is empty."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = {row[0]: _Row(*row[1:]) for row in conn.execute(_MESSAGES)}
        versions: dict[str, int] = dict(conn.execute(_VERSIONS).fetchall())
        reports, shown = _one(conn, _REPORTS)
        (stale,) = _one(conn, _STALE)
        waits = _one(conn, _WAITS)
    found = Finding(letters=len(letters), records=len(rows), versions=sum(versions.values()), reports=shown)
    found.waits = (float(waits[0]), float(waits[1]))
    _count(found, letters, rows)
    _receipts(found, letters, rows)
    _outcomes(found, letters, rows)
    _contents(found, letters, rows, versions)
    found.blame("originals lost or doubled", [i for i, r in rows.items() if r.originals + r.has_body != 1])
    found.blame("reports not shown", range(reports - shown))
    found.blame("reports shown in an old version", range(stale))
    return found


def _one(conn: psycopg.Connection[Any], statement: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = conn.execute(statement.encode()).fetchone()
    return row or ()


def _count(found: Finding, letters: list[Letter], rows: dict[str, _Row]) -> None:
    found.acknowledged = sum(1 for letter in letters if letter.ids)
    found.statuses = Counter(row.status for row in rows.values())
    found.expected = Counter(letter.expected for letter in letters)
    found.copies = sum(1 for row in rows.values() if row.copy_of)
    found.expected_versions = len({letter.group for letter in letters if letter.report})
    found.expected_reports = len({letter.report for letter in letters if letter.report})


def _receipts(found: Finding, letters: list[Letter], rows: dict[str, _Row]) -> None:
    groups = _ids_by_group(letters)
    known = set().union(*groups.values()) if groups else set()
    found.blame("acknowledged messages lost", known - rows.keys())
    # A copy sent again is answered with the receipt of what it is a copy of.
    unknown = [i for i, row in rows.items() if i not in known and row.copy_of not in known]
    found.blame("intake records nobody has a receipt for", unknown)
    found.blame(
        "re-sent with another receipt",
        [
            letter.ids
            for letter in letters
            if len({i for i in letter.ids if i in rows and not rows[i].copy_of}) > 1
            or len({i for i in letter.ids if i in rows and rows[i].copy_of}) > 1
        ],
    )
    surplus = len(rows) - len(letters)
    found.blame("deliveries with more than one intake record", range(max(0, surplus)))


def _outcomes(found: Finding, letters: list[Letter], rows: dict[str, _Row]) -> None:
    found.blame("messages without a final status", [i for i, r in rows.items() if r.status == "received"])
    found.blame(
        "messages with another outcome than theirs",
        [
            f"{i} {rows[i].status} (not {letter.expected}) {rows[i].errors}"
            for letter in letters
            for i in set(letter.ids)
            if i in rows and rows[i].status not in (letter.expected, "received")
        ],
    )
    found.blame(
        "outcomes told and then changed", [x.ids[0] for x in letters if x.ids and x.told - {x.expected}]
    )


def _contents(found: Finding, letters: list[Letter], rows: dict[str, _Row], versions: dict[str, int]) -> None:
    """Letters with one content have one version among them, and the others point at the one that has it."""
    for_report = {letter.group for letter in letters if letter.report}
    groups = _ids_by_group(letters)
    found.blame("messages with no version", [g for g in for_report if not _made(groups[g], versions)])
    found.blame("messages with two versions", [g for g in for_report if _made(groups[g], versions) > 1])
    found.blame(
        "copies that do not point at the first",
        [
            i
            for group in for_report
            for i in groups[group]
            if i in rows and i not in versions and versions.get(rows[i].copy_of or "", 0) != 1
        ],
    )
    theirs = set().union(*(groups[g] for g in for_report)) if for_report else set()
    found.blame("versions of no message", versions.keys() - theirs)


def _made(ids: set[str], versions: dict[str, int]) -> int:
    return sum(versions.get(one, 0) for one in ids)


def _ids_by_group(letters: list[Letter]) -> dict[int, set[str]]:
    groups: dict[int, set[str]] = defaultdict(set)
    for letter in letters:
        groups[letter.group].update(letter.ids)
    return groups
