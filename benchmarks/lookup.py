"""Look-ups through the running service, beside the bare app answering the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from benchmarks.figures import Figure, share, show
from benchmarks.instance import ONE_STATEMENT, Instance, serving, temporary_instance
from benchmarks.load import Measured, measure
from benchmarks.messages import persons
from benchmarks.signing import requests_for
from benchmarks.stock import Stock
from dev.login import persona_token
from kit.identity.audiences import READ_RESULTS, RESULTS

PATH = "/fhir/DiagnosticReport/_search"
DECLARED = {"access-basis": "SAMTYKKE", "access-reason": "treatment", "requester-hpr-role": "LE"}
ALL_RESULTS = b"_include=DiagnosticReport%3Aresult&_include=DiagnosticReport%3Aspecimen"
ROUNDS = 3


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


def run_newest(people: int = 80, reports: int = 55, requests: int = 3000) -> list[Figure]:
    """Newest 50 DiagnosticReports."""
    with temporary_instance() as instance, serving(instance):
        numbers = _stocked(instance, people, reports)
        figures = _compare(instance, numbers, requests, b"", Limits(550, 75, 4))
        quick = Case(instance.bare_url, headers={ONE_STATEMENT: "1"})
        quick.ask(numbers, requests // 5, 32)
        fastest = quick.ask(numbers, requests, 32)
        figures.append(Figure("bare in one statement, 32 clients (no limit)", fastest.rate, "/s"))
        show("lookup50: newest 50 DiagnosticReports", figures, _notes(fastest))
    return figures


def run_all(people: int = 80, reports: int = 55, requests: int = 1000) -> list[Figure]:
    """Newest 50 DiagnosticReports with all their results and specimens."""
    with temporary_instance() as instance, serving(instance):
        numbers = _stocked(instance, people, reports)
        figures = _compare(instance, numbers, requests, ALL_RESULTS, Limits(None, None, 8))
        show("lookup_all: newest 50 with all results", figures, _notes())
    return figures


def _stocked(instance: Instance, people: int, reports: int) -> list[str]:
    numbers = persons(people)
    Stock(instance).fill(numbers, reports)
    return numbers


def _compare(
    instance: Instance, numbers: list[str], requests: int, form: bytes, limits: Limits
) -> list[Figure]:
    ours, bare = Case(instance.settings.results_url, form), Case(instance.bare_url, form)
    figures: list[Figure] = []
    for clients in (1, 32):
        count = requests if clients > 1 else requests // 2
        for case in (ours, bare):
            case.ask(numbers, max(count // 5, 2 * clients), clients)  # warm: statements prepared, pool filled
        rounds = [
            (ours.ask(numbers, count, clients), bare.ask(numbers, count, clients)) for _ in range(ROUNDS)
        ]
        figures += _figures(clients, _middle([a for a, _ in rounds]), _middle([b for _, b in rounds]), limits)
    return figures


def _figures(clients: int, ours: Measured, bare: Measured, limits: Limits) -> list[Figure]:
    many = clients > 1
    where = f"{clients} client{'s' if many else ''}"
    return [
        Figure(f"look-ups, {where}", ours.rate, "/s", limits.rate if many else None, True, bare.rate),
        share(f"share of the bare rate, {where}", ours.rate, bare.rate),
        Figure(f"p50, {where}", ours.p50, "ms", bare=bare.p50),
        Figure(f"p95, {where}", ours.p95, "ms", limits.p95_many if many else limits.p95_one, bare=bare.p95),
        Figure(f"bytes of an answer, {where}", ours.size / 1000, "kB", bare=bare.size / 1000),
        Figure(f"the generator's own CPU, {where}", ours.cpu_ms, "ms each", bare=bare.cpu_ms),
    ]


def _middle(rounds: list[Measured]) -> Measured:
    """The round whose rate is the median."""
    rate = median(round_.rate for round_ in rounds)
    return min(rounds, key=lambda round_: abs(round_.rate - rate))


def _notes(fastest: Measured | None = None) -> list[str]:
    notes = [
        "look-up: DPoP verified, decided, row-level security, logged in the person's chain, fsync on",
        "bare: Starlette + psycopg; the same proof verified, same bytes read, one row inserted, committed",
        f"one granian worker each; the middle of {ROUNDS} rounds, taken in turn",
    ]
    if fastest:
        notes.append("bare in one statement: reading and inserting share a round trip, which no log can that")
        notes.append("counts what was shown")
    return notes
