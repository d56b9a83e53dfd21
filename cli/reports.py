"""`akson reports fill`: what stands beside versions of reports stored before it did."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.settings import get_settings
from results_service.reports.filling import Progress as Filled
from results_service.reports.filling import fill_all

app = typer.Typer(no_args_is_help=True, help="Stored reports.")


@app.callback()
def group() -> None:
    """Stored reports."""


@app.command()
def fill() -> None:
    """Fill fields and sender beside versions stored before they were kept there (ADR 0033).

    A person who has restricted a part is then looked up as fast as others. Runs beside the service, in small
    steps; stopped, it goes on where it was the next time. Exit 1 when something could not be opened.
    """
    database = SyncDatabase(get_settings().dsn("akson_results"), max_size=1)
    try:
        database.open()
        done = _shown(database)
    except Unavailable as problem:
        Console(stderr=True).print(f"{problem} What is done stays done: give the command again.")
        raise typer.Exit(1) from None
    finally:
        database.close()
    print(
        f"{done.done} messages gone through: {done.filled} versions filled, {done.failed} not to be opened."
    )
    raise typer.Exit(1 if done.failed else 0)


def _shown(database: SyncDatabase) -> Filled:
    columns = (TextColumn("Messages"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    now = Filled(0, 0, 0, 0, ended=False)
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for now in fill_all(database):
            progress.update(task, total=max(now.total, now.done), completed=now.done)
    return now
