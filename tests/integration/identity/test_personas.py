"""The development provider and the command line's login, over ASGI: every kind of persona gets in."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import redis

from dev.embedded import Valkey
from dev.identity_provider.provider import NotForProduction, build_app
from dev.login import persona_access
from dev.personas import load_personas
from kit.identity import faults
from kit.identity.actor import Actor, ActorKind
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.audiences import CORE_RECORD, RESULTS, WRITE_REPORTS
from kit.settings import Settings

BY_NAME = load_personas().personas


@pytest.mark.parametrize("name", BY_NAME)
async def test_given_a_persona_when_it_logs_in_then_the_api_knows_who_calls(
    name: str, http: httpx.AsyncClient, settings: Settings, api: Any
) -> None:
    token = await persona_access(name, RESULTS, settings=settings, http=http)
    nonces = NonceJar()
    answer = await http.get(f"{settings.results_url}/who", auth=DpopAuth(token.key(), token.value, nonces))
    assert answer.status_code == 200, answer.text
    assert nonces.get(settings.results_url) is not None
    actor: Actor = api.seen[-1]
    who = BY_NAME[name]
    kinds = {"helseid": ActorKind.CLINICIAN, "idporten": ActorKind.CITIZEN, "machine": ActorKind.MACHINE}
    assert actor.kind is kinds[who.login]
    assert (actor.national_id.value if actor.national_id else None) == who.national_id
    assert actor.hpr_number == who.hpr_number
    if who.login != "idporten":
        assert actor.organisation == who.org_parent
        assert actor.place == (who.org_child if who.login == "helseid" else None)
    assert actor.security_level == (0 if who.login == "machine" else 4)


async def test_given_a_token_for_another_service_then_it_is_refused(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    token = await persona_access("lege-koman", CORE_RECORD, settings=settings, http=http)
    answer = await http.get(f"{settings.results_url}/who", auth=DpopAuth(token.key(), token.value))
    assert answer.status_code == 401
    assert answer.json()["title"] == "token-audience"
    assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_token"')


async def test_given_a_person_when_it_asks_for_a_machines_scope_then_it_gets_no_token(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    for name in ("lege-koman", "line"):
        with pytest.raises(faults.LoginRefused) as caught:
            await persona_access(name, RESULTS, [WRITE_REPORTS], settings=settings, http=http)
        assert caught.value.code == "provider-invalid-scope"


async def test_given_an_emptied_valkey_then_older_nonces_are_refused_and_a_new_one_works(
    http: httpx.AsyncClient, settings: Settings, valkey: Valkey
) -> None:
    token = await persona_access("lege-koman", RESULTS, settings=settings, http=http)
    nonces, url = NonceJar(), f"{settings.results_url}/who"
    assert (await http.get(url, auth=DpopAuth(token.key(), token.value, nonces))).status_code == 200
    old = nonces.get(url)
    redis.Redis.from_url(valkey.url).flushdb()
    proof = token.key().proof("GET", url, token.value, old)
    answer = await http.get(url, headers={"Authorization": f"DPoP {token.value}", "DPoP": proof})
    assert answer.status_code == 401
    assert "use_dpop_nonce" in answer.headers["www-authenticate"]
    assert answer.headers["dpop-nonce"] != old
    assert (await http.get(url, auth=DpopAuth(token.key(), token.value, nonces))).status_code == 200


def test_given_production_then_the_provider_does_not_start(settings: Settings) -> None:
    with pytest.raises(NotForProduction):
        build_app(settings.model_copy(update={"environment": "production"}))
    with pytest.raises(NotForProduction):
        build_app(settings.model_copy(update={"helseid_issuer": "https://helseid-sts.nhn.no"}))
