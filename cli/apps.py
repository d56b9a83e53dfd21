"""`akson apps`: the register of others' apps, for those who run the service. Administrators have a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import typer
from psycopg import AsyncConnection
from rich.console import Console

from core_record.apps import rules, writing
from core_record.apps.service import AppRow, Proposal, Verdict, every
from core_record.registers.changes import Origin
from kit.db import Database
from kit.errors import AksonError
from kit.norway import today_in_norway
from kit.settings import get_settings

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Others' apps: which are admitted, by whom, for what.")
By = Annotated[str, typer.Option("--by", help="Who orders it: stands in the register's history.")]
Client = Annotated[str, typer.Argument(help="The app's client id at HelseID.")]
Org = Annotated[str, typer.Option("--org", help="The organisation that it is for; without it, all of its.")]
OneOrg = Annotated[str, typer.Option("--org", help="The organisation that lets it in, which answers for it.")]
Reason = Annotated[str, typer.Option("--reason", help="A code: reviewed, agreement, security, incident …")]


File = Annotated[Path, typer.Argument(help="JSON, as docs/apps.md says.", exists=True)]


@app.callback()
def group() -> None:
    """Others' apps: docs/apps.md."""


@app.command("list")
def list_() -> None:
    """Every app of every organisation, whatever its state."""
    console = Console()
    for row in _run(every):
        head = f"{row.name} ({row.client_id}), {row.vendor_name}: {row.state} until {row.valid_to}"
        console.print(f"{head}\n  for {row.organisation} ({row.org_number})", soft_wrap=True, markup=False)
        for grant in row.grants:
            console.print(f"  {grant}", soft_wrap=True, markup=False)


@app.command()
def propose(file: File, by: By) -> None:
    """Enter an app, or what is new about one. It lets nobody in until it is approved."""
    try:
        entry = msgspec.json.decode(file.read_bytes(), type=Proposal)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise typer.BadParameter(f"{file}: {fault}") from None

    async def work(conn: AsyncConnection[Any]) -> bool:
        return await writing.propose(
            conn,
            entry,
            _origin(by, "proposed"),
            today_in_norway(),
            development=get_settings().is_development,
        )

    Console().print("proposed" if _run(work) else "it stood so already")


@app.command()
def approve(client: Client, by: By, reason: Reason, org: OneOrg) -> None:
    """Let an app in, for one organisation: each answers for its own."""
    _decide(client, org, by, reason, "approved")


@app.command()
def suspend(client: Client, by: By, reason: Reason, org: Org = "") -> None:
    """Stop an app, within a second, until it is approved again."""
    _decide(client, org, by, reason, "suspended")


@app.command()
def withdraw(client: Client, by: By, reason: Reason, org: Org = "") -> None:
    """End an app: it comes back by a new proposal alone."""
    _decide(client, org, by, reason, "withdrawn")


def _decide(
    client: str, org: str, by: str, reason: str, state: Literal["approved", "suspended", "withdrawn"]
) -> None:
    """In every organisation's row that it concerns, all in one transaction."""

    async def work(conn: AsyncConnection[Any]) -> list[tuple[bool, AppRow]]:
        mine = [row for row in await every(conn) if row.client_id == client and org in ("", row.org_number)]
        able = [row for row in mine if org or row.state == state or _may_become(row, state)]
        return [
            await writing.decide(
                conn,
                Verdict(
                    client_id=client,
                    org_number=row.org_number,
                    was=row.state,
                    state=state,
                    reason=reason,
                    seen=row.seen,
                ),
                _origin(by, reason),
                today_in_norway(),
            )
            for row in able
        ]

    done = _run(work)
    for changed, row in done:
        Console().print(f"{row.organisation}: {row.state}{'' if changed else ' already'}")
    if not done:
        Console(stderr=True).print("app-unknown: no organisation has such an app that can become so")
        raise typer.Exit(1)


def _may_become(row: AppRow, state: str) -> bool:
    return state in rules.FOLLOWS[row.state]


def _origin(by: str, reason: str) -> Origin:
    return Origin(source="operator", actor_name=by, reason=reason)


def _run(work: Callable[[AsyncConnection[Any]], Awaitable[T]]) -> T:
    async def run() -> T:
        db = Database(get_settings().dsn("akson_core"))
        await db.open()
        try:
            async with db.transaction() as conn:
                return await work(conn)
        finally:
            await db.close()

    try:
        return asyncio.run(run())
    except AksonError as error:
        Console(stderr=True).print(f"{error.code}: {error.detail}", soft_wrap=True)
        raise typer.Exit(1) from None
