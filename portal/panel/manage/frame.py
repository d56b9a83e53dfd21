"""What the staff's pages share: which panel, which roles, and the ways between the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.clients.errors import Problem, ServiceProblem
from portal.panel.forms import Filled
from portal.panel.frame import Reader, joined, page, told
from portal.panel.kept import Endpoint, done, posted, shown

ROOT = "/panel/manage"
SECTIONS = {
    "moderation": ("leader", "moderator"),
    "feedback": ("leader", "moderator"),
    "consultations": ("leader", "moderator"),
    "topics": ("leader",),
    "meetings": ("leader",),
    "decisions": ("leader", "decision-maker"),
    "control-points": ("leader", "decision-maker"),
    "draws": ("leader",),
    "members": ("leader",),
    "settings": ("leader",),
}
"""Page → the roles that it is for. What each may do, the service decides."""

Desk = Callable[[Reader, Request, dict[str, Any]], Awaitable[Response]]
Deed = Callable[[Reader, Request, dict[str, Any], Filled], Awaitable[Response]]


async def panels_led(who: Reader) -> list[dict[str, Any]]:
    """The panels in which the reader has a role: place, roles, panel."""
    return [each for each in await who.client().memberships() if each["roles"]]


async def desk_of(who: Reader, request: Request) -> dict[str, Any]:
    """The panel of the address, with the reader's roles; raises `ServiceProblem` without any."""
    wanted = str(request.path_params["panel"])
    for each in await panels_led(who):
        if each["panel"]["id"] == wanted:
            return each
    raise ServiceProblem(Problem.REFUSED, "panel-role-missing")


def at_desk(show: Desk) -> Endpoint:
    """A page of one panel's staff."""

    async def work(who: Reader, request: Request) -> Response:
        return await show(who, request, await desk_of(who, request))

    return shown(work, login=True)


def sent_to_desk(deed: Deed) -> Endpoint:
    """A form of one panel's staff."""

    async def work(who: Reader, request: Request, filled: Filled) -> Response:
        return await deed(who, request, await desk_of(who, request), filled)

    return posted(work)


def path(desk: dict[str, Any], *parts: object) -> str:
    """An address below the panel's own."""
    return "/".join([ROOT, str(desk["panel"]["id"]), *map(str, parts)])


def back(desk: dict[str, Any], section: str, what: str, *parts: object) -> Response:
    """To a page of the panel, which says what was done."""
    return done(path(desk, section, *parts), what)


def desk_page(
    who: Reader,
    request: Request,
    desk: dict[str, Any],
    title: str,
    content: Markup,
    status: int = HTTPStatus.OK,
) -> Response:
    """A page with the ways to the others that the reader's roles are for."""
    links = joined(
        Markup('<li><a href="{}"{}>{}</a></li>').format(
            path(desk, section),
            Markup(' aria-current="page"') if f"/{section}" in request.url.path else "",
            who.work(f"section.{section}"),
        )
        for section, roles in SECTIONS.items()
        if set(roles) & set(desk["roles"])
    )
    nav = Markup(
        '<nav class="panel-desk" aria-label="{}"><p><strong>{}</strong></p><ul>{}</ul></nav>'
    ).format(who.work("nav"), who.own(desk["panel"]["name"]), links)
    return page(who, title, nav + told(who, request) + content, status)


def rows(
    who: Reader, items: list[tuple[str, str, str]], none: str, action: tuple[str, str] | None = None
) -> Markup:
    """A list of (address, name, what about it), or that there is none; `action` leads to a new one."""
    more = Markup("")
    if action:
        more = Markup('<p class="panel-actions"><a class="panel-button" href="{}">{}</a></p>').format(*action)
    if not items:
        return Markup("<p>{}</p>").format(who.work(none)) + more
    made = joined(
        Markup('<li><a href="{}">{}</a><span>{}</span></li>').format(href, name, about)
        for href, name, about in items
    )
    return Markup('<ul class="panel-rows">{}</ul>').format(made) + more


def missing(who: Reader, *texts: dict[str, str]) -> str:
    """Which translations are missing, in words; empty when none is."""
    there = [set(each) for each in texts if each]
    lacking = [lang for lang in ("nn", "en") if any(lang not in each for each in there)]
    return " · ".join(who.work(f"missing_{lang}") for lang in lacking)
