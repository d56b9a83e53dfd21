"""`akson persons merge`: two persons here who are one in the world."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kit.db import Database
from kit.errors import AksonError
from kit.ids import InvalidNationalId, NationalId, parse_national_id
from kit.keys import KeyRing
from kit.settings import get_settings
from results_service.merging.service import merge_persons

app = typer.Typer(no_args_is_help=True, help="Persons and their numbers.")


@app.callback()
def group() -> None:
    """Persons and their numbers."""


@app.command()
def merge(
    by: Annotated[str, typer.Option("--by", help="Who orders it: stands in both logs.")],
    reason: Annotated[str, typer.Option("--reason", help="Why they are one: kept with the merge.")],
    numbers: Annotated[
        Path | None,
        typer.Option("--numbers", help="A file with two lines: the number that goes, the one that stays."),
    ] = None,
) -> None:
    """Make two persons one. The numbers come from a file or standard input, never from the command line.

    It cannot be undone by command. docs/registers.md tells what is refused, and why.
    """
    console = Console()
    try:
        goes, stays = _numbers(numbers)
        moved = asyncio.run(_merge(goes, stays, by, reason))
    except (AksonError, InvalidNationalId) as error:
        Console(stderr=True).print(
            f"{error.code}: {getattr(error, 'detail', 'no valid number')}", soft_wrap=True
        )
        raise typer.Exit(1) from None
    if not moved:
        console.print("Both numbers are one person's; nothing had to be moved.")
    for table, number in sorted(moved.items()):
        console.print(f"{table}: {number} moved")


def _numbers(path: Path | None) -> tuple[NationalId, NationalId]:
    stream = typer.get_text_stream("stdin")
    lines = (path.read_text(encoding="utf-8") if path else stream.read()).split()
    if len(lines) != 2:
        raise typer.BadParameter("give two numbers, one a line: the one that goes, the one that stays")
    return parse_national_id(lines[0]), parse_national_id(lines[1])


async def _merge(goes: NationalId, stays: NationalId, by: str, reason: str) -> dict[str, int]:
    settings = get_settings()
    db = Database(settings.dsn("akson_results"))
    await db.open()
    try:
        keys = KeyRing.load(settings.keys_folder)
        return await merge_persons(db, keys, goes, stays, ordered_by=by, reason=reason)
    finally:
        await db.close()
