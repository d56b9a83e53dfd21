"""Logs a persona in without a browser, by the ordinary protocol: for `akson token`, `lookup` and `import`.

The command line is a client of its own (`akson-cli`). It pushes its request, opens the provider's login
page, presses the persona's button, and redeems the code; citizens' tokens are then exchanged at the core
record. Nothing here is known to the product.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

import httpx

from dev.identity_provider.clients import CLI_CLIENT, CLI_REDIRECT
from dev.personas import Persona, persona
from kit.identity import faults
from kit.identity.audiences import MACHINE_SCOPES, SCOPES, personal_scopes
from kit.identity.client import ClientConfig, OidcClient, organisation_details
from kit.identity.dpop import DpopKey
from kit.identity.exchangeclient import ExchangeClient
from kit.identity.keyfiles import client_key
from kit.identity.providers import HELSEID_SCOPES
from kit.identity.tokens import AccessToken, Login
from kit.settings import Settings, get_settings


def persona_token(
    name: str, audience: str, scopes: Sequence[str] = (), *, settings: Settings | None = None
) -> tuple[str, DpopKey]:
    """An access token for a persona of `dev/personas.yaml`, and the key it is bound to.

    Without `scopes`: all that the persona may have at `audience`. Raises `KeyError` for an unknown
    persona, `faults.LoginRefused` and `faults.IdentityUnavailable` as the login does.
    """
    token = asyncio.run(persona_access(name, audience, scopes, settings=settings))
    return token.value, token.key()


async def persona_access(
    name: str,
    audience: str,
    scopes: Sequence[str] = (),
    *,
    settings: Settings | None = None,
    http: httpx.AsyncClient | None = None,
) -> AccessToken:
    """As `persona_token`, for code that runs in a loop; `http` is left open."""
    settings = settings or get_settings()
    who = persona(name)
    if http is not None:
        return await _access(settings, http, name, who, audience, scopes)
    async with httpx.AsyncClient(timeout=10.0) as own:
        return await _access(settings, own, name, who, audience, scopes)


async def _access(
    settings: Settings,
    http: httpx.AsyncClient,
    name: str,
    who: Persona,
    audience: str,
    scopes: Sequence[str],
) -> AccessToken:
    if who.login == "machine":
        client_id = who.client_id or name
        config = ClientConfig(
            issuer=settings.helseid_issuer,
            client_id=client_id,
            key=client_key(settings, client_id),
            redirect_uri="",
            scopes=(),
        )
        wanted = scopes or [s for s in SCOPES.get(audience, ()) if s in MACHINE_SCOPES]
        return await OidcClient(config, http).client_credentials(audience, wanted)
    wanted = scopes or personal_scopes(audience)
    login = await log_in(settings, http, name, who, audience, wanted)
    if who.login == "helseid":
        return login.access
    issuer = settings.token_exchange_issuer
    exchange = ExchangeClient(issuer, CLI_CLIENT, client_key(settings, CLI_CLIENT), http)
    return await exchange.exchange(login.access, audience, wanted)


async def log_in(
    settings: Settings,
    http: httpx.AsyncClient,
    name: str,
    who: Persona,
    audience: str,
    scopes: Sequence[str],
) -> Login:
    """The persona's login at HelseID or ID-porten, through its login page."""
    helseid = who.login == "helseid"
    config = ClientConfig(
        issuer=settings.helseid_issuer if helseid else settings.idporten_issuer,
        client_id=CLI_CLIENT,
        key=client_key(settings, CLI_CLIENT),
        redirect_uri=CLI_REDIRECT,
        scopes=(*HELSEID_SCOPES, *scopes) if helseid else ("openid", "profile"),
        dpop=helseid,
        resources=(audience if helseid else settings.token_exchange_issuer,),
        id_token_algorithms=(
            settings.helseid_id_token_algorithm if helseid else settings.idporten_id_token_algorithm,
        ),
        acr_values=() if helseid else ("idporten-loa-high",),
        minimum_level=4,
    )
    client = OidcClient(config, http)
    details = organisation_details(who.org_parent, who.org_child) if helseid and who.org_parent else None
    url, pending = await client.begin(authorization_details=details)
    return await client.complete(await _press(http, url, name), pending)


async def _press(http: httpx.AsyncClient, url: str, name: str) -> list[tuple[str, str]]:
    """Press the persona's button; answers the parameters that the provider sends back."""
    try:
        answer = await http.post(url, data={"persona": name}, follow_redirects=False)
    except httpx.HTTPError as error:
        raise faults.IssuerUnavailable from error
    target = answer.headers.get("location", "")
    if answer.status_code != 303 or not target.startswith(f"{CLI_REDIRECT}?"):
        raise faults.LoginRefused("login-page", "The login page did not accept the persona.")
    return parse_qsl(urlsplit(target).query, keep_blank_values=True)
