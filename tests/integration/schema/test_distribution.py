"""The schema can be distributed by person: what docs/scale.md says is held against the migrated database.

On one PostgreSQL; the rules are those of Citus (docs/scale.md): the distribution column is in every primary
key and unique index, foreign keys stay within a shard or lead to a reference table.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import TestDatabase

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
DISTRIBUTED = dict(re.findall(r"create_distributed_table\('([\w.]+)', '(\w+)'", PAGE))
REFERENCE = set(re.findall(r"create_reference_table\('([\w.]+)'", PAGE))
LOCAL = set(re.findall(r"^-- local: ([\w.]+)", PAGE, re.MULTILINE))
BY_PERSON = {table for table, column in DISTRIBUTED.items() if column == "person_id"}
SCHEMAS = ("core_record", "results", "panel", "journal")
# Look-ups and what they are made of: every statement of these serves one person.
REQUEST_PATH = (
    "core_record/access",
    "core_record/access_log/repository.py",
    "results_service/lookup",
    "results_service/screens",
    "results_service/reports/reading.py",
    "results_service/reports/times.py",
)

# No row-level security: walked over all persons by the owner's functions, and no service role reads them.
BY_FUNCTION_ALONE = [
    "core_record.access_log_head",
    "core_record.deletion_order",
    "core_record.notice_mail",
    "core_record.release_order",
    "core_record.result_news",
    "journal.document_scan",
    "journal.follow_up_watch",
]

_TABLES = """
SELECT n.nspname || '.' || t.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = ANY(%s) AND t.relkind IN ('r', 'p') AND NOT t.relispartition
    AND t.relname <> 'alembic_version'
"""
_KEYS = """
SELECT i.indrelid::regclass::text, i.indisprimary,
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number ORDER BY k.place)
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = ANY(%s) AND i.indisunique AND NOT t.relispartition
"""
_FOREIGN = """
SELECT f.conrelid::regclass::text, f.confrelid::regclass::text,
    ARRAY(SELECT a.attname::text FROM unnest(f.conkey) k JOIN pg_attribute a ON a.attrelid = f.conrelid
        AND a.attnum = k),
    ARRAY(SELECT a.attname::text FROM unnest(f.confkey) k JOIN pg_attribute a ON a.attrelid = f.confrelid
        AND a.attnum = k)
FROM pg_constraint f JOIN pg_class t ON t.oid = f.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE f.contype = 'f' AND n.nspname = ANY(%s) AND NOT t.relispartition
"""
_WALLS = """
SELECT t.oid::regclass::text, t.relforcerowsecurity FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = ANY(%s) AND t.relkind IN ('r', 'p')
"""
_POLICIES = """
SELECT p.polrelid::regclass::text, pg_get_expr(p.polqual, p.polrelid) FROM pg_policy p
JOIN pg_class t ON t.oid = p.polrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = ANY(%s)
"""


@pytest.fixture
def ask(postgres: TestDatabase) -> Iterator[Any]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        yield lambda query: conn.execute(query.encode(), (list(SCHEMAS),)).fetchall()


def test_every_table_stands_once_in_the_document(ask: Any) -> None:
    named = [*DISTRIBUTED, *REFERENCE, *LOCAL]
    assert len(named) == len(set(named))
    assert {table for (table,) in ask(_TABLES)} ^ set(named) == set()


def test_the_distribution_column_is_in_every_unique_key_and_persons_come_first(ask: Any) -> None:
    faults = []
    for table, primary, columns in ask(_KEYS):
        column = DISTRIBUTED.get(table)
        if column and (column not in columns or (primary and columns[0] != column)):
            faults.append(f"{table}: {columns}")
    assert faults == []


def test_foreign_keys_stay_within_the_shard_or_lead_to_a_reference_table(ask: Any) -> None:
    faults = []
    for table, other, own, theirs in ask(_FOREIGN):
        column = DISTRIBUTED.get(table)
        together = column is not None and DISTRIBUTED.get(other) == column
        inside = together and (own[0], theirs[0]) == (column, column)
        if table in DISTRIBUTED and not inside and other not in REFERENCE:
            faults.append(f"{table} → {other}")
        if table in REFERENCE and other not in REFERENCE:
            faults.append(f"{table} → {other}")
    assert faults == []


def test_tables_of_persons_are_walled_and_no_policy_has_a_subquery(ask: Any) -> None:
    walls = dict(ask(_WALLS))
    assert [table for table in sorted(BY_PERSON) if not walls[table]] == BY_FUNCTION_ALONE
    policies = [(table, text) for table, text in ask(_POLICIES) if text and "SELECT" in text.upper()]
    assert policies == []


def statements() -> Iterator[tuple[str, str]]:
    """(where, SQL) of every string in the request path that names a table of persons."""
    named = re.compile("|".join(re.escape(table) + r"\b" for table in sorted(BY_PERSON)))
    for path in (ROOT / one for one in REQUEST_PATH):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                    continue
                if named.search(node.value) and re.search(r"\b(FROM|INTO|UPDATE)\b", node.value):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node.value


def test_every_statement_of_a_look_up_names_its_person_and_joins_by_person() -> None:
    found = list(statements())
    assert len(found) > 5
    faults = []
    for where, text in found:
        if "WHERE" not in text and "USING" not in text and "VALUES" not in text:
            continue  # a part of a statement, whose condition stands in another part
        names_one = re.search(r"person_id\s*=\s*(%|\{?\w+\}?\.person_id)|\{where\}", text)
        joins = len(re.findall(r"\bJOIN results\.report|\bJOIN LATERAL", text))
        by_person = len(re.findall(r"USING \(person_id|\.person_id = (%|\w+\.person_id)", text))
        if not names_one or by_person < joins:
            faults.append(where)
    assert faults == []
