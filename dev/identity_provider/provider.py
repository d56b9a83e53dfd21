"""The provider's app: both issuers. Development only: anyone may log in as any of the personas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dev.identity_provider import grants
from dev.identity_provider.backchannel import end_login
from dev.identity_provider.clients import helseid_clients, idporten_clients
from dev.identity_provider.issuer import Issuer
from dev.identity_provider.page import choose_language, login_page, message_page, sessions_page
from dev.identity_provider.state import AuthorizationRequest
from dev.personas import PersonaFile, load_personas
from kit.identity.audiences import SCOPES
from kit.identity.keyfiles import signing_key
from kit.settings import Settings
from kit.web import create_app

Endpoint = Callable[[Request], Awaitable[Response]]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_REQUEST_URI = "urn:ietf:params:oauth:request_uri:"


class NotForProduction(RuntimeError):
    """The provider was started where real people may be; it does not run there."""


def build_app(
    settings: Settings, people: PersonaFile | None = None, *, http: httpx.AsyncClient | None = None
) -> FastAPI:
    """The app for both issuers; `http` reaches the clients that are told of ended logins.

    Raises `NotForProduction` outside development or off this machine.
    """
    if not settings.is_development:
        raise NotForProduction("the built-in identity provider runs only with AKSON_ENVIRONMENT=development")
    for url in (settings.helseid_issuer, settings.idporten_issuer):
        if urlsplit(url).hostname not in _LOOPBACK:
            raise NotForProduction("the built-in identity provider serves issuers on this machine only")
    people = people or load_personas()
    helseid = Issuer(
        mode="helseid",
        url=settings.helseid_issuer,
        key=signing_key(settings, "identity-provider/helseid", "PS256"),
        clients=helseid_clients(settings, people.personas),
        targets=SCOPES,
        people=people,
    )
    idporten = Issuer(
        mode="idporten",
        url=settings.idporten_issuer,
        key=signing_key(settings, "identity-provider/idporten", "RS256"),
        clients=idporten_clients(settings),
        targets={settings.token_exchange_issuer: ("openid", "profile")},
        people=people,
    )
    app = create_app(name="identity-provider")
    app.state.issuers = {"helseid": helseid, "idporten": idporten}
    http = http or httpx.AsyncClient(timeout=5.0, trust_env=False)
    for issuer in (helseid, idporten):
        _mount(app, issuer, http)
    return app


def _mount(app: FastAPI, issuer: Issuer, http: httpx.AsyncClient) -> None:
    path = urlsplit(issuer.url).path.rstrip("/")

    def fixed(body: dict[str, object]) -> Endpoint:
        async def answer(_request: Request) -> Response:
            return JSONResponse(body)

        return answer

    async def par(request: Request) -> Response:
        return await grants.push(issuer, request)

    async def token(request: Request) -> Response:
        return await grants.token(issuer, request)

    async def authorize(request: Request) -> Response:
        return await _authorize(issuer, request)

    async def logout(request: Request) -> Response:
        return await _logout(issuer, request, http)

    async def sessions(request: Request) -> Response:
        return await _sessions(issuer, request, http)

    app.add_route(f"{path}/.well-known/openid-configuration", fixed(issuer.metadata()), ["GET"])
    app.add_route(f"{path}/jwks", fixed({"keys": [issuer.key.as_dict(private=False)]}), ["GET"])
    app.add_route(f"{path}/par", par, ["POST"])
    app.add_route(f"{path}/token", token, ["POST"])
    app.add_route(f"{path}/authorize", authorize, ["GET", "POST"])
    app.add_route(f"{path}/logout", logout, ["GET", "POST"])
    app.add_route(f"{path}/sessions", sessions, ["GET", "POST"])


def _language(request: Request, ui_locales: str = "") -> str:
    accept = request.headers.get("accept-language", "")
    return choose_language(request.query_params.get("lang"), ui_locales, accept)


async def _authorize(issuer: Issuer, request: Request) -> Response:
    name = request.query_params.get("request_uri", "").removeprefix(_REQUEST_URI)
    asked = issuer.requests.get(name)
    if asked is None or request.query_params.get("client_id") != asked.client_id:
        return message_page(_language(request), "expired", 400)
    if request.method == "GET":
        query = {"client_id": asked.client_id, "request_uri": request.query_params["request_uri"]}
        language = _language(request, asked.ui_locales)
        return login_page(issuer.mode, issuer.personas(), language, query, asked.redirect_uri)
    form = await request.form()
    if form.get("cancel"):
        issuer.requests.take(name)
        return _redirect(issuer, asked, {"error": "access_denied"})
    persona, level = str(form.get("persona", "")), str(form.get("level", "4"))
    if persona not in issuer.personas() or level not in {"3", "4"}:
        return message_page(_language(request, asked.ui_locales), "unknown", 400)
    issuer.requests.take(name)
    code = issuer.codes.put((asked, grants.new_grant(issuer, asked, persona, int(level))))
    return _redirect(issuer, asked, {"code": code})


def _redirect(issuer: Issuer, asked: AuthorizationRequest, answer: dict[str, str]) -> Response:
    query = urlencode({**answer, "state": asked.state, "iss": issuer.url})
    return RedirectResponse(f"{asked.redirect_uri}?{query}", 303, {"Cache-Control": "no-store"})


async def _sessions(issuer: Issuer, request: Request, http: httpx.AsyncClient) -> Response:
    """The logins alive here; ending one tells its client, as when someone logs out elsewhere."""
    if request.method == "POST":
        form = await request.form()
        await end_login(issuer, str(form.get("session", "")), http)
        return RedirectResponse(f"{issuer.url}/sessions", 303, {"Cache-Control": "no-store"})
    return sessions_page(_language(request), issuer.mode, issuer.live, issuer.personas())


async def _logout(issuer: Issuer, request: Request, http: httpx.AsyncClient) -> Response:
    """RP-initiated logout 1.0: ends the session that an ID token names, and goes back to the client."""
    form = await request.form() if request.method == "POST" else None
    given = {name: str(value) for name, value in (form or request.query_params).items()}
    client_id = given.get("client_id", "")
    if hint := given.get("id_token_hint"):
        claims = issuer.read(hint, "JWT", expired=True) or {}
        await end_login(issuer, str(claims.get("sid", "")), http)
        client_id = str(claims.get("aud", ""))
    client = issuer.clients.get(client_id)
    target = given.get("post_logout_redirect_uri", "")
    if client is None or not client.may_return_to(target):
        return message_page(_language(request), "out", 200)
    query = f"?{urlencode({'state': given['state']})}" if "state" in given else ""
    return RedirectResponse(f"{target}{query}", 303, {"Cache-Control": "no-store"})
