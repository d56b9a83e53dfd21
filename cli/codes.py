"""`akson codes import PATH...`: NLK and the Volven lists into the results service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.settings import get_settings
from results_service.codes.service import Loaded, code_files, import_file
from results_service.codes.sources import CodeFileError

app = typer.Typer(no_args_is_help=True, help="Code lists.")


@app.callback()
def codes() -> None:
    """Code lists."""


@app.command("import")
def import_(paths: Annotated[list[Path], typer.Argument(help="CSV files, or folders of them.")]) -> None:
    """Load NLK, Volven code lists and equivalences of codes; safe to repeat.

    Messages that arrive from now on use them.
    """
    database = SyncDatabase(get_settings().dsn("akson_results"), max_size=1)
    try:
        database.open()
        for path in code_files(paths):
            with database.transaction() as conn:
                loaded = import_file(conn, path)
            typer.echo(_said(loaded))
    except (CodeFileError, Unavailable) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    finally:
        database.close()


def _said(loaded: Loaded) -> str:
    if not loaded.codes:
        return f"{loaded.file.name}: {loaded.equivalences} equivalences, {loaded.changed} new or changed"
    more = f", {loaded.equivalences} successor codes" if loaded.equivalences else ""
    return f"{loaded.file.name}: {loaded.codes} codes, {loaded.changed} new or changed{more}"
