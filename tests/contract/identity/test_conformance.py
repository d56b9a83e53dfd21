"""Our OpenID client against an independent, certified provider: logins work, and every fault is refused.

The provider is copied from ../shared to a temporary folder and run with Node; without either, skipped.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from dev.identity_provider.state import MemoryFreshness
from kit.identity import claims as names
from kit.identity import faults
from kit.identity.actor import ActorKind
from kit.identity.claims import read_helseid
from kit.identity.client import ClientConfig, OidcClient, organisation_details
from kit.identity.jwks import Issuer
from kit.identity.providers import HELSEID_SCOPES
from kit.identity.tokens import Login
from kit.identity.verifier import AccessTokenVerifier, TrustedIssuer
from tests.contract.identity.independent import (
    KEY,
    REDIRECT,
    RETURN_TO,
    SOURCE,
    installed_provider,
    press,
    running,
)

AUDIENCE = "nhn:lab-portal"
SCOPE = "nhn:lab-portal/reports.read"
pytestmark = [
    pytest.mark.skipif(
        SOURCE is None or not SOURCE.is_dir(), reason="../shared/conformance/oidc-provider is absent"
    ),
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
]

MUST_REFUSE = {
    "no-iss": "answer-issuer",
    "wrong-iss": "answer-issuer",
    "no-state": "answer-state",
    "wrong-state": "answer-state",
    "discovery-iss": "metadata-issuer",
    "bearer": "token-response-type",
    "no-id-token": "id-token-missing",
    "tamper-id-token": "id-token-signature",
    "alg-none-id-token": "id-token-alg",
    "idt-wrong-aud": "id-token-aud",
    "idt-second-aud": "id-token-aud",
    "idt-no-aud": "id-token-aud",
    "idt-wrong-iss": "id-token-iss",
    "idt-no-iss": "id-token-iss",
    "idt-expired": "id-token-exp",
    "idt-no-exp": "id-token-exp",
    "idt-wrong-nonce": "id-token-nonce",
    "idt-no-nonce": "id-token-nonce",
    "idt-other-alg": "id-token-alg",
    "idt-wrong-key": "id-token-signature",
    "idt-hs256": "id-token-alg",
    "idt-unknown-kid": "id-token-key",
    "idt-no-kid": "id-token-key",
    "idt-old-iat": "id-token-iat",
    "idt-wrong-azp": "id-token-azp",
    "idt-no-sub": "id-token-sub",
}
MUST_ACCEPT = ("idt-aud-array", "no-expires-in", "token-type-case")
# With a bearer token expected, this answer is no fault.
FAULTS = [
    (mode, fault)
    for mode in ("helseid", "idporten")
    for fault in MUST_REFUSE
    if (mode, fault) != ("idporten", "bearer")
]


def test_the_list_of_faults_is_the_providers() -> None:
    assert SOURCE is not None
    text = (SOURCE / "README.md").read_text()
    listed = text.partition("Faults:")[2].partition("They follow")[0]
    words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+|bearer", listed))
    assert words == {*MUST_REFUSE, *MUST_ACCEPT}


@pytest.fixture(scope="session")
def installed() -> Iterator[Path]:
    with installed_provider() as folder:
        yield folder


@pytest.fixture(scope="session")
def correct(installed: Path) -> Iterator[dict[str, str]]:
    """Both modes without a fault, by mode."""
    with ExitStack() as stack:
        yield {mode: stack.enter_context(running(installed, mode, "")) for mode in ("helseid", "idporten")}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20.0) as client:
        yield client


def client_of(mode: str, issuer: str, http: httpx.AsyncClient) -> OidcClient:
    helseid = mode == "helseid"
    scopes = (*HELSEID_SCOPES, SCOPE) if helseid else ("openid", "profile")
    return OidcClient(
        ClientConfig(
            issuer=issuer,
            client_id="portal",
            key=KEY,
            redirect_uri=REDIRECT,
            scopes=scopes,
            dpop=helseid,
            resources=(AUDIENCE,),
            id_token_algorithms=("PS256", "ES256") if helseid else ("RS256",),
            acr_values=() if helseid else ("idporten-loa-high",),
            minimum_level=4,
        ),
        http,
    )


async def log_in(client: OidcClient, user: dict[str, str], **begin: object) -> Login:
    url, pending = await client.begin(**begin)  # type: ignore[arg-type]
    return await client.complete(await press(url, user), pending)


CLINICIAN, CITIZEN = {"user": "clinician-1"}, {"user": "citizen-1"}


def user_of(mode: str) -> dict[str, str]:
    return CLINICIAN if mode == "helseid" else CITIZEN


async def test_given_helseid_then_login_refresh_and_organisation_work(
    correct: dict[str, str], http: httpx.AsyncClient
) -> None:
    issuer = correct["helseid"]
    client = client_of("helseid", issuer, http)
    login = await log_in(
        client, CLINICIAN, authorization_details=organisation_details("994598759", "920773230")
    )
    assert login.claims[names.SECURITY_LEVEL] == "4"
    verifier = AccessTokenVerifier(
        audience=AUDIENCE,
        base_url="https://results.example",
        issuers=[TrustedIssuer(issuer, Issuer(issuer, http), read_helseid)],
        freshness=MemoryFreshness(),
    )
    other = organisation_details("994598759", "922734046")
    tokens = [
        login.access,
        await client.access_token(login, AUDIENCE, [SCOPE]),
        await client.access_token(login, AUDIENCE, authorization_details=other),
        (await client.refresh(login)).access,
    ]
    places = []
    for token in tokens:
        nonce = await verifier.freshness.nonce()
        proof = token.key().proof("GET", "https://results.example/x", token.value, nonce)
        actor = await verifier.verify(
            method="GET",
            url="https://results.example/x",
            authorization=[f"DPoP {token.value}"],
            proofs=[proof],
        )
        assert (actor.kind, actor.hpr_number, actor.security_level) == (ActorKind.CLINICIAN, "990000011", 4)
        assert SCOPE in actor.scopes
        places.append(actor.place)
    assert places[0] == "920773230"
    assert places[2] == "922734046"


async def test_given_helseid_then_a_system_gets_a_bound_token(
    correct: dict[str, str], http: httpx.AsyncClient
) -> None:
    client = client_of("helseid", correct["helseid"], http)
    token = await client.client_credentials(AUDIENCE, [SCOPE])
    assert token.key().thumbprint
    assert token.scopes == (SCOPE,)


async def test_given_idporten_then_a_citizen_logs_in_at_level_high(
    correct: dict[str, str], http: httpx.AsyncClient
) -> None:
    login = await log_in(client_of("idporten", correct["idporten"], http), CITIZEN)
    assert login.claims["acr"] == "idporten-loa-high"
    assert login.access.dpop_jwk is None
    assert login.claims["pid"] not in repr(login)


async def test_given_logout_then_the_provider_takes_the_address_which_names_nobody(
    correct: dict[str, str], http: httpx.AsyncClient
) -> None:
    client = client_of("helseid", correct["helseid"], http)
    login = await log_in(client, CLINICIAN)
    url = await client.logout_url(RETURN_TO, "state")
    answer = await http.get(url)
    assert answer.status_code == 200, answer.text
    assert login.id_token not in url


@pytest.mark.parametrize(
    ("mode", "form", "code"),
    [
        ("helseid", {"abort": "1"}, "login-cancelled"),
        ("idporten", {"abort": "1"}, "login-cancelled"),
        ("helseid", {"user": "clinician-low"}, "login-level"),
        ("idporten", {"user": "citizen-low"}, "login-cancelled"),  # the provider itself says no
    ],
)
async def test_given_a_login_that_is_not_completed_then_its_reason_is_known(
    correct: dict[str, str], http: httpx.AsyncClient, mode: str, form: dict[str, str], code: str
) -> None:
    with pytest.raises(faults.LoginRefused) as caught:
        await log_in(client_of(mode, correct[mode], http), form)
    assert caught.value.code == code


async def test_given_a_code_used_twice_then_the_second_login_is_refused(
    correct: dict[str, str], http: httpx.AsyncClient
) -> None:
    client = client_of("helseid", correct["helseid"], http)
    url, pending = await client.begin()
    query = await press(url, CLINICIAN)
    await client.complete(query, pending)
    with pytest.raises(faults.LoginRefused) as caught:
        await client.complete(query, pending)
    assert caught.value.code == "provider-invalid-grant"


@pytest.mark.parametrize(("mode", "fault"), FAULTS)
async def test_given_a_misbehaving_provider_then_nobody_is_logged_in(
    installed: Path, http: httpx.AsyncClient, mode: str, fault: str
) -> None:
    with running(installed, mode, fault) as issuer, pytest.raises(faults.LoginRefused) as caught:
        await log_in(client_of(mode, issuer, http), user_of(mode))
    assert caught.value.code == MUST_REFUSE[fault]


@pytest.mark.parametrize("mode", ["helseid", "idporten"])
@pytest.mark.parametrize("fault", MUST_ACCEPT)
async def test_given_a_harmless_difference_then_the_login_works(
    installed: Path, http: httpx.AsyncClient, mode: str, fault: str
) -> None:
    with running(installed, mode, fault) as issuer:
        login = await log_in(client_of(mode, issuer, http), user_of(mode))
    assert login.subject == user_of(mode)["user"]
    assert login.access.expires_at > time.time()
