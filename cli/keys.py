"""`akson keys`: which keys there are, and a new version of one."""

from __future__ import annotations

from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from kit.keys import PURPOSES, ROTATABLE, KeyProblem, KeyRing, Purpose
from kit.keys import rotate as new_version
from kit.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Keys of the keys folder: never printed, only counted.")


@app.command("list")
def list_keys() -> None:
    """The versions of each key."""
    try:
        ring = KeyRing.load(get_settings().keys_folder)
    except KeyProblem as problem:
        raise _stopped(problem) from problem
    table = Table("Key", "Versions", "In use")
    for purpose in PURPOSES:
        versions = sorted(ring.secrets[purpose])
        table.add_row(purpose, ", ".join(map(str, versions)), str(versions[-1]))
    Console().print(table)


@app.command()
def rotate(
    purpose: Annotated[str, typer.Argument(help=f"One of {', '.join(ROTATABLE)}.")],
) -> None:
    """Add a new version of a key. What older versions made is still read; restart the processes to use it."""
    try:
        version = new_version(get_settings().keys_folder, cast("Purpose", purpose))
    except KeyProblem as problem:
        raise _stopped(problem) from problem
    print(f"{purpose} has version {version}. Back up the keys folder, then restart every process.")


def _stopped(problem: KeyProblem) -> typer.Exit:
    Console(stderr=True).print(str(problem), soft_wrap=True)
    return typer.Exit(1)
