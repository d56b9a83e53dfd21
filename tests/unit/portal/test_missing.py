"""An address that does not exist: a plain page, in the reader's language, that stays."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from portal.frame.missing import NotFoundPage
from portal.session.cookies import LANGUAGE_COOKIE
from portal.ui.texts import LANGUAGES, say


async def _app_page(_request: object) -> Response:
    return HTMLResponse("<script src=app.js></script>", 404)


async def _data(_request: object) -> Response:
    return JSONResponse({"code": "not-here"}, 404)


async def _found(_request: object) -> Response:
    return HTMLResponse("here", 200)


def _client(static: Path) -> httpx.AsyncClient:
    routes = [Route("/app", _app_page), Route("/data", _data), Route("/found", _found)]
    app = Starlette(routes=routes, middleware=[Middleware(NotFoundPage, static=static)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", ["/app", "/nothing"])
async def test_given_no_such_address_then_a_page_without_scripts_says_so(
    tmp_path: Path, path: str, lang: str
) -> None:
    async with _client(tmp_path) as http:
        http.cookies.set(LANGUAGE_COOKIE, lang)
        answer = await http.get(path)
    assert answer.status_code == 404
    assert say(lang, "frame.not_found.title") in answer.text
    assert f'<html lang="{lang}">' in answer.text
    assert "<script" not in answer.text


async def test_given_data_or_a_page_that_exists_then_it_is_left_alone(tmp_path: Path) -> None:
    async with _client(tmp_path) as http:
        assert (await http.get("/data")).json() == {"code": "not-here"}
        assert (await http.get("/found")).text == "here"
