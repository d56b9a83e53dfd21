"""`akson codes import PATH...`: NLK and Volven lists into the results service, others into the journal; NLK
into both: the journal orders by it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from journal_api.journal.codes.files import CodeRow, is_codes
from journal_api.journal.codes.service import import_file as import_codes
from journal_api.journal.codes.service import import_whole
from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.settings import get_settings
from kit.tables import CodeFileError
from results_service.codes.service import Loaded, code_files, import_file
from results_service.codes.sources import is_nlk, read_nlk

app = typer.Typer(no_args_is_help=True, help="Code lists.")


@app.callback()
def codes() -> None:
    """Code lists."""


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="CSV files, or folders of them.")],
    whole: Annotated[
        bool,
        typer.Option(help="Of the journal: a file holds every code of its systems, others are refused."),
    ] = False,
    fewer: Annotated[
        bool,
        typer.Option(help="Also an edition that lacks a tenth or more of the codes that are loaded."),
    ] = False,
) -> None:
    """Load NLK, Volven code lists, equivalences, and codes of the journal; safe to repeat.

    Messages and entries that arrive from now on use them.
    """
    settings = get_settings()
    results = SyncDatabase(settings.dsn("akson_results"), max_size=1)
    journal = SyncDatabase(settings.dsn("akson_journal"), max_size=1)
    try:
        results.open()
        journal.open()
        for path in code_files(paths):
            typer.echo(
                _of_journal(journal, path, whole) if is_codes(path) else _of_results(results, path, fewer)
            )
            if is_nlk(path):
                typer.echo(_to_order(journal, path))
    except (CodeFileError, Unavailable) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem
    finally:
        results.close()
        journal.close()


def _of_journal(database: SyncDatabase, path: Path, whole: bool) -> str:
    with database.transaction() as conn:
        done = import_codes(conn, path, whole=whole)
    ended = f", {done.ended} ended" if whole else ""
    return f"{path.name}: {done.codes} codes of the journal, {done.changed} new or changed{ended}"


def _of_results(database: SyncDatabase, path: Path, fewer: bool) -> str:
    with database.transaction() as conn:
        return _said(import_file(conn, path, fewer=fewer))


def _to_order(database: SyncDatabase, path: Path) -> str:
    """NLK's codes are what the journal orders by, too."""
    rows = [
        CodeRow("nlk", row.code, row.name, "", date.fromisoformat(row.valid_to) if row.valid_to else None)
        for row in read_nlk(path)
    ]
    with database.transaction() as conn:
        done = import_whole(conn, rows)
    return f"{path.name}: {done.codes} codes to order by, {done.changed} new or changed"


def _said(loaded: Loaded) -> str:
    if not loaded.codes:
        return f"{loaded.file.name}: {loaded.equivalences} equivalences, {loaded.changed} new or changed"
    more = f", {loaded.equivalences} successor codes" if loaded.equivalences else ""
    gone = f"; {loaded.missing} of before are not in it and keep their names" if loaded.missing else ""
    return f"{loaded.file.name}: {loaded.codes} codes, {loaded.changed} new or changed{more}{gone}"
