"""The frame of every service: health, metrics, errors in the right form, correlation id, headers.

Errors are RFC 9457 problem details, below a FHIR prefix OperationOutcome (FHIR R4, 2.36).
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client import PROCESS_COLLECTOR as _PROCESS  # registered with the default registry
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.bodies import in_time
from kit.errors import AksonError
from kit.ids import new_id
from kit.log import get_logger, stack_of
from kit.openapi import tell_the_whole

_CORRELATION_HEADERS = (b"correlation-id", b"x-request-id", b"traceparent")
_SAFE_CORRELATION = re.compile(r"[A-Za-z0-9._:\-]{1,100}")
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
REGISTRY = CollectorRegistry(auto_describe=True)
REGISTRY.register(_PROCESS)
_REQUESTS = Counter("akson_http_requests", "Answers", ["service", "status"], registry=REGISTRY)
_SECONDS = Histogram(
    "akson_http_request_seconds",
    "Time to answer, seconds",
    ["service"],
    buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 5),
    registry=REGISTRY,
)
_ISSUE_CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    503: "transient",
}


def problem(
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    """An RFC 9457 answer; `type` is a stable URN made of the code, `members` what else it says."""
    body = dict(members or {}) | {
        "type": f"urn:akson:problem:{code}",
        "title": code,
        "status": status,
        "detail": detail,
    }
    return Response(msgspec.json.encode(body), status, headers, "application/problem+json")


def operation_outcome(
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str] | None = None,
    details: Sequence[tuple[str, str]] = (),
) -> Response:
    """A FHIR R4 OperationOutcome with one issue; `details` are (system, code) of a coded reason."""
    issue: dict[str, Any] = {
        "severity": "error",
        "code": _ISSUE_CODES.get(status, "exception"),
        "diagnostics": f"{code}: {detail}",
    }
    if details:
        issue["details"] = {"coding": [{"system": system, "code": text} for system, text in details]}
    body = {"resourceType": "OperationOutcome", "issue": [issue]}
    return Response(msgspec.json.encode(body), status, headers, "application/fhir+json")


def _details(error: AksonError | None) -> tuple[tuple[str, str], ...]:
    return (error.outcome_details, *error.other_details) if error and error.outcome_details else ()


_NOT_HERE = {
    404: "There is no such address: see /openapi.json, below /fhir also /fhir/metadata.",
    405: "This address takes other methods: see Allow. A search of a person is a POST to …/_search.",
}
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""Nothing goes to a collector that somebody's environment names; `/metrics` has ours."""
Handler = Callable[[Request], Awaitable[Response]]
DirectPosts = dict[str, Handler]
"""Exact paths whose POSTs go to the handler without routing and dependencies. Errors get the same answers."""


class _Frame:
    """Correlation id, security headers and metrics around the app; plain ASGI, since it is on every path."""

    def __init__(self, app: ASGIApp, service: str, direct: DirectPosts) -> None:
        self.app = app
        self.service = service
        self._direct = direct
        self._seconds = _SECONDS.labels(service)
        self._requests: dict[int, Counter] = {}

    def _count(self, status: int, seconds: float) -> None:
        counter = self._requests.get(status)
        if counter is None:
            counter = self._requests[status] = _REQUESTS.labels(self.service, str(status))
        counter.inc()
        self._seconds.observe(seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        correlation = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation

        async def send_framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((n, v) for n, v in _HEADERS if n not in present),
                    (b"correlation-id", correlation.encode()),
                ]
                self._count(message["status"], time.perf_counter() - started)
            await send(message)

        handler = self._direct.get(scope["path"])
        if handler is not None and scope["method"] == "POST":
            answer = await _answered(handler, Request(scope, in_time(receive)))
            await answer(scope, receive, send_framed)
        else:
            await self.app(scope, in_time(receive), send_framed)


