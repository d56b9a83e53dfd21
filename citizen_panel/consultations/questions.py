"""What a survey asks, and whether an answer is one: single, multiple, scale, ranking, free text, points,
pairs, a trial of a prototype; each also conditional.

Stored and sent as JSON of these structs; `fhir.py` gives the questions as FHIR R4 Questionnaire.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from msgspec import Struct

from citizen_panel.consultations.errors import wrong_answer, wrong_question
from citizen_panel.speech.screening import MOST_CHARACTERS
from citizen_panel.texts import Texts

LANGUAGES = ("nb", "nn", "en")
Answer = str | int | list[str] | dict[str, int]
Answers = dict[str, Answer]
"""Question id → option, options (in order for a ranking), number on the scale, text, points by option, or
pairs as `preferred>other`."""
TRIED = ("done", "trouble", "stopped")
"""How a trial went: without help, with trouble, not to the end."""
PREFERRED = ">"


class QuestionKind(StrEnum):
    """The kinds of questions."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    RANKING = "ranking"
    TEXT = "text"
    POINTS = "points"
    PAIRS = "pairs"
    TRIAL = "trial"


_WITH_OPTIONS = (
    QuestionKind.SINGLE,
    QuestionKind.MULTIPLE,
    QuestionKind.RANKING,
    QuestionKind.POINTS,
    QuestionKind.PAIRS,
)


class Option(Struct, frozen=True, omit_defaults=True):
    """A possible answer; `topic`: the proposal that it stands for, where it does."""

    code: str
    text: Texts
    topic: UUID | None = None


class Condition(Struct, frozen=True):
    """Asked only when `question` (an earlier one) was answered with `option`."""

    question: str
    option: str


class Question(Struct, frozen=True, omit_defaults=True):
    """One question. `lowest` and `highest` are the ends of a scale; `ends` their names.

    `points` is how many there are to give; `link` the page to try, a path of the portal or an https address.
    """

    id: str
    kind: QuestionKind
    text: Texts
    required: bool = False
    options: list[Option] = []
    lowest: int = 1
    highest: int = 5
    ends: list[Texts] = []
    when: Condition | None = None
    points: int = 10
    link: str = ""

    @property
    def codes(self) -> list[str]:
        """The codes of its options, in their order; of a trial, how it can go."""
        if self.kind is QuestionKind.TRIAL:
            return list(TRIED)
        return [option.code for option in self.options]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every two options, each pair once."""
        return list(combinations(self.codes, 2))


def check_questions(questions: Sequence[Question]) -> None:
    """Whether a survey can be asked; raises `Unprocessable` (`question-…`) naming the question."""
    if not questions:
        raise wrong_question("none", "-", "A survey needs at least one question.")
    earlier: dict[str, Question] = {}
    for question in questions:
        _check_question(question, earlier)
        earlier[question.id] = question


def _check_question(question: Question, earlier: Mapping[str, Question]) -> None:
    if not question.id or question.id in earlier:
        raise wrong_question("id", question.id, "Every question has an id of its own.")
    if not all(_is_said(t) for t in (question.text, *(o.text for o in question.options), *question.ends)):
        raise wrong_question("text", question.id, f"Texts are in {', '.join(LANGUAGES)}; nb is needed.")
    _check_options(question)
    if question.when is not None:
        asked = earlier.get(question.when.question)
        if asked is None or question.when.option not in asked.codes:
            raise wrong_question("condition", question.id, "It depends on an option of an earlier question.")


def _is_said(texts: Texts) -> bool:
    return bool(texts.get("nb", "").strip()) and not texts.keys() - set(LANGUAGES)


def _check_options(question: Question) -> None:
    if question.kind in _WITH_OPTIONS and len(set(question.codes)) < 2:
        raise wrong_question("options", question.id, "It needs at least two options.")
    if len(set(question.codes)) != len(question.codes):
        raise wrong_question("options", question.id, "Every option has a code of its own.")
    if question.kind is QuestionKind.SCALE and not 1 <= question.highest - question.lowest <= 10:
        raise wrong_question("scale", question.id, "A scale has between two and eleven steps.")
    if question.kind is QuestionKind.POINTS and not 1 <= question.points <= 100:
        raise wrong_question("points", question.id, "There are between 1 and 100 points to give.")
    if question.kind is QuestionKind.PAIRS and (
        len(question.codes) > 6 or PREFERRED in "".join(question.codes)
    ):
        raise wrong_question("pairs", question.id, "Pairs are of at most six options, whose codes have no >.")
    if question.kind is QuestionKind.TRIAL and not is_link(question.link):
        raise wrong_question("link", question.id, "The page to try is a path of the portal, or https.")


def is_link(text: str) -> bool:
    """Whether a text is a path of the portal or an https address."""
    return text.startswith("https://") or (text.startswith("/") and not text.startswith("//"))


def asked(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that these answers lead to."""
    reached: list[Question] = []
    given: dict[str, Answer] = {}
    for question in questions:
        when = question.when
        if when is not None and not _chose(given.get(when.question), when.option):
            continue
        reached.append(question)
        if question.id in answers:
            given[question.id] = answers[question.id]
    return reached


