"""Trains a compression dictionary for whole stored versions on the messages of a fictitious population.

    python -m benchmarks.train_dictionary OUT

Storage can be read only with the dictionary it was written with: see `results_service.reports.compression`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import zstandard

from dev.population.build import messages_of, people
from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.intake.guard import MessageRejected, read_bytes
from results_service.reports.fhir import MappedReport, map_report
from results_service.reports.packing import index
from results_service.reports.stored import RuleFacts, serialise
from results_service.reports.svarrapport import read_message

MESSAGES = Path(__file__).resolve().parent.parent / "tests" / "messages"
SIZE = 64_000
LEVEL = 9
DICTIONARY_ID = 1002  # 1000 and more: ours
_SEED, _PERSONS, _OF_EACH = 11, 60, 12
_TODAY = date(2026, 11, 1)


def samples() -> list[bytes | bytearray | memoryview[int]]:
    """Every report of the test messages and of a population, as it is stored."""
    codes = CodeBook.builtin()
    return [
        serialise(index(report), compared)
        for data in _messages()
        if (found := _mapped(data, codes))
        for report, compared in [found]
    ]


def _messages() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted(MESSAGES.glob("*.xml")))
    _, subjects = people(_SEED, _PERSONS, _TODAY, 2)
    for subject in subjects:
        yield from (message.body for message in islice(messages_of(subject), _OF_EACH))


def _mapped(data: bytes, codes: CodeBook) -> tuple[MappedReport, RuleFacts] | None:
    try:
        message = read_message(read_bytes(data)).message
    except MessageRejected:
        return None
    if message is None:
        return None
    compared = RuleFacts(sorted(message.requisition_ids), message.issue.text if message.issue else None)
    return map_report(message, new_id(), codes), compared


def main() -> None:
    """Write the dictionary to the file named on the command line."""
    dictionary = zstandard.train_dictionary(SIZE, samples(), level=LEVEL, dict_id=DICTIONARY_ID)
    Path(sys.argv[1]).write_bytes(dictionary.as_bytes())


if __name__ == "__main__":
    main()
