"""An address that does not exist: a plain page that says so, whoever asks.

Without it the build's own page would answer, which is part of the app: it starts, finds no login and sends
the reader to the front page before the words are read.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.frame.shell import said, shell, stylesheet
from portal.session.routes import FRONT, language
from portal.ui.texts import say


class NotFoundPage:
    """Answers in place of an HTML page whose status is 404; everything else passes untouched."""

    def __init__(self, app: ASGIApp, static: Path) -> None:
        self.app = app
        self._static = static

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        missing = False

        async def pass_on(message: Message) -> None:
            nonlocal missing
            if message["type"] == "http.response.start":
                missing = message["status"] == HTTPStatus.NOT_FOUND and _is_page(message)
            if not missing:
                await send(message)

        await self.app(scope, receive, pass_on)
        if missing:
            page = not_found_page(language(Request(scope)), stylesheet(self._static))
            await HTMLResponse(page, HTTPStatus.NOT_FOUND)(scope, receive, send)


def not_found_page(lang: str, style: str) -> str:
    """The page's HTML; it does not say whether anything ever was there."""
    words = said(lang, "frame")
    content = (
        f"<h1>{words['frame_not_found_title']}</h1>"
        f'<p class="front-lead">{words["frame_not_found_body"]}</p>'
        f'<p><a href="{FRONT}">{words["frame_leave_link"]}</a></p>'
    )
    return shell(lang, say(lang, "frame.title.not_found"), content, style)


def _is_page(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(("text/html", "text/plain"))
