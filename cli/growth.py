"""`akson growth`: references that children's growth is seen against. None comes with the product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from psycopg import Connection
from rich.console import Console
from rich.table import Table

from journal_api.journal.growth import service
from journal_api.journal.growth.courses import Reference
from journal_api.journal.growth.files import Said
from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.settings import get_settings
from kit.tables import CodeFileError

app = typer.Typer(no_args_is_help=True, help="Growth references (LMS tables).")


@app.callback()
def group() -> None:
    """Growth references (LMS tables)."""


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files of LMS tables.")],
    name: Annotated[str, typer.Option(help="What the reference is called on the page.")],
    version: Annotated[str, typer.Option(help="Its version or year.")],
    source: Annotated[str, typer.Option(help="Who publishes it, and where: shown on the page.")],
    measure: Annotated[str, typer.Option(help="Where the file has no such column.")] = "",
    sex: Annotated[str, typer.Option(help="male or female, where the file has no such column.")] = "",
    age_in: Annotated[str, typer.Option(help="days or months, for a column that is called age.")] = "",
    from_: Annotated[float, typer.Option("--from", help="Use it from this age, in years.")] = 0,
    to: Annotated[float, typer.Option("--to", help="Use it to this age, in years.")] = 20,
) -> None:
    """Load LMS tables; safe to repeat. All files or none are loaded. docs/growth.md tells their form."""
    reference = Reference(name.strip(), version.strip(), source.strip())
    if not all((reference.name, reference.version, reference.source)) or len(reference.name) > 100:
        raise typer.BadParameter("name, version and source must say something")
    with _connection() as conn:
        for path in paths:
            told = service.import_file(conn, path, reference, Said(measure, sex, age_in), (from_, to))
            typer.echo(f"{path.name}: {'; '.join(told)}")


@app.command("list")
def list_() -> None:
    """Which references are loaded, and what they cover."""
    table = Table()
    for title in ("Name", "Version", "Measure", "Sex", "From", "To", "Source"):
        table.add_column(title, overflow="fold")
    with _connection() as conn:
        for one in service.references(conn):
            by_length = one.measure.startswith("weight-for-")
            low, high = (
                f"{place:g} cm" if by_length else f"{place / 365.25:.1f} years"
                for place in (one.low, one.high)
            )
            table.add_row(one.name, one.version, one.measure, one.sex, low, high, one.source)
    Console().print(table)


@app.command()
def remove(name: Annotated[str, typer.Argument(help="What the reference is called.")]) -> None:
    """Take a reference out: growth is then shown without it."""
    with _connection() as conn:
        removed = service.remove(conn, name)
    typer.echo(f"{removed} tables taken out.")
    raise typer.Exit(0 if removed else 1)


@contextmanager
def _connection() -> Iterator[Connection[Any]]:
    database = SyncDatabase(get_settings().dsn("akson_journal"), max_size=1)
    try:
        database.open()
        with database.transaction() as conn:
            yield conn
    except (CodeFileError, Unavailable, OSError) as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    finally:
        database.close()
