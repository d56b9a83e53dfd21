"""A member's answer: one form, kept as a draft or sent, and changed until it closes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.clients.errors import ServiceProblem
from portal.panel.forms import Filled, button, buttons, form, hidden
from portal.panel.frame import Reader, joined, moment, notice, page, problem_page, told
from portal.panel.kept import confirmation, done, refusal
from portal.panel.questions import question_field, read_answers

_SAID_IN_THE_FORM = (
    "answer-missing",
    "answer-invalid",
    "answer-unknown",
    "national-number",
    "e-mail-address",
    "phone-number",
    "health-data-suspected",
    "version-conflict",
    "not-open",
    "text-too-long",
)
_NEED_MEMBERSHIP = ("not-a-member", "terms-changed")


async def show(who: Reader, request: Request) -> Response:
    """The form with what one answered before."""
    try:
        found = await who.client().consultation(request.path_params["id"])
        mine = await who.client().answer(request.path_params["id"])
    except ServiceProblem as problem:
        return not_for_you(who, problem, who.say("answer.title"))
    answers = mine["answers"] if mine else {}
    return _page(who, found["consultation"], answers, mine["version"] if mine else 0, told(who, request))


async def keep(who: Reader, request: Request, filled: Filled) -> Response:
    """Send or keep the form. A refused form comes back filled in."""
    identifier = request.path_params["id"]
    consultation = (await who.client().consultation(identifier))["consultation"]
    answers, send = read_answers(consultation["questions"], filled), filled.text("do") != "keep"
    body = {"answers": answers, "submit": send, "confirmed": filled.text("confirmed") == "yes"}
    try:
        await who.client().keep_answer(identifier, body, filled.version)
    except ServiceProblem as problem:
        if problem.code not in _SAID_IN_THE_FORM:
            raise
        said = notice(refusal(who, problem), "alert")
        asked_again = problem.code == "health-data-suspected"
        return _page(
            who, consultation, answers, filled.version, said, confirm=asked_again, status=HTTPStatus.CONFLICT
        )
    return done(f"/panel/consultations/{identifier}/answer", "answered" if send else "drafted")


def not_for_you(who: Reader, problem: ServiceProblem, title: str) -> Response:
    """Only members who accept the terms take part: the way to membership. Other problems as always."""
    if problem.code not in _NEED_MEMBERSHIP:
        return problem_page(who, problem)
    content = Markup('<p>{}</p><p><a class="panel-button" href="/panel/membership">{}</a></p>').format(
        refusal(who, problem), who.say("home.join")
    )
    return page(who, title, content, HTTPStatus.FORBIDDEN)


def _page(
    who: Reader,
    consultation: dict[str, Any],
    answers: dict[str, Any],
    version: int,
    said: Markup,
    *,
    confirm: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    content = Markup("{}<p>{}</p><p>{}</p>").format(
        said, who.say("home.closes", at=moment(who, consultation["closes_at"])), who.say("answer.how")
    ) + form(
        joined(question_field(who, question, answers) for question in consultation["questions"]),
        hidden(version=version),
        confirmation(who) if confirm else Markup(""),
        buttons(button(who.say("answer.send"), "send"), button(who.say("answer.keep"), "keep", second=True)),
    )
    return page(who, who.own(consultation["title"]), content, status)
