"""Commands that exist only where the development part is installed: `up`, `token`, `seed`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from kit.identity import faults
from kit.settings import default_data_folder


def up(
    data: Annotated[Path | None, typer.Option(help="Folder for everything kept.")] = None,
    port: Annotated[int | None, typer.Option(help="The portal's port.")] = None,
    persons: Annotated[int, typer.Option(min=0, help="Fictitious persons at the first start.")] = 50,
) -> None:
    """Start everything on this machine; Ctrl-C stops all."""
    from dev.runner.up import up as run  # noqa: PLC0415

    raise typer.Exit(run(data or default_data_folder(), port, persons))


def seed(
    persons: Annotated[int, typer.Option(min=0, help="Fictitious persons.")] = 50,
    years: Annotated[int, typer.Option(min=1, max=20, help="Years of results.")] = 3,
) -> None:
    """Load personas and a fictitious population through the real intake; safe to repeat."""
    from dev.seed import seed as run  # noqa: PLC0415

    run(persons, years)


def token(
    persona: Annotated[str, typer.Argument(help="One of the development personas, e.g. lege-koman.")],
    audience: Annotated[str, typer.Option(help="The service the token is for.")] = "nhn:pps",
    scope: Annotated[str | None, typer.Option(help="Scopes, separated by spaces.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Log a persona in by the real protocol; print its access token and the DPoP key it is bound to."""
    from dev.login import persona_token  # noqa: PLC0415
    from dev.personas import load_personas  # noqa: PLC0415

    known = load_personas().personas
    if persona not in known:
        raise typer.BadParameter(f"choose one of {', '.join(known)}", param_hint="PERSONA")
    try:
        access_token, key = persona_token(persona, audience, (scope or "").split())
    except (faults.LoginRefused, faults.IdentityUnavailable) as problem:
        typer.echo(f"No token: {problem}", err=True)
        raise typer.Exit(1) from problem
    jwk = key.to_jwk(private=True)
    if as_json:
        print(json.dumps({"access_token": access_token, "dpop_jwk": jwk}))
    else:
        print(access_token)
        print(json.dumps(jwk))


def register(app: typer.Typer) -> None:
    """Add the development commands."""
    for command in (up, seed, token):
        app.command()(command)
