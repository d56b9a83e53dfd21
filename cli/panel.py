"""`akson panel`: the citizen panel's panels and staff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console

from citizen_panel.panels.setup import read_panel_file, set_up
from kit.errors import AksonError
from kit.keys import KeyRing
from kit.roles import OWNER
from kit.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="The citizen panel.")


@app.callback()
def panel() -> None:
    """The citizen panel."""


@app.command()
def setup(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Bring panels and who leads, moderates and decides in line with a file; safe to repeat."""
    settings = get_settings()
    try:
        wanted = read_panel_file(file)
        with psycopg.connect(settings.dsn(OWNER)) as conn:
            number = set_up(conn, KeyRing.load(settings.keys_folder), wanted)
    except AksonError as problem:
        Console(stderr=True).print(f"Nothing was changed. {problem}", soft_wrap=True)
        raise typer.Exit(1) from problem
    Console().print(f"{number} panels are as the file says.")