async def _answered(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - answered by the app's own handler of its kind
        handlers: dict[type[Exception], Any] = request.app.exception_handlers
        kind = next(kind for kind in type(error).__mro__ if kind in handlers)
        answer: Response = await handlers[kind](request, error)
        return answer


def _correlation_id(scope: Scope) -> str:
    headers = dict(scope["headers"])
    for name in _CORRELATION_HEADERS:
        text: str = headers.get(name, b"").decode("latin-1")
        if _SAFE_CORRELATION.fullmatch(text) and not re.search(r"\d{11}", text):
            return str(text)
    return str(new_id())


def correlation_id(request: Request) -> str:
    """The request's correlation id: the caller's, if it sent a safe one, else a new one."""
    return str(request.state.correlation_id)


def create_app(
    *,
    name: str,
    lifespan: Callable[[FastAPI], Any] | None = None,
    fhir_prefixes: tuple[str, ...] = ("/fhir",),
    ready: Callable[[], Awaitable[None]] | None = None,
    direct: DirectPosts | None = None,
) -> FastAPI:
    """A service's app with `/health/live`, `/health/ready`, `/metrics`, `/openapi.json` and error answers.

    `ready` raises when the service cannot do its work now; `/health/ready` is then 503. `app.state.needs` are
    all such checks: what the service gets later may add its own.
    """
    app = FastAPI(title=name, lifespan=lifespan, docs_url=None, redoc_url=None, telemetry=_NO_TELEMETRY)
    app.add_middleware(_Frame, service=name, direct=direct or {})
    app.state.needs = [] if ready is None else [ready]
    _add_health(app)
    _add_errors(app, fhir_prefixes)
    tell_the_whole(app, fhir_prefixes)
    return app


def _add_health(app: FastAPI) -> None:
    async def live() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "live"}

    async def is_ready() -> dict[str, str]:
        """Whether it can do its work now; 503 when not."""
        for check in app.state.needs:
            await check()
        return {"status": "ready"}

    async def metrics() -> Response:
        """Counts and times, as Prometheus reads them; of nobody."""
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

    app.add_api_route("/health/live", live, methods=["GET"], tags=["operations"])
    app.add_api_route("/health/ready", is_ready, methods=["GET"], tags=["operations"])
    app.add_api_route("/metrics", metrics, methods=["GET"], tags=["operations"])


def _headers_of(request: Request, error: HTTPException) -> dict[str, str]:
    """The error's own; a 405 names all that is allowed (RFC 9110, 15.5.6): Starlette names one route's."""
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_methods_at(request.app.routes, request.scope)))
    return headers


def _methods_at(routes: Sequence[Any], scope: Scope) -> set[str]:
    found: set[str] = set()
    for route in routes:
        inner = getattr(route, "original_router", None)  # a router included whole
        if inner is not None:
            found |= _methods_at(inner.routes, scope)
        elif route.matches(scope)[0] is not Match.NONE:
            found |= set(route.methods or ())
    return found


def _add_errors(app: FastAPI, fhir_prefixes: tuple[str, ...]) -> None:
    def answer(
        request: Request,
        status: int,
        error: AksonError | None,
        code: str,
        detail: str,
        headers: dict[str, str] | None = None,
    ) -> Response:
        headers = error.headers if error else headers
        request.state.error_code = code
        if request.url.path.startswith(fhir_prefixes):
            return operation_outcome(status, code, detail, headers, _details(error))
        return problem(status, code, detail, headers, error.members if error else None)

    async def akson_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, AksonError)  # noqa: S101 - registered for this type alone
        if error.status >= 500:
            get_logger().warning("request failed", code=error.code, correlation_id=correlation_id(request))
        return answer(request, error.status, error, error.code, error.detail)

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        headers = _headers_of(request, error)
        detail = _NOT_HERE.get(error.status_code, str(error.detail))
        return answer(request, error.status_code, None, f"http-{error.status_code}", detail, headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        where = "; ".join(sorted({".".join(str(p) for p in e["loc"]) for e in error.errors()}))
        return answer(request, 400, None, "malformed", f"These parts of the request are wrong: {where}.")

    async def unexpected(request: Request, error: Exception) -> Response:
        get_logger().error(
            "unexpected error",
            kind=type(error).__name__,
            where=stack_of(error),
            correlation_id=correlation_id(request),
        )
        return answer(request, 500, None, "internal", "An error of ours. Nothing was changed; it is logged.")

    app.add_exception_handler(AksonError, akson_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)
