"""`akson registers import`: files in the shape of the national registers."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core_record.registers.delivery import Delivery, read_delivery
from core_record.registers.service import Imported, import_delivery, verify_keys_sync
from kit.keys import KeyRing
from kit.settings import get_settings

app = typer.Typer(
    no_args_is_help=True, help="The registers: persons, personnel, organisations, GP lists, senders."
)
_SHOWN_FAULTS = 50
_KINDS = ("added", "changed", "ended", "unchanged")


@app.callback()
def group() -> None:
    """The registers."""


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="CSV or JSON files, or folders of them.", exists=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count; change nothing.")] = False,
) -> None:
    """Import deliveries: each file wholly or not at all. Repeating changes nothing. docs/registers.md."""
    console = Console()
    settings = get_settings()
    deliveries = sorted((read_delivery(path) for path in _files(paths)), key=lambda one: one.rank)
    keys = KeyRing.load(settings.keys_folder)
    with psycopg.connect(settings.dsn("akson_core"), autocommit=True) as conn:
        verify_keys_sync(conn, keys)
        with conn.transaction(force_rollback=True) if dry_run else nullcontext():
            done = [_import(conn, keys, delivery) for delivery in deliveries]
    for one in done:
        _tell(console, one, dry_run=dry_run)
    if any(one.faults for one in done):
        raise typer.Exit(1)


def _files(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".csv", ".json"))
        found += inside if path.is_dir() else [path]
    return found


def _import(conn: psycopg.Connection[Any], keys: KeyRing, delivery: Delivery) -> Imported:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(delivery.name, total=len(delivery.entries))
        return import_delivery(conn, keys, delivery, lambda: progress.advance(task))


def _tell(console: Console, one: Imported, *, dry_run: bool) -> None:
    if one.faults:
        console.print(f"{one.name}: nothing imported, {len(one.faults)} faults", soft_wrap=True)
        for fault in one.faults[:_SHOWN_FAULTS]:
            console.print(f"  line {fault.line}: {fault.code}: {fault.detail}", soft_wrap=True, markup=False)
        if len(one.faults) > _SHOWN_FAULTS:
            console.print(f"  and {len(one.faults) - _SHOWN_FAULTS} more")
        return
    verb = "would be imported" if dry_run else "imported"
    console.print(f"{one.name}: {verb}, {one.changed} rows differ", soft_wrap=True)
    for table, kinds in one.counts.items():
        numbers = ", ".join(f"{kinds[kind]} {kind}" for kind in _KINDS if kinds.get(kind))
        console.print(f"  {table}: {numbers}", soft_wrap=True)
