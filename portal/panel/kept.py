"""Around every page and form of the panel: who reads, what went wrong in words, and nothing written is lost.

A form that the service refuses, that meets a service that is down or a login that has ended comes back as a
page that holds everything written, says what to do, and sends it again to the same address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from portal.clients.errors import Problem, ServiceProblem
from portal.panel.forms import NAMES, Filled, area, button, buttons, check, form, hidden
from portal.panel.frame import Reader, joined, log_in_page, notice, page, problem_page, reader, status_of
from portal.session.routes import from_our_page
from portal.ui.texts import say

Show = Callable[[Reader, Request], Awaitable[Response]]
Work = Callable[[Reader, Request, Filled], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
MOST_FIELDS, MOST_BYTES = 600, 400_000
_LONG = 40


def shown(show: Show, *, login: bool = False) -> Endpoint:
    """A page; with `login` only for those who have logged in."""

    async def endpoint(request: Request) -> Response:
        who = await reader(request)
        if login and who.now is None:
            return log_in_page(who, who.say("title"))
        try:
            return await show(who, request)
        except ServiceProblem as problem:
            return problem_page(who, problem)

    return endpoint


def posted(work: Work, *, login: bool = True) -> Endpoint:
    """A form that was sent: from our own page alone, and never lost."""

    async def endpoint(request: Request) -> Response:
        if not from_our_page(request):
            return PlainTextResponse("This must come from our own page.", HTTPStatus.FORBIDDEN)
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            return PlainTextResponse("The form is too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        who = await reader(request)
        async with request.form(max_fields=MOST_FIELDS, max_part_size=20_000) as data:
            filled = Filled([(name, value) for name, value in data.multi_items() if isinstance(value, str)])
        if login and who.now is None:
            return kept(who, request, filled, ServiceProblem(Problem.SIGNED_OUT, "session-ended"))
        try:
            return await work(who, request, filled)
        except ServiceProblem as problem:
            return kept(who, request, filled, problem)

    return endpoint


def done(path: str, what: str) -> Response:
    """To the page that shows what was done."""
    return RedirectResponse(f"{path}?done={what}", HTTPStatus.SEE_OTHER)


def kept(who: Reader, request: Request, filled: Filled, problem: ServiceProblem) -> Response:
    """What was written, why it was not taken, and a way to send it again."""
    fields = joined(_field(who, name, value) for name, value in filled.pairs if name != "confirmed")
    again = confirmation(who) if problem.code == "health-data-suspected" else Markup("")
    content = (
        notice(refusal(who, problem), "alert")
        + _way_in(who, problem)
        + Markup('<p class="front-lead">{}</p>').format(who.say("kept.lead"))
        + form(fields, again, buttons(button(who.say("kept.again"))), action=request.url.path)
    )
    return page(
        who,
        who.say("kept.title"),
        content,
        HTTPStatus.CONFLICT if _by_content(problem) else status_of(problem),
    )


def refusal(who: Reader, problem: ServiceProblem) -> str:
    """Why a form was not taken, and what to do."""
    key = f"refused.{problem.code.replace('-', '_')}"
    if who.has(key):
        return who.say(key)
    if problem.problem is Problem.SIGNED_OUT:
        return who.say("kept.signed_out")
    if _by_content(problem):
        return who.say("refused.other", code=problem.code)
    return who.say(f"problem.{problem.problem}")


def _by_content(problem: ServiceProblem) -> bool:
    """Whether the service answered and would not have it, and not that something is broken."""
    return problem.problem is Problem.WRONG and not problem.code.isdigit() and problem.code != "internal"


def confirmation(who: Reader) -> Markup:
    """The box by which a writer stands by words of health."""
    return check("confirmed", "yes", who.say("answer.confirm"))


def _way_in(who: Reader, problem: ServiceProblem) -> Markup:
    """Logging in beside, in another window: this one keeps what was written."""
    if problem.problem is not Problem.SIGNED_OUT:
        return Markup("")
    links = joined(
        Markup(
            '<a class="panel-button panel-second" target="_blank" rel="noopener" href="/auth/{}/login">{}</a>'
        ).format(provider, say(who.lang, f"front.{kind}.action"))
        for provider, kind in (("idporten", "citizen"), ("helseid", "clinician"))
    )
    return Markup('<p class="panel-actions">{}</p>').format(links)


def _field(who: Reader, name: str, value: str) -> Markup:
    """Words can be read and changed; marks, choices and keys go along unseen."""
    base, _, lang = name.partition(".")
    key = "q" if base == "q" else base
    if not who.has(f"field.{key}") or not (" " in value or len(value) > _LONG):
        return hidden(**{name: value})
    label = who.say(f"field.{key}")
    if lang in NAMES:
        label = f"{label} – {NAMES[lang]}"
    return area(who, name, value, label=label, prefix="kept.")
