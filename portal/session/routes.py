"""Logging in and out: plain routes beside Reflex, since the cookie must be httpOnly and the redirects real.

`GET /auth/{helseid,idporten}/login` (`?fresh=1`: prove anew who it is) · `GET …/callback` ·
`POST …/backchannel-logout` · `POST /auth/logout` · `GET /auth/ended` · `GET /auth/alive`.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kit.errors import AksonError
from kit.identity.claims import ORG_CHILD, ORG_PARENT
from kit.identity.client import OidcClient
from kit.identity.tokens import PendingLogin
from kit.limits import login_bucket, take
from kit.log import get_logger
from portal.session.administrator import with_administrator
from portal.session.backchannel import logged_out
from portal.session.cookies import (
    LANGUAGE_COOKIE,
    LOGIN_COOKIE,
    SESSION_COOKIE,
    clear,
    set_login,
    set_notice,
    set_session,
)
from portal.session.current import Current
from portal.session.device import device
from portal.session.entry import new_session
from portal.session.logoutpage import LOGOUT_CSP, logout_page
from portal.session.models import Kind, Session
from portal.session.operator import with_operator
from portal.session.places import CHOOSE, settle
from portal.session.store import LOGIN_SECONDS, handle_of
from portal.session.wiring import wiring
from portal.ui.texts import DEFAULT_LANGUAGE, LANGUAGES

FRONT = "/"
HOME = {
    Kind.CLINICIAN: "/clinician/patients",
    Kind.CITIZEN: "/citizen/results",
    Kind.OPERATOR: "/operations/messages",
    Kind.ADMINISTRATOR: "/administration/personnel",
}
_KINDS = {"helseid": Kind.CLINICIAN, "idporten": Kind.CITIZEN}
_CLEAR_STORAGE = {"Clear-Site-Data": '"storage"'}  # drops the tab's Reflex token: a new login is a new state


async def log_in(request: Request) -> Response:
    """Send the browser to the provider, with the request pushed beforehand (PAR) and PKCE."""
    fresh = "fresh" in request.query_params
    return await to_provider(
        request, _kind(request), await _kept_place(request) if fresh else None, fresh=fresh
    )


async def to_provider(
    request: Request, kind: Kind, organisation: tuple[str, str] | None, *, fresh: bool = False
) -> Response:
    """The redirect to the provider; `organisation` (employer and place) is asked for there."""
    made = wiring()
    try:
        await take(made.store.valkey, login_bucket(_address(request), made.settings))
        url, pending = await _client(kind).begin(
            organisation=organisation, ui_locales=language(request), fresh=fresh
        )
    except AksonError as error:
        return _stopped(error)
    await made.store.keep_login(pending.state, pending)
    answer = RedirectResponse(url, HTTPStatus.SEE_OTHER)
    set_login(answer, pending.state, LOGIN_SECONDS)
    return answer


async def callback(request: Request) -> Response:
    """The provider's answer: a new session under a new identifier, and whatever was before it ended."""
    store = wiring().store
    state = request.cookies.get(LOGIN_COOKIE, "")
    pending = await store.take_login(state, PendingLogin) if state else None
    if pending is None:
        return _to_front("login-expired")
    kind = _kind(request)
    try:
        login = await _client(kind).complete(request.query_params.multi_items(), pending)
        begun = new_session(kind, login, language(request), device(request.headers.get("user-agent", "")))
        session = await with_administrator(await with_operator(begun))
    except AksonError as error:
        return _stopped(error)
    before = await _end_session(request)
    if pending.fresh and before is not None and before.login.subject == login.subject:
        session.wanted = before.wanted
    sid = await store.create(session)
    session = await settle(Current(sid, "", session), pending)
    answer = RedirectResponse(home(session), HTTPStatus.SEE_OTHER, _CLEAR_STORAGE)
    set_session(answer, sid)
    clear(answer, LOGIN_COOKIE)
    get_logger().info("logged in", kind=str(session.kind))
    return answer


