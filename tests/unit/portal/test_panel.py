"""The panel's pages without their service: who is told what, and what goes along with a request."""

from __future__ import annotations

import httpx
import pytest

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.panel import PanelClient
from portal.panel import frame
from portal.panel.forms import Filled
from portal.panel.frame import Reader, problem_page
from portal.panel.manage.consultations import _preview
from portal.panel.manage.survey import KINDS, read_questions, reshaped, survey_fields
from portal.panel.public import _rows
from portal.ui.texts import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Problem.REFUSED, 403),
        (Problem.NOT_FOUND, 404),
        (Problem.SIGNED_OUT, 401),
        (Problem.BUSY, 429),
        (Problem.DOWN, 503),
        (Problem.WRONG, 502),
    ],
)
def test_every_problem_has_words_and_a_status(
    monkeypatch: pytest.MonkeyPatch, lang: str, problem: Problem, status: int
) -> None:
    monkeypatch.setattr(frame, "stylesheet", lambda _: "")
    answer = problem_page(Reader(lang, None), ServiceProblem(problem, "code"))
    assert answer.status_code == status
    assert "<h1>" in bytes(answer.body).decode()


async def test_given_feedback_then_nothing_of_a_login_goes_along() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"code": "AAAA-BBBB-CCCC"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        code = await PanelClient(http, "http://panel").send_feedback({"page": "other", "body": "x"}, "k")
    assert code == "AAAA-BBBB-CCCC"
    assert not {"authorization", "dpop", "cookie"} & set(seen[0].headers)


def test_a_downloaded_result_names_groups_in_words_and_tells_the_untold_from_the_total() -> None:
    texts = {"nb": "Spørsmål"}
    question = {"id": "q", "kind": "single", "text": texts, "options": [{"code": "a", "text": {"nb": "Ja"}}]}
    cells = {"answered": 5, "counts": {"a": 5}}
    result = {"cells": cells, "breakdowns": [{"dimension": "age", "groups": {"67+": cells, "": cells}}]}
    rows = _rows(Reader("nb", None), question, result)
    assert [row[1:3] for row in rows[::2]] == [
        ["", ""],
        ["Alder", "67 år og over"],
        ["Alder", "Ikke oppgitt"],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_just_added_is_shown_with_its_preview_and_reads_back(kind: str) -> None:
    who = Reader("nb", None)
    (added,) = reshaped([], f"add:{kind}", {})
    assert 'name="0.text.nb"' in survey_fields(who, [added])
    assert "Slik ser medlemmene det" in _preview(who, {"questions": [added]})
    fields = {"questions": "1", "0.id": "q1", "0.kind": kind, "0.text.nb": "Hva?", "0.options.nb": "Ja\nNei"}
    (read,) = read_questions(Filled([*fields.items()]), {"Ja": "topic"})
    assert (read["id"], read["kind"], read["text"]) == ("q1", kind, {"nb": "Hva?"})
    if "options" in read:
        assert [o["code"] for o in read["options"]] == ["a1", "a2"]
        assert read["options"][0]["topic"] == "topic"


def test_lines_keep_their_codes_when_they_are_moved() -> None:
    known = '{"Ja": "a1", "Nei": "a2"}'
    fields = {
        "questions": "1",
        "0.id": "q1",
        "0.kind": "single",
        "0.options.nb": "Nei\nKanskje\nJa",
        "0.known": known,
    }
    (read,) = read_questions(Filled([*fields.items()]), {})
    assert [o["code"] for o in read["options"]] == ["a2", "a3", "a1"]
