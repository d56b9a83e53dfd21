"""`akson verify-log`, and what `akson status` tells of the access log: its seals, look-ups without a row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from core_record.access_log.service import oldest_unsealed_sync, verify_all
from kit.keys import KeyRing
from kit.roles import AUDITOR
from kit.settings import Settings, get_settings

MOST_TOLD = 200
TOO_OLD = 60.0  # seconds a row may wait for its seal


def verify_log(
    heads: Annotated[
        Path | None,
        typer.Option(
            help="The witness: a file of signed heads kept outside the database (default AKSON_WITNESS)."
        ),
    ] = None,
) -> None:
    """Check the access log offline: chains, seals, signatures, and the database against the witness."""
    settings, console = get_settings(), Console(highlight=False)
    witness = heads or settings.witness_file
    if heads is not None and not heads.exists():
        raise typer.BadParameter(f"{heads} does not exist", param_hint="--heads")
    keys = KeyRing.load(settings.keys_folder).log_public_keys()
    with psycopg.connect(settings.dsn(AUDITOR)) as conn:
        report = verify_all(conn, keys, witness if witness.exists() else None)
    counts = f"{report.chains} chains with {report.rows} rows, {report.actor_rows} rows by actor"
    console.print(f"{counts}, {report.heads} heads.")
    if not witness.exists():
        console.print(f"No witness at {witness}: the heads were compared with nothing outside the database.")
    for fault in report.faults[:MOST_TOLD]:
        console.print(str(fault), soft_wrap=True, markup=False)
    if len(report.faults) > MOST_TOLD:
        console.print(f"… and {len(report.faults) - MOST_TOLD} more.")
    verdict = "intact" if report.intact else "[bold red]NOT intact[/]"
    console.print(f"The access log is {verdict}.")
    raise typer.Exit(0 if report.intact else 1)


def seal_state(settings: Settings) -> tuple[str, str]:
    """`ready`, or what is wrong; and how it stands in words."""
    try:
        with psycopg.connect(settings.dsn(AUDITOR), connect_timeout=5) as conn:
            oldest = oldest_unsealed_sync(conn)
    except psycopg.Error as error:
        return f"no answer ({type(error).__name__})", ""
    if oldest is None:
        return "ready", "every row of the access log is sealed"
    age = max(0.0, (datetime.now(UTC) - oldest).total_seconds())
    words = f"the oldest unsealed row of the access log is {age:.0f} s old"
    return ("ready" if age < TOO_OLD else words), words


def look_up_state(urls: dict[str, str]) -> tuple[str, str]:
    """`ready` when every look-up answered since the services started left its row; and the numbers.

    `urls`: service → its address. A service that does not answer is told of by its own line.
    """
    answered = logged = unlogged = 0.0
    for service, url in urls.items():
        counts = _counts(service, url)
        answered, logged = answered + counts["answered"], logged + counts["logged"]
        unlogged += counts["unlogged"]
    words = f"{answered:.0f} look-ups answered since start, {logged:.0f} logged"
    return (f"{unlogged:.0f} look-ups answered without a log row" if unlogged else "ready"), words


def _counts(service: str, url: str) -> dict[str, float]:
    counts = {"answered": 0.0, "logged": 0.0, "unlogged": 0.0}
    try:
        text = httpx.get(f"{url}/metrics", timeout=5).text
    except httpx.HTTPError:
        return counts
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removeprefix("akson_look_ups_").removesuffix("_total")
            if name in counts and sample.labels.get("service") == service:
                counts[name] += sample.value
    return counts
