"""The access log against what the askers know: a row for each answer, none twice, every chain intact."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg

from core_record.access_log.service import oldest_unsealed_sync, verify_all
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.roles import AUDITOR
from kit.settings import Settings
from tests.faults.audit import Finding
from tests.faults.lookups import ANSWERED, Asked

_ROWS = """
SELECT correlation_id, person_id::text, outcome, items FROM core_record.access_log WHERE correlation_id LIKE 'faults-%'
UNION ALL
SELECT correlation_id, NULL, outcome, items FROM core_record.actor_log WHERE correlation_id LIKE 'faults-%'
"""  # noqa: E501
_PERSONS = "SELECT number_hash, person_id::text FROM core_record.person_number"
_REPORTS = "SELECT report_id::text, person_id::text FROM results.report"


class _Row(NamedTuple):
    person: str | None
    outcome: str
    items: dict[str, int]


@dataclass
class Logged:
    """Counts of one audit of the log."""

    asked: int = 0
    answered: int = 0
    refused: int = 0
    rows: int = 0
    missing: int = 0
    doubled: int = 0
    rows_of_unanswered: int = 0
    chains: int = 0
    chain_rows: int = 0
    seconds_to_seal: float = 0.0
    by_question: Counter[str] = field(default_factory=Counter)


def audit_log(
    dsn: str, settings: Settings, asked: list[Asked], totals: dict[str, int], found: Finding
) -> Logged:
    """Hold what was answered against the log, and verify the log as `akson verify-log` does."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = _rows(conn)
        persons = _persons(conn, settings, asked)
        owners: dict[str, str] = dict(conn.execute(_REPORTS).fetchall())
    logged = _counted(asked, rows)
    _answers(found, asked, rows, persons)
    _contents(found, asked, totals, persons, owners)
    _verify(found, settings, logged)
    return logged


def _rows(conn: psycopg.Connection[Any]) -> dict[str, list[_Row]]:
    rows: dict[str, list[_Row]] = defaultdict(list)
    for correlation, *values in conn.execute(_ROWS.encode()):
        rows[correlation].append(_Row(*values))
    return rows


def _persons(conn: psycopg.Connection[Any], settings: Settings, asked: list[Asked]) -> dict[str, str | None]:
    """Number → person id, None where nobody has it."""
    keys = KeyRing.load(settings.keys_folder)
    known = {bytes(hashed): person for hashed, person in conn.execute(_PERSONS)}
    numbers = {one.question.number for one in asked}
    return {number: known.get(keys.number_hash(parse_national_id(number))) for number in numbers}


def _counted(asked: list[Asked], rows: dict[str, list[_Row]]) -> Logged:
    logged = Logged(asked=len(asked), rows=sum(len(one) for one in rows.values()))
    for one in asked:
        count = len(rows[one.correlation]) if one.correlation in rows else 0
        if one.status in ANSWERED:
            logged.answered += 1
            logged.by_question[one.question.name] += 1
        elif one.status == 403:
            logged.refused += 1
        else:
            logged.rows_of_unanswered += count
            continue
        logged.missing += count == 0
    logged.doubled = sum(len(one) > 1 for one in rows.values())
    return logged


def _answers(
    found: Finding, asked: list[Asked], rows: dict[str, list[_Row]], persons: dict[str, str | None]
) -> None:
    whole = [one for one in asked if one.status in (*ANSWERED, 403)]
    found.blame(
        "look-ups answered without a row", [x.correlation for x in whole if x.correlation not in rows]
    )
    found.blame("look-ups with two rows", [name for name, own in rows.items() if len(own) > 1])
    found.blame("rows of look-ups that nobody made", rows.keys() - {one.correlation for one in asked})
    found.blame(
        "rows that do not say what was shown",
        [
            f"{one.correlation} {one.question.name}: {row} for {one.status} {dict(one.shown)}"
            for one in whole
            for row in rows.get(one.correlation, [])
            if not _fits(one, row, persons[one.question.number])
        ],
    )


def _fits(asked: Asked, row: _Row, person: str | None) -> bool:
    """The row is of the person asked for and tells how the look-up ended and how much was shown."""
    if row.person != person:
        return False
    if asked.status == 403:
        return row.outcome == "refused"
    if row.outcome != ("permitted" if person else "nobody-found"):
        return False
    return asked.status == 304 or Counter(row.items) == asked.shown


def _contents(
    found: Finding,
    asked: list[Asked],
    totals: dict[str, int],
    persons: dict[str, str | None],
    owners: dict[str, str],
) -> None:
    found.blame(
        "answers with another person's report",
        [
            one.correlation
            for one in asked
            if any(owners.get(report) != persons[one.question.number] for report in one.reports)
        ],
    )
    stored = Counter(owners.values())
    found.blame(
        "answers in calm that are not what is stored",
        [
            f"{persons[number]}: {total} shown, {stored[persons[number] or '']} stored"
            for number, total in totals.items()
            if total != stored[persons[number] or ""]
        ],
    )


def _verify(found: Finding, settings: Settings, logged: Logged) -> None:
    """Every row gets its seal soon after the last fault, and everything verifies."""
    begun = time.monotonic()
    with psycopg.connect(settings.dsn(AUDITOR), autocommit=True) as conn:
        while (oldest := oldest_unsealed_sync(conn)) is not None and time.monotonic() < begun + 30:
            time.sleep(0.2)
    logged.seconds_to_seal = time.monotonic() - begun
    found.blame("rows of the log not sealed", [oldest] if oldest else [])
    with psycopg.connect(settings.dsn(AUDITOR)) as conn:
        report = verify_all(conn, KeyRing.load(settings.keys_folder).log_public_keys(), settings.witness_file)
    logged.chains, logged.chain_rows = report.chains, report.rows
    found.blame("faults of the log's chains, seals or witness", report.faults)
