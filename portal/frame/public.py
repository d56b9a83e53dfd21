"""The public front page: plain HTML made on the server, without Reflex, scripts or patient data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kit.log import get_logger
from portal.frame.shell import said, shell, stylesheet
from portal.session.cookies import NOTICE_COOKIE, SESSION_COOKIE, clear, set_language
from portal.session.routes import FRONT, HOME, language
from portal.session.wiring import wiring
from portal.ui.texts import LANGUAGES, say, texts

_FRONT = Template(Path(__file__).with_name("front.html").read_text(encoding="utf-8"))


def public_routes(static: Path) -> list[Route]:
    """`/` and `/language/{lang}`. `static` is the frontend's build, whose style sheet the page shares."""

    async def front(request: Request) -> Response:
        notice = request.cookies.get(NOTICE_COOKIE, "")
        answer = HTMLResponse(front_page(language(request), notice, await _home(request), stylesheet(static)))
        if notice:
            clear(answer, NOTICE_COOKIE)
        return answer

    return [
        Route(FRONT, front, methods=["GET"]),
        *[Route(f"/language/{lang}", _choose, methods=["GET"]) for lang in LANGUAGES],
    ]


def front_page(lang: str, notice: str, home: str | None, style: str) -> str:
    """The page's HTML. `notice` is a key below `front.notice`, else ignored; `home` is set when logged in."""
    content = _FRONT.substitute(said(lang, "front"), notice=_notice(lang, notice), onward=_onward(lang, home))
    return shell(lang, say(lang, "front.title"), content, style)


def _notice(lang: str, notice: str) -> str:
    if f"front.notice.{notice}" not in texts(lang):
        return ""
    return f'<p class="front-notice" role="status">{escape(say(lang, f"front.notice.{notice}"))}</p>'


def _onward(lang: str, home: str | None) -> str:
    if home is None:
        return ""
    return f'<p class="front-notice"><a href="{home}">{escape(say(lang, "front.onward"))}</a></p>'


async def _home(request: Request) -> str | None:
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    return HOME[session.kind] if session else None


def unavailable(static: Path) -> Callable[[Request, Exception], Awaitable[Response]]:
    """What is answered when the session store is not: the front page, saying so (503)."""

    async def answer(request: Request, _error: Exception) -> Response:
        get_logger().error("session store unreachable")
        page = front_page(language(request), "unavailable", None, stylesheet(static))
        return HTMLResponse(page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"})

    return answer


async def _choose(request: Request) -> Response:
    answer = RedirectResponse(_came_from(request), HTTPStatus.SEE_OTHER)
    set_language(answer, request.url.path.rsplit("/", 1)[1])
    return answer


def _came_from(request: Request) -> str:
    """The public page the language was chosen on; anything else is the front page."""
    before = urlsplit(request.headers.get("referer", ""))
    ours = f"{before.scheme}://{before.netloc}" == wiring().settings.portal_url
    return before.path if ours and before.path.startswith(("/panel", "/apps")) else FRONT
