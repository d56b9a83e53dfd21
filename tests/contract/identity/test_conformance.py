"""Our OpenID client against an independent, certified provider: logins work, and every fault is refused.

The provider is copied from ../shared to a temporary folder and run with Node; without either, skipped.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from dev.identity_provider.state import MemoryFreshness
from kit.identity import claims as names
from kit.identity import faults
from kit.identity.actor import ActorKind
from kit.identity.claims import read_helseid
from kit.identity.client import ClientConfig, OidcClient, organisation_details
from kit.identity.jwks import Issuer
from kit.identity.keyfiles import new_ec_key
from kit.identity.providers import HELSEID_SCOPES
from kit.identity.tokens import Login
from kit.identity.verifier import AccessTokenVerifier, TrustedIssuer
from tests.shared import SHARED

SOURCE = SHARED / "conformance" / "oidc-provider" if SHARED else None
AUDIENCE = "nhn:lab-portal"
SCOPE = "nhn:lab-portal/reports.read"
REDIRECT = "http://127.0.0.1:8000/callback"
RETURN_TO = "http://127.0.0.1:8000/"
pytestmark = [
    pytest.mark.skipif(
        SOURCE is None or not SOURCE.is_dir(), reason="../shared/conformance/oidc-provider is absent"
    ),
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed"),
]
Start = Callable[[str, str], str]
"""(mode, fault) → issuer"""

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
    "idt-wrong-aud": "id-token-azp",
    "idt-second-aud": "id-token-azp",
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
KEY = new_ec_key()


def test_the_list_of_faults_is_the_providers() -> None:
    assert SOURCE is not None
    text = (SOURCE / "README.md").read_text()
    listed = text.partition("Faults:")[2].partition("They follow")[0]
    words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+|bearer", listed))
    assert words == {*MUST_REFUSE, *MUST_ACCEPT}


@pytest.fixture(scope="session")
def installed() -> Iterator[Path]:
    assert SOURCE is not None
    with tempfile.TemporaryDirectory(prefix="akson-op-", dir="/tmp") as name:
        folder = Path(name) / "provider"
        shutil.copytree(SOURCE, folder, copy_function=shutil.copyfile)
        folder.chmod(0o755)
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=170
        )
        public = {"keys": [KEY.as_dict(private=False)]}
        (folder / "client-public.jwks.json").write_text(json.dumps(public))
        yield folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, mode: str, fault: str, **environment: str) -> Iterator[str]:
    """The provider in one mode with one fault; yields its issuer."""
    port = free_port()
    values = {
        "OP_MODE": mode,
        "OP_PORT": str(port),
        "OP_CLIENT_ID": "portal",
        "OP_CLIENT_JWKS": str(folder / "client-public.jwks.json"),
        "OP_REDIRECT_URIS": REDIRECT,
        "OP_POST_LOGOUT_URIS": RETURN_TO,
        "OP_ID_TOKEN_ALG": "PS256" if mode == "helseid" else "RS256",
        "OP_FAULT": fault,
        "OP_LOG": "0",
        "NODE_NO_WARNINGS": "1",
        **environment,
    }
    process = subprocess.Popen(
        ["node", "server.mjs"], cwd=folder, env={**os.environ, **values}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert '"ready":true' in line, line
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


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


async def press(url: str, form: dict[str, str]) -> list[tuple[str, str]]:
    """Follow the provider's redirects as a browser does, and press a button on its login page."""
    async with httpx.AsyncClient(timeout=20.0) as browser:
        answer = await browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(REDIRECT):
                    return parse_qsl(urlsplit(target).query, keep_blank_values=True)
                answer = await browser.get(target)
            else:
                assert "test login" in answer.text, answer.text
                answer = await browser.post(answer.url, data=form)
    raise AssertionError("the provider did not send the browser back")


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
