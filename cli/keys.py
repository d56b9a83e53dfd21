"""`akson keys`: which keys there are, a new version of one, and taking older versions out of use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, cast

import psycopg
import typer
from rich.console import Console
from rich.table import Table

import citizen_panel.sealed
import core_record.sealed
import journal_api.sealed
import results_service.sealed
from core_record.sealed import persons
from kit import valkey
from kit.identity.keyfiles import make_own_keys
from kit.keys import PURPOSES, RETIRABLE, ROTATABLE, KeyProblem, KeyRing, Purpose, refuse_a_second
from kit.keys import make as make_ring
from kit.keys import retire as retire_versions
from kit.keys import rotate as new_version
from kit.resealing import Found, look_through, reseal
from kit.roles import OWNER, ensure_passwords
from kit.settings import get_settings

COLUMNS = (
    *core_record.sealed.COLUMNS,
    *results_service.sealed.COLUMNS,
    *citizen_panel.sealed.COLUMNS,
    *journal_api.sealed.COLUMNS,
)

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
def make() -> None:
    """Make the keys of a new installation, once: the ring, passwords of roles, and the keys of our clients.

    Refuses where there is a ring: it is made last, so that a run that failed is run again, and keeps what
    is there. Nothing else in production ever makes a key.
    """
    settings = get_settings()
    folder = settings.keys_folder
    refuse_a_second(folder)
    made = make_own_keys(settings)
    passwords = ensure_passwords(folder / "db", superuser=True)
    make_ring(folder)
    print(f"{folder} holds ring.json, {len(passwords)} passwords in db/, and token-exchange.jwk.")
    for client, public in made.items():
        print(f"Register at {client}: {public}")
    print("Back the folder up now, apart from the database's backups: without it the data cannot be read.")


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


@app.command()
def retire(
    purpose: Annotated[str, typer.Argument(help=f"One of {', '.join(RETIRABLE)}.")],
    restarted: Annotated[
        bool, typer.Option("--restarted", help="Every process has been restarted since the rotation.")
    ] = False,
) -> None:
    """Encrypt anew what older versions encrypted, then take these out of the ring. Safe to stop and repeat.

    Refuses while anything is left under them. They are put aside in a file of the keys folder, to be
    destroyed with its backups when `akson keys check` finds nothing.
    """
    try:
        versions = _retire(purpose, restarted=restarted)
    except KeyProblem as problem:
        raise _stopped(problem) from problem
    if not versions:
        print(f"{purpose} has one version: nothing to retire.")
        return
    aside = f"retired-{purpose}-{'-'.join(map(str, versions))}.json"
    print(f"{purpose}: versions {', '.join(map(str, versions))} are out of use, and lie in {aside}.")
    print("Restart every process. When `akson keys check` finds nothing, destroy that file and its backups.")


def _retire(purpose: str, *, restarted: bool) -> list[int]:
    settings = get_settings()
    ring = KeyRing.load(settings.keys_folder)
    if purpose not in RETIRABLE:
        raise KeyProblem(f"{purpose} cannot be retired: choose one of {', '.join(RETIRABLE)}")
    if len(ring.secrets[purpose]) == 1:
        return []
    if not restarted:
        raise KeyProblem(
            "a process that has not been restarted since the rotation still encrypts with the older"
            " version: restart every process, then say --restarted"
        )
    if purpose == "session-encrypt":
        left = old_sessions(ring)
    else:
        with psycopg.connect(settings.dsn(OWNER), autocommit=True) as conn:
            wanted = [column for column in COLUMNS if column.purpose == purpose]
            left = _shown(reseal(conn, ring, wanted, lambda: persons(conn)))
    if left:
        raise KeyProblem(f"{left} rows or sessions are left under older versions: try again later")
    return retire_versions(settings.keys_folder, purpose, ring.newest(purpose))


@app.command()
def check() -> None:
    """Read all that is encrypted with the keys as they are; exit 1 when something cannot be read."""
    settings = get_settings()
    try:
        ring = KeyRing.load(settings.keys_folder)
    except KeyProblem as problem:
        raise _stopped(problem) from problem
    with psycopg.connect(settings.dsn(OWNER), autocommit=True) as conn:
        found = list(look_through(conn, ring, COLUMNS, lambda: persons(conn)))
    _shown(found)
    raise typer.Exit(1 if any(one.unreadable for one in found) else 0)


def old_sessions(ring: KeyRing) -> int:
    """Sessions and logins under way that an older version encrypted; none lives longer than ten hours."""
    newest, store = ring.newest("session-encrypt"), valkey.client()
    left = 0
    for pattern in ("portal:session:*", "portal:login:*"):
        for name in store.scan_iter(pattern, count=1000):
            first = cast("bytes", store.getrange(name, 0, 0))
            left += bool(first) and first[0] < newest
    return left


def _shown(found: Iterable[Found]) -> int:
    """A line a column; how many rows are left."""
    table, left = Table("Column", "Renewed", "Left", "Unreadable"), 0
    for one in found:
        table.add_row(one.column.name, str(one.renewed), str(one.left), str(one.unreadable))
        left += max(one.left, one.unreadable)
    Console().print(table)
    return left


def _stopped(problem: KeyProblem) -> typer.Exit:
    Console(stderr=True).print(str(problem), soft_wrap=True)
    return typer.Exit(1)
