"""Reading one 10 kB message: guard, parse, validate, map; beside parsing the same XML and JSON alone.

Where AKSON_SCHEMAS names the official schemas, the same is measured with them, in turn with the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from lxml import etree

from benchmarks import messages
from benchmarks.figures import Figure, show
from kit.ids import new_id
from kit.settings import get_settings
from results_service.codes import CodeBook
from results_service.intake.guard import read_bytes
from results_service.intake.schemas import load
from results_service.intake.validity import findings
from results_service.reports.fhir import MappedReport, map_report
from results_service.reports.svarrapport import read_message

LIMIT_MS = 2.0


def run(count: int = 500) -> list[Figure]:
    """CPU milliseconds a message, the median of five rounds of each."""
    data, codes = messages.ten_kilobytes(), CodeBook.builtin()

    def mapped() -> MappedReport:
        message = read_message(read_bytes(data)).message
        if message is None:
            raise RuntimeError("the message is refused")
        return map_report(message, new_id(), codes)

    schemas = load(get_settings().schemas)

    def by_schema() -> MappedReport:
        root = read_bytes(data)
        if schemas is None or findings(schemas, root):
            raise RuntimeError("there are no schemas, or the message bends them")
        message = read_message(root).message
        if message is None:
            raise RuntimeError("the message is refused")
        return map_report(message, new_id(), codes)

    bodies = [resource.body for resource in mapped().resources]

    def bare() -> None:
        etree.fromstring(data)
        for body in bodies:
            msgspec.json.encode(msgspec.json.decode(body))

    works = [mapped, bare, by_schema] if schemas else [mapped, bare]
    rounds = [[_cpu_ms(work, count) for work in works] for _ in range(5)]
    ours, theirs, *more = (sorted(times)[2] for times in zip(*rounds, strict=True))
    name = "parse + validate + map one 10 kB message, CPU"
    figures = [Figure(name, ours, "ms", LIMIT_MS, bare=theirs)]
    figures += [Figure(f"{name}, official schemas too", one, "ms", LIMIT_MS, bare=theirs) for one in more]
    note = f"bare: lxml parses the same bytes, msgspec reads and writes the same {len(bodies)} resources"
    without = "official schemas: not measured, AKSON_SCHEMAS names none"
    show("mapping", figures, [note] if schemas else [note, without])
    return figures


def _cpu_ms(work: Callable[[], object], count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        work()
    return 1000 * (time.process_time() - started) / count
