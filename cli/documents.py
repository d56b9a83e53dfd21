"""`akson documents`: scan what came without a scanner, and list what is quarantined."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from journal_api.journal.documents.rescanning import quarantined as shut
from journal_api.journal.documents.rescanning import scan_all
from kit.db import Database
from kit.errors import Unavailable
from kit.keys import KeyProblem, KeyRing
from kit.settings import get_settings

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Documents of the journal.")


@app.callback()
def group() -> None:
    """Documents of the journal."""


@app.command()
def scan(
    again: Annotated[
        int | None,
        typer.Option(min=0, help="Also what was last found clean more than so many days ago."),
    ] = None,
) -> None:
    """Scan now every document that no scanner has looked at; safe to stop and repeat.

    The journal does the same while it runs with AKSON_CLAMD. Exit 1 when malware was found, or something
    could not be scanned.
    """
    where = get_settings().clamd
    if not where:
        Console(stderr=True).print("No scanner is set: give its address in AKSON_CLAMD.")
        raise typer.Exit(1)
    before = None if again is None else datetime.now(UTC) - timedelta(days=again)
    counts = _run(lambda db: _scan(db, where, before))
    print(f"{counts['clean']} clean, {counts['infected']} infected, {counts['failed']} could not be scanned.")
    raise typer.Exit(1 if counts["infected"] or counts["failed"] else 0)


@app.command()
def quarantined() -> None:
    """The documents in which a scanner found malware after they had come: id, unit, and when it was found."""
    for entry_id, unit, since in _run(shut):
        print(f"{entry_id}  {unit}  {since:%Y-%m-%d %H:%M}")


async def _scan(db: Database, where: str, clean_before: datetime | None) -> Counter[str]:
    keys, counts = KeyRing.load(get_settings().keys_folder), Counter[str]()
    async for entry_id, outcome in scan_all(db, keys, where, clean_before=clean_before):
        counts[outcome] += 1
        if outcome in ("infected", "failed"):
            print(f"{entry_id}  {outcome}")
    return counts


def _run(work: Callable[[Database], Awaitable[T]]) -> T:
    async def inside() -> T:
        db = Database(get_settings().dsn("akson_journal"), max_size=1)
        await db.open()
        try:
            return await work(db)
        finally:
            await db.close()

    try:
        return asyncio.run(inside())
    except (Unavailable, KeyProblem) as problem:
        Console(stderr=True).print(str(problem), soft_wrap=True)
        raise typer.Exit(1) from None
