"""Feedback about a page: sent without a name, followed by a code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kit.ids import new_id
from portal.clients.errors import Problem, ServiceProblem
from portal.panel.answering import confirmation
from portal.panel.frame import Reader, moment, notice, page, problem_page, reader
from portal.session.routes import from_our_page

_REFUSED = (
    "national-number",
    "e-mail-address",
    "phone-number",
    "health-data-suspected",
    "feedback-empty",
    "text-too-long",
)


async def show(request: Request) -> Response:
    """The form, about the page one came from, and the field for a code."""
    who = await reader(request)
    about = request.query_params.get("page", "other")
    return _page(who, about, "", str(new_id()), Markup(""))


async def send(request: Request) -> Response:
    """Send; a refused text comes back in the form, and is kept nowhere else."""
    if not from_our_page(request):
        return PlainTextResponse("This must come from our own page.", HTTPStatus.FORBIDDEN)
    who = await reader(request)
    async with request.form(max_fields=10, max_part_size=20_000) as form:
        told = {name: str(form.get(name) or "") for name in ("page", "body", "key", "confirmed")}
    body: dict[str, Any] = {"page": told["page"], "body": told["body"], "lang": who.lang}
    body |= {"confirmed": told["confirmed"] == "yes"}
    try:
        code = await who.anyone().send_feedback(body, told["key"] or str(new_id()))
    except ServiceProblem as problem:
        if problem.code not in _REFUSED:
            return problem_page(who, problem)
        said = notice(who.say(f"refused.{problem.code.replace('-', '_')}"), "alert")
        again = problem.code == "health-data-suspected"
        return _page(
            who, told["page"], told["body"], told["key"], said, confirm=again, status=HTTPStatus.CONFLICT
        )
    content = notice(who.say("feedback.sent")) + Markup('<p>{}</p><p class="panel-code">{}</p>').format(
        who.say("feedback.code_how"), code
    )
    return page(who, who.say("feedback.title"), content)


async def follow(request: Request) -> Response:
    """What became of it."""
    if not from_our_page(request):
        return PlainTextResponse("This must come from our own page.", HTTPStatus.FORBIDDEN)
    who = await reader(request)
    async with request.form(max_fields=5, max_part_size=200) as form:
        code = str(form.get("code") or "")
    try:
        found = await who.anyone().follow_feedback(code)
    except ServiceProblem as problem:
        if problem.problem is not Problem.NOT_FOUND:
            return problem_page(who, problem)
        content = notice(who.say("feedback.code_unknown"), "alert") + _follow_form(who)
        return page(who, who.say("feedback.follow"), content, HTTPStatus.UNPROCESSABLE_ENTITY)
    return page(who, who.say("feedback.follow"), _followed(who, found))


def _followed(who: Reader, found: dict[str, Any]) -> Markup:
    reply = who.own(found["reply"]) if found.get("reply") else ""
    return Markup("<p>{}</p><p><strong>{}</strong></p><p>{}</p>").format(
        who.say("feedback.received", at=moment(who, found["received_at"])),
        who.say(f"feedback.state_{found['state']}"),
        reply,
    )


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
    again = confirmation(who) if confirm else Markup("")
    form = Markup(
        '{}<p class="front-lead">{}</p><form method="post" action="/panel/feedback" class="panel-form">'
        '<input type="hidden" name="page" value="{}"><input type="hidden" name="key" value="{}">'
        '<p><label for="body">{}</label><span class="panel-hint" id="hint">{}</span>'
        '<textarea id="body" name="body" rows="6" maxlength="4000" required aria-describedby="hint">{}'
        '</textarea></p>{}<p class="panel-actions"><button class="panel-button">{}</button></p></form>'
    ).format(
        said,
        who.say("feedback.lead"),
        about,
        key,
        who.say("feedback.body"),
        who.say("answer.no_health"),
        text,
        again,
        who.say("feedback.send"),
    )
    return page(who, who.say("feedback.title"), form + _follow_form(who), status)


def _follow_form(who: Reader) -> Markup:
    return Markup(
        '<h2>{}</h2><form method="post" action="/panel/feedback/follow" class="panel-form"><p>'
        '<label for="code">{}</label>'
        '<input id="code" name="code" autocomplete="off" maxlength="20" required></p>'
        '<p class="panel-actions"><button class="panel-button panel-second">{}</button></p></form>'
    ).format(who.say("feedback.follow"), who.say("feedback.code"), who.say("feedback.look"))
