"""The clients registered at the provider: the portal, the command line, the machines of the personas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import Key, import_key

from dev import sample_app
from dev.personas import Persona
from kit.identity.audiences import MACHINE_SCOPES, OPERATOR_SCOPES, READ_JOURNAL, SCOPES, personal_scopes
from kit.identity.keyfiles import client_key
from kit.identity.providers import HELSEID_SCOPES
from kit.settings import DEVELOPMENT_CLIENT, Settings

CLI_CLIENT = DEVELOPMENT_CLIENT
CLI_REDIRECT = "http://127.0.0.1/akson-cli/callback"
"""Never fetched: the command line reads the code from the redirect itself."""


@dataclass(frozen=True)
class RegisteredClient:
    """A client, its public key, what it may ask for, and where it is told of ended logins (`backchannel`)."""

    client_id: str
    key: Key
    redirect_uris: tuple[str, ...] = ()
    logout_prefix: str | None = None
    backchannel: str | None = None
    scopes: frozenset[str] = frozenset()
    organisation: str | None = None

    @property
    def is_machine(self) -> bool:
        """A system that asks for tokens in its own name."""
        return not self.redirect_uris

    def may_return_to(self, url: str) -> bool:
        """May the browser be sent there after logout?"""
        base = self.logout_prefix
        return base is not None and (url == base or url.startswith(f"{base}/"))


def helseid_clients(settings: Settings, personas: dict[str, Persona]) -> dict[str, RegisteredClient]:
    """HelseID's clients by client id."""
    personal = {scope for audience in SCOPES for scope in personal_scopes(audience)}
    scopes = frozenset(HELSEID_SCOPES) | personal | OPERATOR_SCOPES
    clients = _people_clients(
        settings, "helseid", settings.helseid_client_id, settings.helseid_client_jwk, scopes
    )
    sample = sample_app.CLIENT
    clients[sample] = RegisteredClient(
        client_id=sample,
        key=_public(client_key(settings, sample)),
        redirect_uris=(f"{sample_app.base()}/callback",),
        scopes=frozenset((*HELSEID_SCOPES, READ_JOURNAL)),
    )
    for name, persona in personas.items():
        if persona.login == "machine":
            client_id = persona.client_id or name
            clients[client_id] = RegisteredClient(
                client_id=client_id,
                key=_public(client_key(settings, client_id)),
                scopes=MACHINE_SCOPES,
                organisation=persona.org_parent,
            )
    return clients


def idporten_clients(settings: Settings) -> dict[str, RegisteredClient]:
    """ID-porten's clients by client id."""
    scopes = frozenset({"openid", "profile"})
    return _people_clients(
        settings, "idporten", settings.idporten_client_id, settings.idporten_client_jwk, scopes
    )


def _people_clients(
    settings: Settings, side: str, portal_id: str, portal_key: Path | None, scopes: frozenset[str]
) -> dict[str, RegisteredClient]:
    portal = RegisteredClient(
        client_id=portal_id,
        key=_public(client_key(settings, portal_id, portal_key)),
        redirect_uris=(f"{settings.portal_url}/auth/{side}/callback",),
        logout_prefix=settings.portal_url,
        backchannel=f"{settings.portal_url}/auth/{side}/backchannel-logout",
        scopes=scopes,
    )
    cli = RegisteredClient(
        client_id=CLI_CLIENT,
        key=_public(client_key(settings, CLI_CLIENT)),
        redirect_uris=(CLI_REDIRECT,),
        scopes=scopes,
    )
    return {portal_id: portal, CLI_CLIENT: cli}


def _public(key: Key) -> Key:
    return import_key(key.as_dict(private=False))
