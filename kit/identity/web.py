"""The caller of a request, for FastAPI and Starlette apps.

`protect(app, build_verifier(settings, audiences.RESULTS, settings.results_url))`, then an endpoint takes
`actor: Annotated[Actor, Depends(actor_of)]`.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.identity.actor import Actor
from kit.identity.verifier import AccessTokenVerifier
from kit.limits import on_unknown_number

_STATE_KEY = "dpop_nonce"


class NonceHeader:
    """Adds `DPoP-Nonce` to the answers of verified requests (RFC 9449 8.2): clients never fall behind."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Plain ASGI, since it is on every path."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_nonce(message: Message) -> None:
            if message["type"] == "http.response.start":
                nonce = scope.get("state", {}).get(_STATE_KEY)
                if nonce is not None:
                    message["headers"] = [*message["headers"], (b"dpop-nonce", nonce.encode())]
            await send(message)

        await self.app(scope, receive, send_with_nonce)


def protect(app: Starlette, verifier: AccessTokenVerifier) -> None:
    """Give the app its verifier (`app.state.verifier`) and the header above; before the first request.

    The app is ready (`/health/ready`) only while somebody can be let in.
    """
    app.state.verifier = verifier
    app.state.needs.append(verifier.ready)
    app.add_middleware(NonceHeader)


def request_url(request: Request, base_url: str) -> str:
    """The request's address as clients know it: the configured base and the path, never the Host header."""
    raw: bytes | None = request.scope.get("raw_path")
    path = raw.decode("latin-1").partition("?")[0] if raw else quote(request.scope["path"])
    return base_url + path


async def actor_of(request: Request) -> Actor:
    """The verified caller; raises `faults.Refused` (401) or `faults.IdentityUnavailable` (503).

    And what `Admission` refuses (403).
    """
    verifier: AccessTokenVerifier = request.app.state.verifier
    verified = await verifier.check(
        method=request.method,
        url=request_url(request, verifier.base_url),
        authorization=request.headers.getlist("authorization"),
        proofs=request.headers.getlist("dpop"),
    )
    setattr(request.state, _STATE_KEY, verified.nonce)
    actor, refusal = verified.actor, None
    if verifier.admission is not None:
        actor, refusal = await verifier.admission.admit(actor)
    request.state.actor = actor  # for what is around the endpoint: who was refused
    if refusal is not None:
        raise refusal
    on_unknown_number(partial(verifier.pay_for_unknown, actor))
    return actor
