"""The product's clients, as the settings register them: HelseID, ID-porten, and our token exchange."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from kit.identity.audiences import CORE_RECORD, JOURNAL, OPERATOR_SCOPES, PANEL, RESULTS, personal_scopes
from kit.identity.client import ClientConfig, OidcClient
from kit.identity.exchangeclient import ExchangeClient
from kit.identity.keyfiles import client_key
from kit.settings import Settings

HELSEID_SCOPES = (
    "openid",
    "profile",
    "offline_access",
    "helseid://scopes/identity/pid",
    "helseid://scopes/identity/security_level",
    "helseid://scopes/hpr/hpr_number",
)
PORTAL_RESOURCES = (CORE_RECORD, RESULTS, JOURNAL, PANEL)


def helseid_client(
    settings: Settings, http: httpx.AsyncClient, *, resources: Sequence[str] = PORTAL_RESOURCES
) -> OidcClient:
    """The portal at HelseID: security level 4, DPoP, one refresh token for all `resources`."""
    client_id = settings.helseid_client_id
    api_scopes = tuple(scope for resource in resources for scope in personal_scopes(resource))
    config = ClientConfig(
        issuer=settings.helseid_issuer,
        client_id=client_id,
        key=client_key(settings, client_id, settings.helseid_client_jwk),
        redirect_uri=f"{settings.portal_url}/auth/helseid/callback",
        scopes=(*HELSEID_SCOPES, *api_scopes, *sorted(OPERATOR_SCOPES)),
        resources=tuple(resources),
        id_token_algorithms=(settings.helseid_id_token_algorithm,),
        minimum_level=4,
    )
    return OidcClient(config, http)


def idporten_client(settings: Settings, http: httpx.AsyncClient) -> OidcClient:
    """The portal at ID-porten: level high, a bearer token whose resource is the core record's exchange."""
    client_id = settings.idporten_client_id
    config = ClientConfig(
        issuer=settings.idporten_issuer,
        client_id=client_id,
        key=client_key(settings, client_id, settings.idporten_client_jwk),
        redirect_uri=f"{settings.portal_url}/auth/idporten/callback",
        scopes=("openid", "profile"),
        dpop=False,
        resources=(settings.token_exchange_issuer,),
        id_token_algorithms=(settings.idporten_id_token_algorithm,),
        acr_values=("idporten-loa-high",),
    )
    return OidcClient(config, http)


def exchange_client(settings: Settings, http: httpx.AsyncClient) -> ExchangeClient:
    """The portal at the core record's token exchange, with the key it uses at ID-porten."""
    client_id = settings.idporten_client_id
    key = client_key(settings, client_id, settings.idporten_client_jwk)
    return ExchangeClient(settings.token_exchange_issuer, client_id, key, http)
