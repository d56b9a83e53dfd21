"""Trains a compression dictionary for stored resources on the messages of `tests/messages`.

    python -m benchmarks.train_dictionary OUT

Storage can be read only with the dictionary it was written with: see `results_service.reports.compression`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import zstandard

from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.intake.guard import MessageRejected, read_bytes
from results_service.reports.fhir import MappedReport, map_report
from results_service.reports.packing import index, serialise
from results_service.reports.svarrapport import read_message

MESSAGES = Path(__file__).resolve().parent.parent / "tests" / "messages"
SIZE = 16_000
DICTIONARY_ID = 1001  # 1000 and more: ours


def samples() -> list[bytes | bytearray | memoryview[int]]:
    """Every resource of every message alone, and every report as a whole."""
    codes = CodeBook.builtin()
    found: list[bytes | bytearray | memoryview[int]] = []
    for path in sorted(MESSAGES.glob("*.xml")):
        report = _mapped(path, codes)
        if report is not None:
            found += [resource.body for resource in report.resources]
            found.append(serialise(index(report)))
    return found


def _mapped(path: Path, codes: CodeBook) -> MappedReport | None:
    try:
        message = read_message(read_bytes(path.read_bytes())).message
    except MessageRejected:
        return None
    return map_report(message, new_id(), codes) if message else None


def main() -> None:
    """Write the dictionary to the file named on the command line."""
    dictionary = zstandard.train_dictionary(SIZE, samples(), level=3, dict_id=DICTIONARY_ID)
    Path(sys.argv[1]).write_bytes(dictionary.as_bytes())


if __name__ == "__main__":
    main()
