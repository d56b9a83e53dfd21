"""The panel's pages without their service: who is told what, and what goes along with a request."""

from __future__ import annotations

import httpx
import pytest

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.panel import PanelClient
from portal.panel import frame
from portal.panel.frame import Reader, problem_page
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
