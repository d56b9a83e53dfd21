"""What is sent: generated reports in their order, copies of them, and messages that end otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID, uuid5

from dev.personas import RegisterFile
from dev.population.build import GeneratedMessage, messages_of, people
from dev.population.subject import Subject

_DAY = date(2026, 3, 1)
_YEARS = 10
_SPACE = UUID("6d7a9c1e-3a52-4c0f-9f53-0b6f6f6d2f11")


@dataclass
class Letter:
    """One message as sent, and what came back. Equal bodies are one letter."""

    body: bytes
    expected: str  # the final status it must end with
    group: int  # letters of one group have the same content: one report version among them
    report: str | None  # the report number, where a report comes of it
    person: str  # whom it is about: the national identity number
    ids: list[str] = field(default_factory=list)  # a receipt's id for each acknowledgement
    told: set[str] = field(default_factory=set)  # final statuses that were answered


class Supply:
    """Bundles of letters that must be sent in order; made by seed, the same in every run."""

    def __init__(self, seed: int, persons: int) -> None:
        self.registers: RegisterFile
        self.registers, self._subjects = people(seed, persons, _DAY, _YEARS)
        self._random = Random(f"{seed}/letters")  # noqa: S311 - predictable is what is wanted
        self._bundles = self._all()
        self._group = 0

    def next(self) -> list[Letter] | None:
        """All about one person, oldest first, with some copies and faulty messages among them."""
        return next(self._bundles, None)

    def _all(self) -> Iterator[list[Letter]]:
        for subject in self._subjects:
            bundle = [letter for made in messages_of(subject) for letter in self._variants(subject, made)]
            if bundle:
                yield bundle

    def _variants(self, subject: Subject, made: GeneratedMessage) -> Iterator[Letter]:
        self._group += 1
        group, chance, whom = self._group, self._random.random(), subject.person.national_id
        yield Letter(made.body, "processed", group, made.report_number, whom)
        if chance < 0.10:  # the same content in other bytes: a copy
            yield Letter(made.body + b"\n<!-- copy -->\n", "processed", group, made.report_number, whom)
        elif chance < 0.14:
            cut = made.body[: len(made.body) // 2] + made.msg_id.encode()
            yield Letter(cut, "rejected", -group, None, whom)
        elif chance < 0.18:
            yield Letter(_impossible(subject, made), "needs-attention", -group, None, whom)


def _impossible(subject: Subject, made: GeneratedMessage) -> bytes:
    """A message of its own whose national number has a wrong check digit."""
    number = subject.person.national_id
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    body = made.body.replace(number.encode(), wrong.encode())
    body = body.replace(made.msg_id.encode(), str(uuid5(_SPACE, made.msg_id)).encode())
    return body.replace(made.report_number.encode(), f"{made.report_number}X".encode())
