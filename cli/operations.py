"""Operators' commands: migrate, serve, status."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from cli.access_log import look_up_state, seal_state
from cli.health import READY, ask, checks
from cli.processes import processes
from cli.schemas import schema_state
from core_record.registers.service import verify_keys_sync
from kit.keys import KeyRing
from kit.migrate import upgrade_all
from kit.roles import OWNER, ensure_database, ensure_passwords, ensure_roles
from kit.settings import get_settings, unknown_variables


def migrate() -> None:
    """Bring the database to this version; with the first migration, note which keys it was made with."""
    settings = get_settings()
    keys = KeyRing.load(settings.keys_folder, create=settings.is_development)
    upgrade_all(settings.dsn(OWNER))
    with psycopg.connect(settings.dsn("akson_core")) as conn:
        verify_keys_sync(conn, keys)
    print("The database is at this version.")


def roles(
    superuser_url: Annotated[str, typer.Option(help="libpq URI of a role that may create roles.")],
) -> None:
    """Make the database and its login roles on a server of one's own (passwords: files in keys/db)."""
    folder = get_settings().keys_folder / "db"
    passwords = ensure_passwords(folder)
    own = folder / "postgres"
    password = {"password": own.read_text().strip()} if own.exists() else {}
    with psycopg.connect(make_conninfo(superuser_url, **password), autocommit=True) as superuser:
        ensure_roles(superuser, passwords)
        ensure_database(superuser)
    print("Database and roles are in place.")


def serve(
    name: Annotated[str, typer.Argument(help="core_record, results_service, sealer, housekeeping, worker …")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Become one of the product's processes (what the containers run)."""
    if unknown := unknown_variables():
        print(f"There is no setting {', '.join(unknown)}: see docs/settings.md.", file=sys.stderr)
    settings = get_settings()
    settings.check_issuers()
    settings.check_addresses()
    if name == "portal":
        from portal.build import build_portal, portal_command  # noqa: PLC0415

        folder = settings.data / "portal"
        build_portal(folder)
        command, extra = portal_command(settings.port, folder, host)
        os.environ.update(extra)
    else:
        table = processes(settings, host)
        if name not in table:
            raise typer.BadParameter(f"choose one of {', '.join([*table, 'portal'])}")
        command = table[name].command
    os.execv(command[0], command)  # noqa: S606 - our own command line, no shell


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    only: Annotated[str | None, typer.Option(help="Ask this process alone.")] = None,
) -> None:
    """Whether each process answers; exit 1 when one does not."""
    asked = checks(get_settings())
    if only is not None and only not in asked:
        raise typer.BadParameter(f"choose one of {', '.join(asked)}", param_hint="--only")
    answers = ask({name: check for name, check in asked.items() if only in (None, name)})
    words = _add_log(answers) if only is None else []
    schemas = _add_schemas(answers) if only is None else ""
    if as_json:
        print(json.dumps(answers))
    else:
        table = Table("Process", "State")
        for name, answer in answers.items():
            table.add_row(name, answer)
        console = Console(highlight=False)
        console.print(table)
        console.print("; ".join(words).capitalize() + "." if words else "", soft_wrap=True)
        if schemas:
            console.print(schemas, soft_wrap=True, markup=False)
    raise typer.Exit(0 if all(a == READY for a in answers.values()) else 1)


def _add_log(answers: dict[str, str]) -> list[str]:
    """Add whether the access log is sealed, and whether every look-up left its row; returns it in words."""
    settings = get_settings()
    urls = {
        "core_record": f"http://127.0.0.1:{settings.core_record_port}",
        "results_service": f"http://127.0.0.1:{settings.results_service_port}",
    }
    states = {"access log sealed": seal_state(settings), "look-ups logged": look_up_state(urls)}
    answers.update({name: state for name, (state, _) in states.items()})
    return [words for _, words in states.values() if words]


def _add_schemas(answers: dict[str, str]) -> str:
    """Add whether the official schemas can be used, where there are to be some; returns it in words."""
    state, words = schema_state(get_settings())
    if state:
        answers["schemas"] = state
    return words
