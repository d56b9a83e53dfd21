"""A person with a long course: reports of eight results, a week apart, each value its own."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from lxml import etree

from benchmarks import messages
from benchmarks.instance import Instance
from core_record.registers.service import ensure_person_sync
from kit.db import SyncDatabase
from kit.ids import new_id, parse_national_id
from results_service.codes import CodeBook
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.service import store_report_sync
from results_service.reports.svarrapport import read_message
from results_service.reports.versions import ReportKey

_DAY = b"2025-02-11"  # every date of the message that these are made from
_OWN_NUMBER = b"13116900216"
_VALUE = re.compile(rb'(<NumResultValue V=")([0-9.]+)(")')
_LAST = date(2026, 11, 1)


def course(number: str, reports: int, seed: int = 1) -> Iterator[bytes]:
    """The messages, newest first. Values lie within a quarter of the message's own."""
    template = etree.tostring(messages.with_results(), xml_declaration=True, encoding="UTF-8")
    rng = random.Random(f"{number}-{seed}")
    for index in range(reports):
        day = (_LAST - timedelta(weeks=index)).isoformat().encode()
        text = template.replace(_DAY, day).replace(_OWN_NUMBER, number.encode())
        text = re.sub(rb"<MsgId>[^<]*", b"<MsgId>" + _uuid(rng), text)
        text = re.sub(
            rb"<ServProvId>[^<]*", b"<ServProvId>" + f"COURSE-{seed}-{number[-5:]}-{index}".encode(), text
        )
        yield _VALUE.sub(lambda found: found[1] + _near(found[2], rng) + found[3], text)


def store(instance: Instance, numbers: list[str], reports: int) -> None:
    """Store a course for each number as the intake does, without its queue."""
    database, codes = SyncDatabase(instance.settings.dsn("akson_results")), CodeBook.builtin()
    database.open()
    try:
        for number in numbers:
            with database.transaction() as conn:
                person_id, _ = ensure_person_sync(conn, instance.keys, parse_national_id(number))
                for data in course(number, reports):
                    message = read_message(read_bytes(data)).message
                    if message is None:
                        raise RuntimeError("the message is refused")
                    key = ReportKey("benchmark", None, message.serv_prov_id)
                    store_report_sync(
                        conn,
                        person_id=person_id,
                        key=key,
                        message=message,
                        mapped=map_report(message, key.report_id(person_id), codes),
                        message_id=new_id(),
                        fingerprint=hashlib.blake2b(data, digest_size=32).digest(),
                    )
    finally:
        database.close()
    instance.vacuum()


def _near(number: bytes, rng: random.Random) -> bytes:
    """A number of the same decimals near this one."""
    decimals = len(number.partition(b".")[2])
    return f"{float(number) * rng.uniform(0.75, 1.25):.{decimals}f}".encode()


def _uuid(rng: random.Random) -> bytes:
    return str(UUID(int=rng.getrandbits(128), version=4)).encode()
