"""Look-ups through the running service, beside the bare app answering the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from benchmarks.figures import Figure, share, show
from benchmarks.instance import ONE_STATEMENT, Instance, cpu_seconds, serving, temporary_instance
from benchmarks.load import Measured, measure
from benchmarks.messages import persons
from benchmarks.signing import requests_for
from benchmarks.stock import Stock
from dev.login import persona_token
from kit.identity.audiences import READ_RESULTS, RESULTS

PATH = "/fhir/DiagnosticReport/_search"
DECLARED = {"access-basis": "SAMTYKKE", "access-reason": "treatment", "requester-hpr-role": "LE"}
ALL_RESULTS = b"_include=DiagnosticReport%3Aresult&_include=DiagnosticReport%3Aspecimen"
ROUNDS = 5


@dataclass(frozen=True)
class Case:
    """One question put to one app."""

    base: str
    form: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, numbers: list[str], count: int, clients: int) -> Measured:
        """`count` look-ups of the persons in turn."""
        token, key = persona_token("sykehuslege", RESULTS, [READ_RESULTS])
        headers = [
            {**DECLARED, **self.headers, "person-id": numbers[index % len(numbers)]} for index in range(count)
        ]
        url = self.base + PATH
        requests = requests_for(url, token, key, headers, [self.form] * count)
        return measure(url, requests, clients)


@dataclass(frozen=True)
class Limits:
    """Targets: requests a second and p95 at 32 clients, p95 at one."""

    rate: float | None
    p95_many: float | None
    p95_one: float


def run_newest(people: int = 50, reports: int = 55, requests: int = 2000) -> list[Figure]:
    """Newest 50 DiagnosticReports."""
    with temporary_instance() as instance, serving(instance) as pids:
        numbers = _stocked(instance, people, reports)
        figures = _compare(instance, pids, numbers, requests, b"", Limits(550, 75, 4))
        quick = Case(instance.bare_url, headers={ONE_STATEMENT: "1"})
        quick.ask(numbers, requests // 5, 32)
        fastest = quick.ask(numbers, requests, 32)
        figures.append(Figure("bare in one statement, 32 clients (no limit)", fastest.rate, "/s"))
        show("lookup50: newest 50 DiagnosticReports", figures, _notes(fastest))
    return figures


def run_all(people: int = 50, reports: int = 55, requests: int = 600) -> list[Figure]:
    """Newest 50 DiagnosticReports with all their results and specimens."""
    with temporary_instance() as instance, serving(instance) as pids:
        numbers = _stocked(instance, people, reports)
        figures = _compare(instance, pids, numbers, requests, ALL_RESULTS, Limits(None, None, 8))
        show("lookup_all: newest 50 with all results", figures, _notes())
    return figures


def _stocked(instance: Instance, people: int, reports: int) -> list[str]:
    numbers = persons(people)
    Stock(instance).fill(numbers, reports)
    return numbers


@dataclass(frozen=True)
class Round:
    """One measurement, and CPU milliseconds of each answer in the service and in the database."""

    times: Measured
    service_ms: float
    database_ms: float


def _compare(
    instance: Instance,
    pids: dict[str, int],
    numbers: list[str],
    requests: int,
    form: bytes,
    limits: Limits,
) -> list[Figure]:
    ours, bare = Case(instance.settings.results_url, form), Case(instance.bare_url, form)

    def measured(case: Case, count: int, clients: int) -> Round:
        watched = (pids[case.base], instance.database_pid)
        before = [cpu_seconds(pid) for pid in watched]
        times = case.ask(numbers, count, clients)
        used = [1000 * (cpu_seconds(pid) - b) / count for pid, b in zip(watched, before, strict=True)]
        return Round(times, *used)

    figures: list[Figure] = []
    for clients in (1, 32):
        count = requests if clients > 1 else requests // 2
        for case in (ours, bare):
            case.ask(numbers, max(count // 5, 2 * clients), clients)  # warm: statements prepared, pool filled
        rounds = [(measured(ours, count, clients), measured(bare, count, clients)) for _ in range(ROUNDS)]
        figures += _figures(clients, rounds, limits)
    return figures


def _figures(clients: int, rounds: list[tuple[Round, Round]], limits: Limits) -> list[Figure]:
    ours, bare = _middle([a for a, _ in rounds]), _middle([b for _, b in rounds])
    reached = median(a.times.rate / b.times.rate for a, b in rounds)  # of each round: both met the same load
    many = clients > 1
    where = f"{clients} client{'s' if many else ''}"
    a, b = ours.times, bare.times
    return [
        Figure(f"look-ups, {where}", a.rate, "/s", limits.rate if many else None, True, b.rate),
        share(f"share of the bare rate, {where}", reached, 1),
        Figure(f"p50, {where}", a.p50, "ms", bare=b.p50),
        Figure(f"p95, {where}", a.p95, "ms", limits.p95_many if many else limits.p95_one, bare=b.p95),
        Figure(f"bytes of an answer, {where}", a.size / 1000, "kB", bare=b.size / 1000),
        Figure(f"CPU of the service, {where}", ours.service_ms, "ms each", bare=bare.service_ms),
        Figure(f"CPU of the database, {where}", ours.database_ms, "ms each", bare=bare.database_ms),
        Figure(f"CPU of the generator, {where}", a.cpu_ms, "ms each", bare=b.cpu_ms),
    ]


def _middle(rounds: list[Round]) -> Round:
    """The round whose rate is the median."""
    rate = median(round_.times.rate for round_ in rounds)
    return min(rounds, key=lambda round_: abs(round_.times.rate - rate))


def _notes(fastest: Measured | None = None) -> list[str]:
    notes = [
        "look-up: DPoP verified, decided, row-level security, logged in the person's chain, fsync on",
        "bare: Starlette + psycopg; the same proof verified, same bytes read, one row inserted, committed",
        f"one granian worker each; the middle of {ROUNDS} rounds, taken in turn; the share is of each round",
    ]
    if fastest:
        notes.append("bare in one statement: reading and inserting share a round trip, which no log can that")
        notes.append("counts what was shown")
    return notes
