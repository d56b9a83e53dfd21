"""Database roles: who owns, who may log in, and that none of them can bypass row-level security."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

SUPERUSER = "postgres"
OWNER = "akson_owner"
LOGINS = ("akson_core", "akson_results", "akson_journal")
GROUP = "may_decide"
SEALER, AUDITOR, HOUSEKEEPING = "akson_sealer", "akson_auditor", "akson_housekeeping"
PANEL = "akson_panel"
APART = (SEALER, AUDITOR, HOUSEKEEPING, PANEL)
"""Log in for one task each, and never decide: seal the log, verify it, do what recurs, run the panel."""
DATABASE = "akson"


def ensure_passwords(folder: Path, *, superuser: bool = False) -> dict[str, str]:
    """A generated password per login role, in `folder`/<role>, mode 600; made once.

    With `superuser` also one for `postgres`, for a server that is made with it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = {}
    for role in (OWNER, *LOGINS, *APART, *([SUPERUSER] if superuser else [])):
        path = folder / role
        if not path.exists() or not path.stat().st_size:  # empty: whoever made it was stopped
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        passwords[role] = path.read_text().strip()
    return passwords


def ensure_roles(superuser: Connection[Any], passwords: dict[str, str]) -> None:
    """Make (or bring in line) the roles; `superuser` is an autocommit connection that may create roles."""
    for role in (OWNER, *LOGINS, *APART):
        _ensure_role(superuser, role, "LOGIN")
        superuser.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB").format(
                sql.Identifier(role), sql.Literal(passwords[role])
            )
        )
    _ensure_role(superuser, GROUP, "NOLOGIN")
    superuser.execute(
        sql.SQL("GRANT {} TO {}").format(
            sql.Identifier(GROUP), sql.SQL(", ").join(sql.Identifier(r) for r in LOGINS)
        )
    )


def ensure_database(superuser: Connection[Any], name: str = DATABASE) -> None:
    """Make the database owned by `akson_owner`, closed to PUBLIC."""
    if superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
        superuser.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(OWNER)
            )
        )
    superuser.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for role in (*LOGINS, *APART):
        superuser.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
        )


def _ensure_role(superuser: Connection[Any], role: str, login: str) -> None:
    if superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        superuser.execute(
            sql.SQL("CREATE ROLE {} {}").format(
                sql.Identifier(role), sql.SQL("LOGIN") if login == "LOGIN" else sql.SQL("NOLOGIN")
            )
        )
