"""Look-ups beside a bare endpoint that verifies the same proof, reads the same bytes and inserts one row.

python -m benchmarks.lookup [--persons 200] [--reports 100] [--requests 1000] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import msgspec
import psycopg

from benchmarks.instance import Instance, serving, temporary_instance
from benchmarks.load import Measured, measure, sign
from core_record.registers.service import ensure_person_sync
from dev.login import persona_token
from dev.population.numbers import Numbers
from kit.db import SyncDatabase
from kit.identity.audiences import READ_RESULTS, RESULTS
from kit.ids import new_id, parse_national_id
from results_service.codes import CodeBook
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.service import store_report_sync
from results_service.reports.svarrapport import Message, read_message
from results_service.reports.versions import ReportKey

MESSAGE = Path(__file__).resolve().parent.parent / "tests" / "messages" / "biokjemi-1-ny.xml"
DECLARED = {"access-basis": "SAMTYKKE", "access-reason": "treatment", "requester-hpr-role": "LE"}
WITH_RESULTS = "_include=DiagnosticReport%3Aresult&_include=DiagnosticReport%3Aspecimen"
CLIENTS = (1, 32)
_BARE = """
CREATE SCHEMA bench;
CREATE TABLE bench.bytes (number text, effective timestamptz, body bytea STORAGE EXTERNAL);
CREATE TABLE bench.log (at timestamptz DEFAULT now(), actor text);
GRANT USAGE ON SCHEMA bench TO akson_results;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA bench TO akson_results;
"""


def fill(instance: Instance, persons: int, reports: int) -> list[str]:
    """Store the same kind of report for everyone, days apart; returns the persons' numbers."""
    message = read_message(read_bytes(MESSAGE.read_bytes())).message
    assert message is not None  # noqa: S101 - a message of our own
    given, rng, codes = Numbers([]), random.Random(1), CodeBook.builtin()
    numbers = [given.national(rng, date(1950, 1, 1) + timedelta(days=i), 1 + i % 2) for i in range(persons)]
    database = SyncDatabase(instance.settings.dsn("akson_results"))
    database.open()
    with psycopg.connect(instance.superuser_dsn, autocommit=True) as bench:
        bench.execute(_BARE)
        for number in numbers:
            _fill_person(instance, database, bench, number, message, reports, codes)
        bench.execute("CREATE INDEX ON bench.bytes (number, effective DESC)")
        bench.execute("VACUUM ANALYZE")
    database.close()
    return numbers


def _fill_person(
    instance: Instance,
    database: SyncDatabase,
    bench: psycopg.Connection[tuple[object, ...]],
    number: str,
    message: Message,
    reports: int,
    codes: CodeBook,
) -> None:
    with database.transaction() as conn:
        person_id, _ = ensure_person_sync(conn, instance.keys, parse_national_id(number))
        for day in range(reports):
            own = msgspec.structs.replace(message, msg_id=str(new_id()), serv_prov_id=f"{number}-{day}")
            key = ReportKey("benchmark", None, own.serv_prov_id)
            mapped = map_report(own, key.report_id(person_id), codes)
            later = [
                msgspec.structs.replace(r, effective=r.effective and r.effective + timedelta(days=day))
                for r in mapped.resources
            ]
            store_report_sync(
                conn,
                person_id=person_id,
                key=key,
                message=own,
                mapped=msgspec.structs.replace(mapped, resources=later),
                message_id=new_id(),
                fingerprint=hashlib.blake2b(own.msg_id.encode(), digest_size=32).digest(),
            )
            bench.execute(
                "INSERT INTO bench.bytes VALUES (%s, %s, %s)", (number, later[0].effective, later[0].body)
            )


def run(instance: Instance, numbers: list[str], requests: int) -> dict[str, Measured]:
    """Every measurement, by what was asked and how many clients asked at a time."""
    token, key = persona_token("sykehuslege", RESULTS, [READ_RESULTS])
    path = "/fhir/DiagnosticReport/_search"
    cases = {
        "bare, newest 50": (instance.bare_url + path, ""),
        "look-up, newest 50": (instance.settings.results_url + path, ""),
        "look-up, newest 50 with results": (instance.settings.results_url + path, WITH_RESULTS),
    }
    found = {}
    for name, (url, form) in cases.items():
        for clients in CLIENTS:
            for count in (requests // 5, requests):  # the first round warms up
                headers = [{**DECLARED, "person-id": numbers[i % len(numbers)]} for i in range(count)]
                measured = asyncio.run(measure(url, sign(url, token, key, headers, form), clients))
            found[f"{name}, {clients} clients"] = measured
    return found


def main() -> None:
    """Fill a temporary instance, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=200)
    parser.add_argument("--reports", type=int, default=100)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with temporary_instance() as instance:
        numbers = fill(instance, options.persons, options.reports)
        provider = instance.settings.helseid_issuer.removesuffix("/helseid")
        with (
            serving("dev.identity_provider.app:app", provider),
            serving("results_service.app:app", instance.settings.results_url),
            serving("benchmarks.bare:app", instance.bare_url),
        ):
            found = run(instance, numbers, options.requests)
    if options.json:
        print(json.dumps({name: asdict(measured) for name, measured in found.items()}))
        return
    for name, m in found.items():
        print(
            f"{name:45} {m.rate:7.0f}/s  p50 {m.p50:6.1f}  p95 {m.p95:6.1f}  p99 {m.p99:6.1f} ms  {m.size} B"
        )


if __name__ == "__main__":
    main()
