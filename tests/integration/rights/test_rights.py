"""Role × table × verb, for every table of every schema; and the wall behind the decision.

`rights.yaml` is the whole truth: a table without a row fails, and so does a right without a word for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from kit.keys import KeyRing
from kit.migrate import SCHEMAS
from kit.roles import APART, LOGINS, PANEL
from tests.conftest import TestDatabase
from tests.integration.idor.world import seed

TABLE = Path(__file__).with_name("rights.yaml")
VERBS = {
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
    "D": "TRUNCATE",
    "x": "REFERENCES",
    "t": "TRIGGER",
}
ROLES = (*LOGINS, *APART)
SERVICES = (*LOGINS, PANEL)
"""Roles that answer somebody. The sealer and the auditor read the whole log: it is their one task."""
UNWALLED = {
    "core_record.access_log_head": "the end of each chain: reached by functions alone",
    "core_record.deletion_order": "orders to delete: reached by functions alone",
    "core_record.notice_mail": "the queue of mails: reached by functions alone",
    "core_record.person_number": "where numbers are found: reached by functions alone",
    "core_record.release_order": "releases the journal has ordered: reached by functions alone",
    "core_record.result_news": "what the journal is to be told of: reached by functions alone",
    "journal.document_scan": "which documents wait for a scanner or are shut: reached by functions alone",
    "journal.follow_up_watch": "when to look after a critical result: reached by functions alone",
    "results.intake_message": "the queue: whose a message is, is not known when it comes",
    "results.report_key": "finds a report's person by the hash of its key: reached by functions alone",
}
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def superuser(postgres: TestDatabase) -> Iterator[Connection]:
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        yield conn


def tables(conn: Connection, *, partitions: bool = False) -> list[str]:
    """Tables of the product, `schema.name`; the partitions of a table are the table's."""
    found = conn.execute(
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p') AND c.relispartition = %s"
        " AND c.relname <> 'alembic_version' ORDER BY 1",
        (list(SCHEMAS.values()), partitions),
    )
    return [str(name) for (name,) in found]


def held(conn: Connection, role: str, table: str) -> str:
    """The letters of the verbs that a role may use on a table."""
    schema, name = table.split(".")
    found = conn.execute(
        "SELECT v FROM unnest(%s::text[]) v"
        " WHERE has_table_privilege(%s, format('%%I.%%I', %s::text, %s::text), v)",
        (list(VERBS.values()), role, schema, name),
    )
    said = {verb for (verb,) in found}
    return "".join(letter for letter, verb in VERBS.items() if verb in said)


def test_every_table_has_a_row_and_every_role_what_the_row_says(superuser: Connection) -> None:
    told: dict[str, dict[str, str]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    there = tables(superuser)
    assert sorted(set(there) - told.keys()) == [], "tables without a row in rights.yaml"
    assert sorted(told.keys() - set(there)) == [], "rows without a table"
    wrong = []
    for table in there:
        for role in ROLES:
            has, may = held(superuser, role, table), told[table].get(role, "")
            if has != may:
                wrong.append(f"{table}: {role} has {has or 'nothing'}, not {may or 'nothing'}")
    assert not wrong, "\n".join(wrong)


def test_partitions_are_reached_through_their_table_alone(superuser: Connection) -> None:
    parts = tables(superuser, partitions=True)
    for part in parts[:: max(1, len(parts) // 40)]:  # all of a table's partitions are made by one statement
        assert [role for role in ROLES if held(superuser, role, part)] == [], part


@pytest.mark.usefixtures("clean_db")
class TestSecondWall:
    """The decision left out: a service's own role asks the tables straight, and finds nobody's rows."""

    async def test_without_a_person_served_no_role_sees_a_row_of_any_person(
        self, postgres: TestDatabase, keys: KeyRing, superuser: Connection
    ) -> None:
        await seed(postgres, keys)
        walled = [table for table in tables(superuser) if _is_walled(superuser, table)]
        assert len(walled) > 15
        filled = [table for table in walled if _count(superuser, table)]
        assert {"core_record.person", "core_record.gp_list", "results.report_version"} <= set(filled)
        for role in SERVICES:
            with psycopg.connect(postgres.dsn(role), autocommit=True) as conn:
                for table in walled:
                    if "r" in held(superuser, role, table):
                        assert _count(conn, table) == 0, f"{role} sees rows of {table}"

    async def test_with_one_person_served_no_role_sees_a_row_of_another(
        self, postgres: TestDatabase, keys: KeyRing, superuser: Connection
    ) -> None:
        people = await seed(postgres, keys)
        line = people["line"].person_id
        for role in SERVICES:
            with psycopg.connect(postgres.dsn(role)) as conn:
                conn.execute(sql.SQL("SET LOCAL akson.person = {}").format(sql.Literal(str(line))))
                for table in [t for t in tables(superuser) if _is_walled(superuser, t)]:
                    if "r" not in held(superuser, role, table) or not _has_person(superuser, table):
                        continue
                    query = sql.SQL("SELECT count(*) FROM {} WHERE person_id <> %s").format(_name(table))
                    (others,) = conn.execute(query, (line,)).fetchone() or (None,)
                    assert others == 0, f"{role} sees others in {table}"


def test_every_table_that_bears_persons_is_walled_or_told_why(superuser: Connection) -> None:
    bearing = [table for table in tables(superuser) if _has_person(superuser, table)]
    assert {table for table in bearing if not _is_walled(superuser, table)} == set(UNWALLED)


def test_the_wall_is_forced_and_no_role_can_pass_it(superuser: Connection) -> None:
    unforced = [
        t for t in tables(superuser) if _is_walled(superuser, t) and not _is_walled(superuser, t, forced=True)
    ]
    assert unforced == []
    special = superuser.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreaterole)",
        (list(ROLES),),
    ).fetchall()
    assert special == []
    owned = superuser.execute(
        "SELECT relname FROM pg_class WHERE relowner::regrole::text = ANY(%s)", (list(ROLES),)
    )
    assert owned.fetchall() == []


def _is_walled(conn: Connection, table: str, *, forced: bool = False) -> bool:
    column = "relforcerowsecurity" if forced else "relrowsecurity"
    query = sql.SQL("SELECT {} FROM pg_class WHERE oid = %s::regclass").format(sql.Identifier(column))
    row = conn.execute(query, (table,)).fetchone()
    return bool(row and row[0])


def _has_person(conn: Connection, table: str) -> bool:
    query = "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'person_id'"
    return conn.execute(query, (table,)).fetchone() is not None


def _count(conn: Connection, table: str) -> int:
    row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(_name(table))).fetchone()
    assert row is not None
    return int(row[0])


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))
