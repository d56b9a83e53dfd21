"""The portal's clients at the development provider: login, a token for each API, logout, and refusals."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from dev.identity_provider.provider import build_app
from dev.login import log_in
from dev.personas import persona
from kit.identity import claims as names
from kit.identity import faults
from kit.identity.audiences import CORE_RECORD, READ_CORE_RECORD, READ_RESULTS, RESULTS, WRITE_REPORTS
from kit.identity.client import ClientConfig, OidcClient, organisation_details
from kit.identity.keyfiles import client_key
from kit.identity.providers import HELSEID_SCOPES, exchange_client, helseid_client, idporten_client
from kit.identity.tokens import Login
from kit.identity.verifier import peek
from kit.settings import Settings
from tests.integration.identity.conftest import mounts


def portal(side: str, settings: Settings, http: httpx.AsyncClient) -> OidcClient:
    return helseid_client(settings, http) if side == "helseid" else idporten_client(settings, http)


async def portal_login(
    client: OidcClient, http: httpx.AsyncClient, form: dict[str, str], **begin: Any
) -> Login:
    url, pending = await client.begin(**begin)
    answer = await http.post(url, data=form)
    target = urlsplit(answer.headers["location"])
    query = [(name, value[0]) for name, value in parse_qs(target.query).items()]
    return await client.complete(query, pending)


async def test_given_the_portal_then_one_login_gives_a_token_for_each_resource(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    client = portal("helseid", settings, http)
    login = await portal_login(client, http, {"persona": "lege-koman"})
    assert login.claims["name"] == "Magnar Koman"
    audiences = {}
    for resource, scope in ((RESULTS, READ_RESULTS), (CORE_RECORD, READ_CORE_RECORD)):
        token = await client.access_token(login, resource, [scope])
        claims = unverified(token.value)
        audiences[resource] = claims["aud"]
        assert claims["scope"] == scope
        assert "name" not in claims
        assert claims["cnf"] == {"jkt": token.key().thumbprint}
    assert audiences == {RESULTS: RESULTS, CORE_RECORD: CORE_RECORD}


async def test_given_another_place_of_work_then_the_token_says_so_and_an_unknown_employer_is_refused(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    client = portal("helseid", settings, http)
    login = await portal_login(client, http, {"persona": "lege-koman"})
    who = persona("lege-koman")
    moved = await client.access_token(
        login, RESULTS, authorization_details=organisation_details(who.org_parent, "313900762")
    )
    assert unverified(moved.value)[names.ORG_CHILD] == "313900762"
    with pytest.raises(faults.LoginRefused) as caught:
        await client.access_token(
            login, RESULTS, authorization_details=organisation_details("999999999", None)
        )
    assert caught.value.code == "provider-invalid-authorization-details"


async def test_given_a_restart_of_the_provider_then_tokens_and_logins_still_work(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    login = await portal_login(portal("helseid", settings, http), http, {"persona": "lege-koman"})
    again = mounts((settings.helseid_issuer.rsplit("/", 1)[0], build_app(settings)))
    token = await portal("helseid", settings, again).access_token(login, RESULTS)
    before = (await http.get(f"{settings.helseid_issuer}/jwks")).json()
    assert (await again.get(f"{settings.helseid_issuer}/jwks")).json() == before
    assert unverified(token.value)["aud"] == RESULTS


@pytest.mark.parametrize(("side", "name"), [("helseid", "lege-koman"), ("idporten", "line")])
async def test_given_logout_then_the_login_cannot_be_renewed_and_the_browser_returns(
    http: httpx.AsyncClient, settings: Settings, side: str, name: str
) -> None:
    client = portal(side, settings, http)
    login = await portal_login(client, http, {"persona": name})
    url, fields = await client.logout_form(login, f"{settings.portal_url}/")
    answer = await http.post(url, data=fields)
    assert answer.headers["location"] == f"{settings.portal_url}/"
    with pytest.raises(faults.LoginRefused) as caught:
        await client.refresh(login)
    assert caught.value.code == "provider-invalid-grant"
    away = await http.get(await client.logout_url("https://evil.example/"))
    assert away.status_code == 200


@pytest.mark.parametrize(("side", "name"), [("helseid", "lege-koman"), ("idporten", "line")])
@pytest.mark.parametrize(
    ("form", "code"), [({"cancel": "1"}, "login-cancelled"), ({"level": "3"}, "login-level")]
)
async def test_given_a_cancelled_or_too_low_login_then_nobody_is_logged_in(
    http: httpx.AsyncClient, settings: Settings, side: str, name: str, form: dict[str, str], code: str
) -> None:
    with pytest.raises(faults.LoginRefused) as caught:
        await portal_login(portal(side, settings, http), http, {"persona": name, **form})
    assert caught.value.code == code


async def test_given_a_citizen_at_the_portal_then_the_exchange_gives_a_token(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    login = await portal_login(portal("idporten", settings, http), http, {"persona": "line"})
    token = await exchange_client(settings, http).exchange(login.access, RESULTS, [READ_RESULTS])
    assert unverified(token.value)["cnf"] == {"jkt": token.key().thumbprint}


async def test_given_someone_elses_login_then_the_exchange_refuses_the_portal(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    login = await log_in(settings, http, "line", persona("line"), RESULTS, [READ_RESULTS])
    with pytest.raises(faults.LoginRefused) as caught:
        await exchange_client(settings, http).exchange(login.access, RESULTS, [READ_RESULTS])
    assert caught.value.code == "provider-invalid-request"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ([("state", "x")], "answer-state"),
        ([("iss", "https://evil.example")], "answer-issuer"),
        ([("code", "")], "answer-code"),
        ([("code", "a"), ("code", "b")], "answer-repeated-parameter"),
        ([("error", "server_error")], "provider-server-error"),
        ([("error", "<script>")], "provider-error"),
    ],
)
async def test_given_a_wrong_answer_then_the_portal_stops_the_login(
    http: httpx.AsyncClient, settings: Settings, changed: list[tuple[str, str]], code: str
) -> None:
    client = portal("helseid", settings, http)
    _, pending = await client.begin()
    right = {"state": pending.state, "iss": settings.helseid_issuer, "code": "code"}
    kept = [(name, value) for name, value in right.items() if name not in dict(changed)]
    with pytest.raises(faults.LoginRefused) as caught:
        await client.complete([*kept, *changed], pending)
    assert caught.value.code == code


async def test_given_an_old_login_then_it_is_started_anew(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    client = portal("helseid", settings, http)
    _, pending = await client.begin()
    old = type(pending).from_bytes(pending.to_bytes())
    old.created -= 3600
    with pytest.raises(faults.LoginRefused) as caught:
        await client.complete([("state", old.state), ("iss", settings.helseid_issuer), ("code", "code")], old)
    assert caught.value.code == "login-expired"
    assert old.state not in repr(old)


async def test_given_a_silent_provider_then_the_login_service_is_unavailable(settings: Settings) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503))) as away:
        with pytest.raises(faults.IssuerUnavailable) as caught:
            await portal("helseid", settings, away).begin()
    assert caught.value.status == 503


async def test_given_a_machine_then_it_gets_its_own_scopes_alone(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    client_id = persona("lab").client_id or "lab"
    lab = OidcClient(
        ClientConfig(
            issuer=settings.helseid_issuer,
            client_id=client_id,
            key=client_key(settings, client_id),
            redirect_uri="",
            scopes=HELSEID_SCOPES,
        ),
        http,
    )
    claims = unverified((await lab.client_credentials(RESULTS, [WRITE_REPORTS])).value)
    assert (claims["scope"], claims[names.ORG_PARENT]) == (WRITE_REPORTS, persona("lab").org_parent)
    with pytest.raises(faults.LoginRefused) as caught:
        await lab.client_credentials(RESULTS, [READ_RESULTS])
    assert caught.value.code == "provider-invalid-scope"
    with pytest.raises(faults.LoginRefused) as caught:
        await lab.begin()
    assert caught.value.code == "provider-unauthorized-client"


def unverified(token: str) -> dict[str, Any]:
    return peek(token)[1]
