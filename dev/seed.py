"""Loads personas and a synthetic population: registers into the database, messages through the real intake.

Safe to repeat. The first run notes its day in `DIR/population.json`, and later runs count from that day too:
the same persons and messages, whose copies the intake recognises. More persons or years add to what is there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from core_record.registers.file import register_file
from core_record.registers.service import import_registers
from dev import sample_app
from dev.journal_seed import seed_journals
from dev.personas import RegisterFile
from dev.population.build import messages_of, people
from dev.population.subject import Subject
from dev.sender import IN_FLIGHT, Sender
from kit.keys import KeyRing
from kit.norway import OSLO
from kit.settings import Settings, get_settings

SEED = 12
_SUBJECTS_AT_A_TIME = 200
_PERSONS_IN_A_TRANSACTION = 500


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a data folder's population grows from; kept so that repeating a run repeats its messages."""

    seed: int
    anchor: str


class SeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """`outcomes` counts messages by final status, `problems` errors and warnings by code."""

    persons: int
    outcomes: dict[str, int]
    problems: dict[str, int]


def seed(persons: int = 50, years: int = 3, *, console: Console | None = None) -> SeedReport:
    """Load the personas and `persons` more with `years` of results; waits until every message is final.

    Raises `RuntimeError` outside development, `SendingFailed` when the intake does not answer.
    """
    settings = get_settings()
    if not settings.is_development:
        raise RuntimeError("A synthetic population is for development only: AKSON_ENVIRONMENT=development.")
    console = console or Console(stderr=True)
    plan = _plan(settings.data)
    anchor = datetime.fromisoformat(plan.anchor).date()
    registers, subjects = people(plan.seed, persons, anchor, years)
    with _progress(console) as progress:
        load_registers(settings, registers, progress)
        asyncio.run(sample_app.propose(settings))
        task = progress.add_task("Journals", total=1)
        seed_journals(settings, registers, subjects)
        progress.advance(task)
        report = asyncio.run(_send(settings, subjects, progress))
    _show(console, report)
    return report


def registers_of(data: Path, persons: int) -> RegisterFile:
    """The registers of a population loaded before, from the plan kept in `data`."""
    plan = _plan(data)
    return people(plan.seed, persons, datetime.fromisoformat(plan.anchor).date(), 1)[0]


def _plan(data: Path) -> Plan:
    """The plan kept in the data folder; made on the first run, with today in Norway as its day."""
    path = data / "population.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    plan = Plan(seed=SEED, anchor=datetime.now(OSLO).date().isoformat())
    data.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(plan))
    return plan


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def load_registers(settings: Settings, registers: RegisterFile, progress: Progress) -> None:
    """Import in parts, each its own transaction as the core record's role."""
    keys = KeyRing.load(settings.keys_folder)
    task = progress.add_task("Registers", total=len(registers.persons))
    with psycopg.connect(settings.dsn("akson_core")) as conn:
        for part in _parts(registers):
            import_registers(conn, keys, register_file(part))
            conn.commit()
            progress.advance(task, len(part.persons))


def _parts(registers: RegisterFile) -> Iterator[RegisterFile]:
    """Organisations and personnel first, then persons with their lists."""
    yield msgspec.structs.replace(registers, persons=(), gp_lists=())
    lists = {entry.national_id: entry for entry in registers.gp_lists}
    for start in range(0, len(registers.persons), _PERSONS_IN_A_TRANSACTION):
        persons = registers.persons[start : start + _PERSONS_IN_A_TRANSACTION]
        entries = tuple(lists[p.national_id] for p in persons if p.national_id in lists)
        yield RegisterFile(persons=persons, gp_lists=entries)


async def _send(settings: Settings, subjects: Sequence[Subject], progress: Progress) -> SeedReport:
    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    async with httpx.AsyncClient(timeout=60.0, limits=limits) as http:
        sender = Sender(settings, http)
        sending = progress.add_task("Messages sent", total=None)
        for start in range(0, len(subjects), _SUBJECTS_AT_A_TIME):
            part = subjects[start : start + _SUBJECTS_AT_A_TIME]
            made = [message for subject in part for message in messages_of(subject)]
            made.sort(key=lambda m: (m.sent, m.msg_id))
            await sender.send((m.body for m in made), lambda: progress.advance(sending))
        progress.update(sending, total=progress.tasks[sending].completed)
        waiting = progress.add_task("Messages processed", total=sender.waiting)
        await sender.finish(lambda: progress.advance(waiting))
    return SeedReport(persons=len(subjects), outcomes=dict(sender.outcomes), problems=dict(sender.problems))


def _show(console: Console, report: SeedReport) -> None:
    total = sum(report.outcomes.values())
    console.print(f"{report.persons} persons, {total} messages: {_listed(report.outcomes)}.")
    if report.problems:
        console.print(f"Noted by the intake: {_listed(report.problems)}.")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in Counter(counts).most_common()) or "none"
