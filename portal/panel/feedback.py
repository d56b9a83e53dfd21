"""Feedback about a page: sent without a name, followed by a code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kit.ids import new_id
from portal.clients.errors import Problem, ServiceProblem
from portal.panel.forms import Filled, area, button, buttons, form, hidden, line
from portal.panel.frame import Reader, moment, notice, page
from portal.panel.kept import confirmation, refusal

_SAID_IN_THE_FORM = (
    "national-number",
    "e-mail-address",
    "phone-number",
    "health-data-suspected",
    "feedback-empty",
    "text-too-long",
)


async def show(who: Reader, request: Request) -> Response:
    """The form, about the page one came from, and the field for a code."""
    return _page(who, request.query_params.get("page", "other"), "", str(new_id()), Markup(""))


async def send(who: Reader, _request: Request, filled: Filled) -> Response:
    """Send; a refused text comes back in the form."""
    about, text, key = filled.text("page"), filled.text("body"), filled.key
    body: dict[str, Any] = {"page": about, "body": text, "lang": who.lang}
    body |= {"confirmed": filled.text("confirmed") == "yes"}
    try:
        code = await who.anyone().send_feedback(body, key)
    except ServiceProblem as problem:
        if problem.code not in _SAID_IN_THE_FORM:
            raise
        said = notice(refusal(who, problem), "alert")
        again = problem.code == "health-data-suspected"
        return _page(who, about, text, key, said, confirm=again, status=HTTPStatus.CONFLICT)
    content = notice(who.say("feedback.sent")) + Markup('<p>{}</p><p class="panel-code">{}</p>').format(
        who.say("feedback.code_how"), code
    )
    return page(who, who.say("feedback.title"), content)


async def follow(who: Reader, _request: Request, filled: Filled) -> Response:
    """What became of it."""
    try:
        found = await who.anyone().follow_feedback(filled.text("code")[:40])
    except ServiceProblem as problem:
        if problem.problem is not Problem.NOT_FOUND:
            raise
        content = notice(who.say("feedback.code_unknown"), "alert") + _follow_form(who)
        return page(who, who.say("feedback.follow"), content, HTTPStatus.UNPROCESSABLE_ENTITY)
    return page(who, who.say("feedback.follow"), _followed(who, found))


def _followed(who: Reader, found: dict[str, Any]) -> Markup:
    reply = who.own(found["reply"]) if found.get("reply") else ""
    content = Markup("<p>{}</p><p><strong>{}</strong></p><p>{}</p>").format(
        who.say("feedback.received", at=moment(who, found["received_at"])),
        who.say(f"feedback.state_{found['state']}"),
        reply,
    )
    for tie, place in (("topic_id", "topics"), ("decision_id", "decisions")):
        if found.get(tie):
            content += Markup('<p><a href="/panel/{}/{}">{}</a></p>').format(
                place, found[tie], who.say(f"feedback.see_{place}")
            )
    return content


def _page(
    who: Reader,
    about: str,
    text: str,
    key: str,
    said: Markup,
    *,
    confirm: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    content = (
        said
        + Markup('<p class="front-lead">{}</p>').format(who.say("feedback.lead"))
        + form(
            hidden(page=about, key=key),
            area(
                who,
                "body",
                text,
                rows=6,
                label=who.say("feedback.body"),
                hint=who.say("answer.no_health"),
                required=True,
            ),
            confirmation(who) if confirm else Markup(""),
            buttons(button(who.say("feedback.send"))),
            action="/panel/feedback",
        )
        + _follow_form(who)
    )
    return page(who, who.say("feedback.title"), content, status)


def _follow_form(who: Reader) -> Markup:
    return Markup("<h2>{}</h2>").format(who.say("feedback.follow")) + form(
        line(who, "code", label=who.say("feedback.code"), required=True),
        buttons(button(who.say("feedback.look"), second=True)),
        action="/panel/feedback/follow",
    )
