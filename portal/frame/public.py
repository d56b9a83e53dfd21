"""The public front page: plain HTML made on the server, without Reflex, scripts or patient data."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from kit.log import get_logger
from portal.session.cookies import NOTICE_COOKIE, SESSION_COOKIE, clear, set_language
from portal.session.routes import FRONT, HOME, language
from portal.session.wiring import wiring
from portal.ui.texts import LANGUAGES, say, texts

_PAGE = Template(Path(__file__).with_name("front.html").read_text(encoding="utf-8"))
_STYLESHEET = re.compile(r'<link href="(/assets/[^"]+\.css)" rel="stylesheet"')
_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


def public_routes(static: Path) -> list[Route]:
    """`/` and `/language/{lang}`. `static` is the frontend's build, whose style sheet the page shares."""

    async def front(request: Request) -> Response:
        notice = request.cookies.get(NOTICE_COOKIE, "")
        answer = HTMLResponse(
            front_page(language(request), notice, await _home(request), _stylesheet(static))
        )
        if notice:
            clear(answer, NOTICE_COOKIE)
        return answer

    return [
        Route(FRONT, front, methods=["GET"]),
        *[Route(f"/language/{lang}", _choose, methods=["GET"]) for lang in LANGUAGES],
    ]


def front_page(lang: str, notice: str, home: str | None, stylesheet: str) -> str:
    """The page's HTML. `notice` is a key below `front.notice`, else ignored; `home` is set when logged in."""
    own = {key: value for key, value in texts(lang).items() if key.startswith("front.")}
    said = {key.replace(".", "_"): escape(value) for key, value in own.items()}
    return _PAGE.substitute(
        said,
        lang=lang,
        stylesheet=escape(stylesheet),
        languages=_languages(lang),
        notice=_notice(lang, notice),
        onward=_onward(lang, home),
    )


def _languages(lang: str) -> str:
    links = (
        f'<li><a href="/language/{code}" lang="{code}"'
        f"{' aria-current=true' if code == lang else ''}>{name}</a></li>"
        for code, name in _NAMES.items()
    )
    return "".join(links)


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
        page = front_page(language(request), "unavailable", None, _stylesheet(static))
        return HTMLResponse(page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"})

    return answer


async def _choose(request: Request) -> Response:
    answer = RedirectResponse(FRONT, HTTPStatus.SEE_OTHER)
    set_language(answer, request.url.path.rsplit("/", 1)[1])
    return answer


@lru_cache(maxsize=1)
def _stylesheet(static: Path) -> str:
    """The build's one style sheet, as its pages name it; empty before the frontend is built."""
    page = static / "404.html"
    found = _STYLESHEET.search(page.read_text(encoding="utf-8")) if page.is_file() else None
    return found[1] if found else ""
