"""The ASGI app around Reflex: login, the public page, health, and headers on everything."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from reflex.utils.prerequisites import get_web_dir
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit.log import configure
from kit.settings import get_settings
from kit.web import REGISTRY
from portal.frame.headers import SecurityHeaders
from portal.frame.logins import login_routes
from portal.frame.missing import NotFoundPage
from portal.frame.public import public_routes, unavailable
from portal.frame.public_apps import app_routes
from portal.session.routes import auth_routes
from portal.session.wiring import wiring

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="7" fill="#0067c5"/>'
    '<path d="M9 24 16 8l7 16M12 18h8" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)


def static_folder() -> Path:
    """Where the frontend's build lies."""
    return Path(get_web_dir()).resolve() / "build" / "client"


def server(pages: Sequence[Route] = ()) -> Starlette:
    """What `rx.App(api_transformer=...)` puts Reflex into; `pages` are an area's plain ones."""
    static = static_folder()
    return Starlette(
        routes=[
            *public_routes(static),
            *auth_routes(),
            *login_routes(static),
            *app_routes(static),
            *pages,
            *_health_routes(),
        ],
        exception_handlers={RedisError: unavailable(static)},
        middleware=[
            Middleware(SecurityHeaders, settings=get_settings(), static=static),
            Middleware(NotFoundPage, static=static),
        ],
    )


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Logging at start, and no start without keys; connections closed at the end."""
    configure("portal", get_settings().log_level)
    made = wiring()
    gc.freeze()  # what is loaded now lives as long as the process: a collection of it is 0.2 s of a click
    yield
    await made.aclose()


async def _live(_request: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _ready(_request: Request) -> Response:
    try:
        await wiring().store.ping()
    except RedisError:
        return JSONResponse({"status": "not-ready", "needs": "valkey"}, 503)
    return JSONResponse({"status": "ready"})


async def _metrics(_request: Request) -> Response:
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


async def _icon(_request: Request) -> Response:
    return Response(_ICON, media_type="image/svg+xml")


def _health_routes() -> list[Route]:
    return [
        Route("/favicon.ico", _icon, methods=["GET"]),
        Route("/health/live", _live, methods=["GET"]),
        Route("/health/ready", _ready, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
    ]
