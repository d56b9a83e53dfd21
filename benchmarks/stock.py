"""Reports to look up: stored through the product's own code, and many more copied inside the database."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from datetime import timedelta

import msgspec
import psycopg
from lxml import etree
from rich.progress import track

from benchmarks import messages
from benchmarks.instance import Instance
from core_record.registers.service import ensure_person_sync
from kit.db import SyncDatabase
from kit.ids import NationalId, new_id, parse_national_id
from results_service.codes import CodeBook
from results_service.intake.guard import read_bytes
from results_service.lookup.bundle import BundleWriter
from results_service.reports.fhir import MappedReport, map_report
from results_service.reports.service import store_report_sync
from results_service.reports.svarrapport import Message, read_message
from results_service.reports.versions import ReportKey

WITH_RESULTS = frozenset({"DiagnosticReport", "Observation", "Specimen"})
Bare = psycopg.Connection[tuple[object, ...]]


class Stock:
    """Fills an instance with the same kind of report for everyone, days apart."""

    def __init__(self, instance: Instance, message: bytes | None = None) -> None:
        data = message or etree.tostring(messages.with_results())
        read = read_message(read_bytes(data)).message
        if read is None:
            raise RuntimeError("the message is refused")
        self._message: Message = read
        self._instance = instance
        self._codes = CodeBook.builtin()
        self._base = f"{instance.settings.results_url}/fhir"

    def fill(self, numbers: list[str], reports: int) -> None:
        """`reports` for each number, stored as the intake stores them; the same bytes for the bare app."""
        database = SyncDatabase(self._instance.settings.dsn("akson_results"))
        database.open()
        try:
            with psycopg.connect(self._instance.superuser_dsn, autocommit=True) as bare:
                for number in track(numbers, f"storing {len(numbers) * reports} reports"):
                    self._person(database, bare, parse_national_id(number), reports)
        finally:
            database.close()
        self._instance.vacuum()

    def _person(self, database: SyncDatabase, bare: Bare, number: NationalId, reports: int) -> None:
        with database.transaction() as conn, bare.transaction():
            person_id, _ = ensure_person_sync(conn, self._instance.keys, number)
            for day in range(reports):
                message_id = str(new_id())
                own = msgspec.structs.replace(
                    self._message, msg_id=message_id, serv_prov_id=f"{message_id}-{day}"
                )
                key = ReportKey("benchmark", None, own.serv_prov_id)
                mapped = _later(map_report(own, key.report_id(person_id), self._codes), day)
                store_report_sync(
                    conn,
                    person_id=person_id,
                    key=key,
                    message=own,
                    mapped=mapped,
                    message_id=new_id(),
                    fingerprint=hashlib.blake2b(message_id.encode(), digest_size=32).digest(),
                )
                bare.execute(
                    "INSERT INTO bench.bytes VALUES (%s, %s, %s, %s)",
                    (
                        number.value,
                        mapped.resources[0].effective,
                        self._answer(mapped, number, {"DiagnosticReport"}),
                        self._answer(mapped, number, WITH_RESULTS),
                    ),
                )

    def _answer(self, mapped: MappedReport, number: NationalId, kinds: Set[str]) -> bytes:
        """The bytes of the report's resources of these kinds as they stand in an answer."""
        writer = BundleWriter(self._base, number)
        for resource in mapped.resources:
            if resource.kind in kinds:
                writer.add(resource.kind, str(resource.id), resource.body, "match")
        writer.finish("searchset", 0, [])
        return writer.joined().body.partition(b'"entry":[')[2][:-2]


def _later(mapped: MappedReport, days: int) -> MappedReport:
    resources = [
        msgspec.structs.replace(r, effective=r.effective and r.effective + timedelta(days=days))
        for r in mapped.resources
    ]
    return msgspec.structs.replace(mapped, resources=resources)
