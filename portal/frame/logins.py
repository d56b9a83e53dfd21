"""Two plain pages beside Reflex: one's own logins, with a way to end them, and the choice of place of work.

`GET /auth/sessions`, `POST /auth/sessions/end`, `GET` and `POST /auth/helseid/place`. Each looks at the
session itself; a form is taken from our own page only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from portal.clients.errors import ServiceProblem
from portal.frame.shell import shell, stylesheet
from portal.session.cookies import SESSION_COOKIE
from portal.session.current import Current
from portal.session.models import Kind, OwnLogin
from portal.session.places import CHOOSE, Place, places_of
from portal.session.routes import from_our_page, home, signed_out, to_provider
from portal.session.wiring import wiring
from portal.ui.dates import moment_text
from portal.ui.texts import say

LOGINS = "/auth/sessions"
_END = "/auth/sessions/end"


def login_routes(static: Path) -> list[Route]:
    """The routes. `static` is the frontend's build, whose style sheet the pages share."""

    async def logins(request: Request) -> Response:
        now = await _now(request)
        if now is None:
            return signed_out("session-ended")
        found = await wiring().store.logins_of(now.sid, now.session)
        lang = now.session.lang
        content = logins_page(lang, found, home(now.session))
        return HTMLResponse(shell(lang, say(lang, "logins.title"), content, stylesheet(static)))

    async def place(request: Request) -> Response:
        now = await _now(request)
        if now is None:
            return signed_out("session-ended")
        if request.method == "POST":
            return await _chosen(request, now)
        return await _choices(now, static)

    return [
        Route(LOGINS, logins, methods=["GET"]),
        Route(_END, _end, methods=["POST"]),
        Route(CHOOSE, place, methods=["GET", "POST"]),
    ]


def logins_page(lang: str, found: list[OwnLogin], back: str) -> str:
    """The list: each login with where and when, one's own marked, the others with a button that ends it."""
    rows = "".join(_login(lang, login) for login in found)
    return (
        f'<h1>{_say(lang, "heading")}</h1><p class="front-lead">{_say(lang, "lead")}</p>'
        f'<form method="post" action="{_END}"><ul class="front-list">{rows}</ul>'
        f'<p><button class="front-button" name="all" value="1">{_say(lang, "end_all")}</button></p></form>'
        f'<p><a href="{escape(back)}">{_say(lang, "back")}</a></p>'
    )


def places_page(lang: str, places: list[Place], now_at: str | None, back: str | None) -> str:
    """A button for each place of work; the one of this login is marked."""
    rows = "".join(
        f'<li><button class="front-choice" name="place" value="{escape(place.number)}"'
        f"{' aria-current=true' if place.number == now_at else ''}><strong>{escape(place.name)}</strong>"
        f"<span>{escape(place.employer_name)}</span></button></li>"
        for place in places
    )
    onward = f'<p><a href="{escape(back)}">{_say(lang, "back")}</a></p>' if back else ""
    return (
        f'<h1>{_say(lang, "place.heading")}</h1><p class="front-lead">{_say(lang, "place.lead")}</p>'
        f'<form method="post" action="{CHOOSE}"><ul class="front-list">{rows}</ul></form>{onward}'
    )


async def _choices(now: Current, static: Path) -> Response:
    lang = now.session.lang
    try:
        places = await places_of(now)
    except ServiceProblem:
        return signed_out("unavailable")
    if len(places) < 2:
        return RedirectResponse(home(now.session), HTTPStatus.SEE_OTHER)
    waiting = now.session.choosing
    back = None if waiting else home(now.session)
    content = places_page(lang, places, None if waiting else now.session.place, back)
    return HTMLResponse(shell(lang, say(lang, "logins.place.title"), content, stylesheet(static)))


async def _chosen(request: Request, now: Current) -> Response:
    """To HelseID with the place chosen, which the registers must know; the answer is a new session."""
    if not from_our_page(request):
        return Response("This must come from our own page.", HTTPStatus.FORBIDDEN)
    number = str((await request.form()).get("place", ""))
    try:
        chosen = next((place for place in await places_of(now) if place.number == number), None)
    except ServiceProblem:
        return signed_out("unavailable")
    if chosen is None:
        return RedirectResponse(CHOOSE, HTTPStatus.SEE_OTHER)
    return await to_provider(request, Kind.CLINICIAN, (chosen.employer, chosen.number))


async def _end(request: Request) -> Response:
    """End one of one's own logins, or all of them, this one too."""
    if not from_our_page(request):
        return Response("This must come from our own page.", HTTPStatus.FORBIDDEN)
    now = await _now(request)
    if now is None:
        return signed_out("session-ended")
    form, store, login = await request.form(), wiring().store, now.session.login
    if "all" in form:
        await store.end_everywhere(login.issuer, login.subject, None)
        return signed_out("logged-out-everywhere")
    await store.end_login(now.session, str(form.get("login", "")))
    return RedirectResponse(LOGINS, HTTPStatus.SEE_OTHER)


async def _now(request: Request) -> Current | None:
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    return Current(sid, "", session) if session else None


def _login(lang: str, login: OwnLogin) -> str:
    where = " · ".join(
        escape(part) for part in (login.device or say(lang, "logins.unknown"), login.place) if part
    )
    times = say(lang, "logins.times", began=_moment(login.started_at), used=_moment(login.used_at))
    end = (
        f"<strong>{_say(lang, 'this')}</strong>"
        if login.is_this
        else f'<button class="front-button" name="login" value="{login.handle}">{_say(lang, "end")}</button>'
    )
    return f"<li><div><strong>{where}</strong><span>{escape(times)}</span></div>{end}</li>"


def _moment(seconds: float) -> str:
    return moment_text(datetime.fromtimestamp(seconds, UTC))


def _say(lang: str, key: str) -> str:
    return escape(say(lang, f"logins.{key}"))
