"""`akson import`: message files through the intake API, as the laboratory persona."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.sending import Fault, Message, Sent, message_sender
from kit.errors import AksonError
from kit.identity import audiences
from kit.identity.tokens import AccessToken
from kit.settings import get_settings

PERSONA = "lab"
_COLOURS = {"processed": "green", "needs-attention": "yellow", "rejected": "red"}


def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Message files, or folders of them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array on stdout.")] = False,
) -> None:
    """Send message files through the intake and tell what became of each."""
    errors = Console(stderr=True)
    missing = [path for path in paths if not path.exists()]
    if missing:
        errors.print(f"No such file or folder: {escape(str(missing[0]))}", soft_wrap=True)
        raise typer.Exit(2)
    if find_spec("dev") is None:
        errors.print("akson import sends as a development persona; laboratories send to POST /messages.")
        raise typer.Exit(2)
    files = list(find_files(paths))
    try:
        results = asyncio.run(_send(files, as_json=as_json))
    except AksonError as problem:
        errors.print(escape(str(problem)), soft_wrap=True)
        raise typer.Exit(1) from problem
    if as_json:
        typer.echo(to_json(files, results))
    else:
        typer.echo(summary(results))
    raise typer.Exit(0 if all(result.id for result in results) else 1)


def find_files(paths: list[Path]) -> Iterator[Path]:
    """The files to send: as given, and from folders every `*.xml` in any case, recursively, by name."""
    for path in paths:
        if path.is_dir():
            found = (p for p in path.rglob("*") if p.suffix.lower() == ".xml" and p.is_file())
            yield from sorted(found, key=lambda p: (p.relative_to(path).parts, p.name))
        else:
            yield path


def to_json(files: list[Path], results: list[Sent]) -> str:
    """One array, a result for each file, in the order of the files."""
    place = {str(file): number for number, file in reversed(list(enumerate(files)))}
    ordered = sorted(results, key=lambda result: place[result.file])
    return msgspec.json.format(msgspec.json.encode(ordered)).decode()


def summary(results: list[Sent]) -> str:
    """The counts, in one line."""
    counts = Counter(result.status for result in results)
    parts = [f"{counts[status]} {status}" for status in (*_COLOURS, "received") if counts[status]]
    without = sum(1 for result in results if not result.id)
    if without:
        parts.append(f"{without} without a receipt")
    files = "1 file" if len(results) == 1 else f"{len(results)} files"
    return f"{files}: {', '.join(parts) or 'nothing to send'}"


async def _send(files: list[Path], *, as_json: bool) -> list[Sent]:
    console = Console(stderr=as_json, highlight=False)
    columns = (
        TextColumn("Sending messages"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    messages = (Message(str(file), partial(Path.read_bytes, file)) for file in files)
    results = []
    async with message_sender(_token, get_settings().results_url) as sender:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("", total=len(files))
            async for result in sender.send_all(messages):
                results.append(result)
                progress.advance(task)
                if not as_json:
                    progress.console.print(line(result), soft_wrap=True)
    return results


async def _token() -> AccessToken:
    from dev.login import persona_access  # noqa: PLC0415 - development only

    return await persona_access(PERSONA, audiences.RESULTS, (audiences.WRITE_REPORTS,))


def line(result: Sent) -> str:
    """A result as a line with markup: status, file, and the reasons."""
    colour = _COLOURS.get(result.status, "white")
    reasons = "; ".join(_reason(fault) for fault in result.errors) or ", ".join(
        w.code for w in result.warnings
    )
    tail = f"  {escape(reasons)}" if reasons else ""
    return f"[{colour}]{result.status:16}[/]{escape(result.file)}{tail}"


def _reason(fault: Fault) -> str:
    place = f" (line {fault.line})" if fault.line else ""
    return f"{fault.code}{place}: {fault.message}"