async def log_out(request: Request) -> Response:
    """End the session here, then the provider's own: its end-session endpoint gets the ID token by POST."""
    if not from_our_page(request):
        return Response("This must come from our own page.", HTTPStatus.FORBIDDEN)
    session = await _end_session(request)
    try:
        answer = await _provider_logout(session) if session else _to_front("logged-out")
    except AksonError:  # the session here has ended all the same
        answer = _to_front("logged-out")
    answer.headers.update(_CLEAR_STORAGE)
    clear(answer, SESSION_COOKIE)
    set_notice(answer, "logged-out")
    return answer


async def ended(request: Request) -> Response:
    """Where a page goes whose session has ended or become another's: storage is cleared, nothing is kept."""
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    if session is not None:
        return RedirectResponse(home(session), HTTPStatus.SEE_OTHER, _CLEAR_STORAGE)
    return signed_out("session-ended")


def signed_out(notice: str) -> Response:
    """To the front page, which says why; nothing of the session stays in the browser."""
    answer = _to_front(notice)
    answer.headers.update(_CLEAR_STORAGE)
    clear(answer, SESSION_COOKIE)
    return answer


async def alive(request: Request) -> Response:
    """Whether the session that a page was made under still lives; asking does not keep it alive.

    The page names it by its handle (header `akson-session`): under another login it must go too.
    """
    sid = request.cookies.get(SESSION_COOKIE, "")
    same = bool(sid) and request.headers.get("akson-session") == handle_of(sid)
    return JSONResponse({"alive": same and await wiring().store.peek(sid) is not None})


def home(session: Session) -> str:
    """Where a login begins."""
    return CHOOSE if session.choosing else HOME[session.kind]


def language(request: Request) -> str:
    """The reader's language: the cookie's, else bokmål."""
    wanted = request.cookies.get(LANGUAGE_COOKIE, DEFAULT_LANGUAGE)
    return wanted if wanted in LANGUAGES else DEFAULT_LANGUAGE


def _kind(request: Request) -> Kind:
    return _KINDS[request.url.path.split("/")[2]]


async def _kept_place(request: Request) -> tuple[str, str] | None:
    """The employer and place of the login that is to be made anew."""
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.peek(sid) if sid else None
    claims = session.login.claims if session and session.several_places else {}
    parent, child = claims.get(ORG_PARENT), claims.get(ORG_CHILD)
    return (parent, child) if isinstance(parent, str) and isinstance(child, str) else None


def _client(kind: Kind) -> OidcClient:
    made = wiring()
    return made.idporten if kind is Kind.CITIZEN else made.helseid


async def _provider_logout(session: Session) -> Response:
    back = f"{wiring().settings.portal_url}/"
    address, fields = await _client(session.kind).logout_form(session.login, back)
    page = logout_page(address, fields, session.lang)
    return HTMLResponse(page, headers={"Content-Security-Policy": LOGOUT_CSP.format(target=_origin(address))})


async def _end_session(request: Request) -> Session | None:
    sid = request.cookies.get(SESSION_COOKIE, "")
    if not sid:
        return None
    store = wiring().store
    session = await store.get(sid)
    await store.end(sid)
    return session


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def from_our_page(request: Request) -> bool:
    """Against forged requests, besides SameSite: the Origin that browsers always send with a POST."""
    return request.headers.get("origin") == wiring().settings.portal_url


def _stopped(error: AksonError) -> Response:
    get_logger().warning("login stopped", code=error.code)
    if error.code == "login-cancelled":
        return _to_front("login-cancelled")
    return _to_front("login-failed" if error.permanent else "login-unavailable")


def _to_front(notice: str) -> Response:
    answer = RedirectResponse(FRONT, HTTPStatus.SEE_OTHER)
    clear(answer, LOGIN_COOKIE)
    set_notice(answer, notice)
    return answer


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def auth_routes() -> list[Route]:
    """The routes of this module."""
    return [
        *[Route(f"/auth/{name}/login", log_in, methods=["GET"]) for name in _KINDS],
        *[Route(f"/auth/{name}/callback", callback, methods=["GET"]) for name in _KINDS],
        *[Route(f"/auth/{name}/backchannel-logout", logged_out, methods=["POST"]) for name in _KINDS],
        Route("/auth/alive", alive, methods=["GET"]),
        Route("/auth/logout", log_out, methods=["POST"]),
        Route("/auth/ended", ended, methods=["GET"]),
    ]
