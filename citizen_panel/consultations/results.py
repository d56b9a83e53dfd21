"""From answers to what is shown: live numbers a step behind, final numbers with breakdowns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from citizen_panel.consultations import repository
from citizen_panel.consultations.anonymity import concluded, digest, stepped
from citizen_panel.consultations.models import Consultation
from citizen_panel.consultations.questions import Answers
from citizen_panel.consultations.tally import QuestionResult, tally, tally_by_group
from kit.keys import KeyRing


async def count_live(conn: repository.Connection, keys: KeyRing, consultation: Consultation) -> None:
    """Let live numbers take the step they may take.

    Live are the questions that everybody answers: of the others, fewer than five may move in a step of five
    answers. They come with the final numbers.
    """
    row = await repository.result(conn, consultation.id, lock=True)
    if row["final"]:
        return
    now, _ = await _answers(conn, consultation)
    live = [question for question in consultation.questions if question.required and not question.when]

    def step() -> dict[str, Any]:
        digests = _digests(keys, consultation.id, now)
        return stepped(row, digests, lambda: _numbers(consultation, tally(live, now), len(now)))

    after = await asyncio.to_thread(step)  # ten thousand answers take a while, and others wait to answer
    if after != row:
        await repository.keep_result(conn, consultation.id, after)


async def conclude(conn: repository.Connection, keys: KeyRing, consultation: Consultation) -> None:
    """The final numbers, unless too few members moved since the last step: then that step stays."""
    row = await repository.result(conn, consultation.id, lock=True)
    now, traits = await _answers(conn, consultation)

    def count() -> dict[str, Any]:
        found = tally_by_group(consultation.questions, now, traits, consultation.dimensions)
        return _numbers(consultation, found, len(now))

    after = concluded(row, _digests(keys, consultation.id, now), count)
    await repository.keep_result(conn, consultation.id, after)


async def _answers(
    conn: repository.Connection, consultation: Consultation
) -> tuple[dict[str, Answers], dict[str, dict[str, str]]]:
    rows = await repository.submitted(conn, consultation.id)
    return {str(m): a for m, a, _ in rows}, {str(m): t for m, _, t in rows}


def _digests(keys: KeyRing, consultation: UUID, answers: Mapping[str, Answers]) -> dict[str, str]:
    return {member: digest(keys, consultation, member, _text(answer)) for member, answer in answers.items()}


def _text(answers: Answers) -> str:
    return msgspec.json.encode(sorted(answers.items())).decode()


def _numbers(consultation: Consultation, found: list[QuestionResult], answered: int) -> dict[str, Any]:
    rate = round(answered / consultation.invited, 3) if consultation.invited else None
    return {"answered": answered, "rate": rate, "questions": msgspec.to_builtins(found)}


def as_rows(consultation: Consultation, result: Mapping[str, Any]) -> list[list[str]]:
    """The numbers as a table: question, dimension, group, option, number, mean. The first row names them."""
    kinds = {question.id: question.kind.value for question in consultation.questions}
    rows = [["question", "kind", "dimension", "group", "option", "number", "mean"]]
    for question in result["questions"]:
        groups: list[tuple[str, str, dict[str, Any]]] = []
        if question.get("cells"):
            groups.append(("", "", question["cells"]))
        for breakdown in question.get("breakdowns", []):
            groups += [(breakdown["dimension"], name, cells) for name, cells in breakdown["groups"].items()]
        for dimension, group, cells in groups:
            start = [question["id"], kinds[question["id"]], dimension, group]
            mean = "" if cells.get("mean") is None else str(cells["mean"])
            rows.append([*start, "", str(cells["answered"]), mean])
            for option, number in cells.get("counts", {}).items():
                place = cells.get("places", cells.get("shares", {})).get(option, "")
                rows.append([*start, option, str(number), str(place)])
    return rows
