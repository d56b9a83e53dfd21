"""Counting answers: members' answers in, cells out. What may be shown of them, `anonymity` decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from citizen_panel.consultations.anonymity import SMALLEST, shown_groups
from citizen_panel.consultations.questions import PREFERRED, Answer, Answers, Question, QuestionKind


class Cells(Struct, frozen=True, omit_defaults=True):
    """The numbers of one question, for everybody or for one group.

    `answered` is how many answered it; `counts` how many chose each option or step (for a ranking: put it
    first; of points: all it was given; of pairs: how often it was preferred); `mean` the mean of a scale, or
    each option's mean place in a ranking (1 is first; options left out share the places that remain);
    `shares` what part of the points, or of its pairs, an option got.
    """

    answered: int
    counts: dict[str, int] = {}
    mean: float | None = None
    places: dict[str, float] = {}
    shares: dict[str, float] = {}


class Breakdown(Struct, frozen=True):
    """One question by one dimension: shown group → its cells."""

    dimension: str
    groups: dict[str, Cells]


class QuestionResult(Struct, frozen=True, omit_defaults=True):
    """One question: `cells` is None when fewer than five answered it."""

    id: str
    cells: Cells | None = None
    breakdowns: list[Breakdown] = []


def tally(questions: Sequence[Question], answers: Mapping[str, Answers]) -> list[QuestionResult]:
    """Everybody's numbers. `answers`: member → answers. Free text is counted, never listed."""
    return [
        QuestionResult(
            question.id, _shown(question, [a[question.id] for a in answers.values() if question.id in a])
        )
        for question in questions
    ]


def tally_by_group(
    questions: Sequence[Question],
    answers: Mapping[str, Answers],
    traits: Mapping[str, Mapping[str, str]],
    dimensions: Sequence[str],
) -> list[QuestionResult]:
    """Everybody's numbers, and those of each group, one dimension at a time and never two crossed.

    `traits`: member → dimension → value; a member who did not tell is in the group "".
    """
    results = []
    for whole in tally(questions, answers):
        question = next(q for q in questions if q.id == whole.id)
        given = {member: a[question.id] for member, a in answers.items() if question.id in a}
        shown = [
            found
            for dimension in dimensions
            if whole.cells is not None
            and (found := _breakdown(question, given, traits, dimension)) is not None
        ]
        results.append(QuestionResult(whole.id, whole.cells, shown))
    return results


def _breakdown(
    question: Question,
    given: Mapping[str, Answer],
    traits: Mapping[str, Mapping[str, str]],
    dimension: str,
) -> Breakdown | None:
    group_of = {member: traits.get(member, {}).get(dimension, "") for member in given}
    shown = shown_groups(Counter(group_of.values()))
    if shown is None:
        return None
    cells = {
        name: count(question, [given[m] for m in given if group_of[m] in behind])
        for name, behind in shown.items()
    }
    return Breakdown(dimension, cells)


def _shown(question: Question, given: Sequence[Answer]) -> Cells | None:
    return count(question, given) if len(given) >= SMALLEST else None


def count(question: Question, given: Sequence[Answer]) -> Cells:
    """The cells of one question over the answers given to it."""
    if question.kind is QuestionKind.TEXT:
        return Cells(len(given))
    if question.kind is QuestionKind.SCALE:
        numbers = [int(str(answer)) for answer in given]
        steps = range(question.lowest, question.highest + 1)
        return Cells(
            len(given), {str(n): numbers.count(n) for n in steps}, round(sum(numbers) / len(numbers), 2)
        )
    if question.kind is QuestionKind.RANKING:
        ranked = [answer for answer in given if isinstance(answer, list)]
        first = Counter(answer[0] for answer in ranked)
        places = {code: round(_mean_place(code, ranked, len(question.codes)), 2) for code in question.codes}
        return Cells(len(given), {code: first[code] for code in question.codes}, places=places)
    if question.kind in (QuestionKind.POINTS, QuestionKind.PAIRS):
        return _priorities(question, given)
    chosen = Counter(
        code for answer in given for code in (answer if isinstance(answer, list) else [str(answer)])
    )
    return Cells(len(given), {code: chosen[code] for code in question.codes})


def _priorities(question: Question, given: Sequence[Answer]) -> Cells:
    got: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for answer in given:
        if isinstance(answer, dict):
            got.update(answer)
            met.update(dict.fromkeys(question.codes, sum(answer.values())))
        for pair in answer if isinstance(answer, list) else []:
            better, other = pair.split(PREFERRED)
            got[better] += 1
            met.update((better, other))
    shares = {code: round(got[code] / met[code], 3) for code in question.codes if met[code]}
    return Cells(len(given), {code: got[code] for code in question.codes}, shares=shares)


def _mean_place(code: str, ranked: Sequence[list[str]], options: int) -> float:
    """Options left out of a ranking share the places after the ranked ones."""
    places = [
        answer.index(code) + 1 if code in answer else (len(answer) + 1 + options) / 2 for answer in ranked
    ]
    return sum(places) / len(places)
