"""What is wrong with a survey or an answer; never what was answered."""

from __future__ import annotations

from kit.errors import Unprocessable


def wrong_question(kind: str, question: str, detail: str) -> Unprocessable:
    """`question-<kind>`: the survey cannot be asked so."""
    return Unprocessable(f"question-{kind}", f"Question {question[:40]}: {detail}")


def wrong_answer(kind: str, question: str, detail: str) -> Unprocessable:
    """`answer-<kind>`: this is no answer to that question."""
    return Unprocessable(f"answer-{kind}", f"Question {question[:40]}: {detail}")
