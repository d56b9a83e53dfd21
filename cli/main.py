"""The `akson` command. What needs the development part is loaded only when it is installed."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec

import typer
from rich.console import Console

from cli import apps, codes, documents, growth, keys, panel, persons, registers, reports
from cli.access_log import verify_log
from cli.importing import import_
from cli.instance import NoInstance, use_instance
from cli.lookup import lookup
from cli.operations import migrate, roles, serve, status
from cli.plain import PlainGroup

# platformdirs warns of a missing XDG_RUNTIME_DIR, which nothing here uses.
warnings.filterwarnings("ignore", module="platformdirs")

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(apps.app, name="apps")
app.add_typer(codes.app, name="codes")
app.add_typer(documents.app, name="documents")
app.add_typer(growth.app, name="growth")
app.add_typer(keys.app, name="keys")
app.add_typer(registers.app, name="registers")
app.add_typer(reports.app, name="reports")
app.add_typer(persons.app, name="persons")
app.add_typer(panel.app, name="panel")
app.command("import")(import_)
app.command()(lookup)
app.command()(migrate)
app.command()(roles)
app.command()(serve)
app.command()(status)
app.command("verify-log")(verify_log)

if find_spec("dev") is not None:
    from cli.development import register

    register(app)


@app.callback()
def prepare(context: typer.Context) -> None:
    """Akson: one journal for the municipal services, one look-up for the country's results."""
    if context.invoked_subcommand in {"up", "serve", "migrate", "roles"}:
        return
    if context.invoked_subcommand == "keys" and {"AKSON_KEYS", "AKSON_DATA"} & os.environ.keys():
        return  # a folder named needs nothing that runs
    try:
        use_instance()
    except NoInstance as problem:
        Console(stderr=True).print(str(problem), soft_wrap=True)
        raise typer.Exit(2) from problem


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