def _chose(answer: Answer | None, option: str) -> bool:
    return option in answer if isinstance(answer, list) else answer == option


def check_answers(questions: Sequence[Question], answers: Mapping[str, Answer], *, complete: bool) -> Answers:
    """The answers as they are kept: those asked, in the survey's order, empty ones left out.

    `complete` demands every required question (a draft does not). Raises `Unprocessable` (`answer-…`).
    """
    unknown = answers.keys() - {question.id for question in questions}
    if unknown:
        raise wrong_answer("unknown", sorted(unknown)[0], "The survey has no such question.")
    kept: Answers = {}
    for question in asked(questions, answers):
        answer = _checked(question, answers.get(question.id))
        if answer is not None:
            kept[question.id] = answer
        elif question.required and complete:
            raise wrong_answer("missing", question.id, "This question must be answered.")
    if complete and not kept:
        raise wrong_answer("missing", questions[0].id, "Answer at least one question.")
    return kept


def _checked(question: Question, answer: Answer | None) -> Answer | None:
    """The answer, or None when it is empty; raises `Unprocessable` when it is none to this question."""
    if answer is None or answer in ("", [], {}):
        return None
    fits = _FITS[question.kind]
    if not fits(question, answer):
        raise wrong_answer("invalid", question.id, "This is no answer to the question.")
    if question.kind is QuestionKind.MULTIPLE and isinstance(answer, list):
        return [code for code in question.codes if code in answer]
    if question.kind is QuestionKind.POINTS and isinstance(answer, dict):
        return {code: answer[code] for code in question.codes if answer.get(code)} or None
    return answer


def _is_single(question: Question, answer: Answer) -> bool:
    return isinstance(answer, str) and answer in question.codes


def _is_choice(question: Question, answer: Answer) -> bool:
    return isinstance(answer, list) and len(set(answer)) == len(answer) and set(answer) <= set(question.codes)


def _is_on_scale(question: Question, answer: Answer) -> bool:
    is_number = isinstance(answer, int) and not isinstance(answer, bool)
    return is_number and question.lowest <= int(str(answer)) <= question.highest


def _is_text(_: Question, answer: Answer) -> bool:
    return isinstance(answer, str) and len(answer) <= MOST_CHARACTERS


def _is_shared_out(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, dict) or answer.keys() - set(question.codes):
        return False
    return min(answer.values()) >= 0 and sum(answer.values()) <= question.points


def _is_compared(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, list):
        return False
    known = {frozenset(pair) for pair in question.pairs}
    given = [frozenset(each.split(PREFERRED)) for each in answer]
    return len(set(given)) == len(given) and set(given) <= known


_FITS = {
    QuestionKind.SINGLE: _is_single,
    QuestionKind.MULTIPLE: _is_choice,
    QuestionKind.RANKING: _is_choice,
    QuestionKind.SCALE: _is_on_scale,
    QuestionKind.TEXT: _is_text,
    QuestionKind.POINTS: _is_shared_out,
    QuestionKind.PAIRS: _is_compared,
    QuestionKind.TRIAL: _is_single,
}
