"""DPoP proofs: RFC 9449 4.3 check by check, nonces and replay."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from kit.identity import faults
from kit.identity.dpop import DpopKey, read_proof, target_url
from kit.identity.freshness import NONCE_STEP, Nonces
from tests.unit.identity.support import RSA_KEY, At, Caller, build_caller, helseid_claims, sign


@pytest.fixture
def caller() -> Caller:
    return build_caller()


@pytest.fixture
def token(caller: Caller) -> str:
    return sign(helseid_claims(caller.key.thumbprint))


REFUSED: list[tuple[dict[str, Any], type[faults.ProofRefused]]] = [
    ({"htm": "GET"}, faults.ProofMethod),
    ({"htm": "post"}, faults.ProofMethod),
    ({"htm": None}, faults.ProofMethod),
    ({"htu": "https://results.example/fhir/DiagnosticReport/_search"}, faults.ProofUrl),
    ({"htu": "https://evil.example/fhir/Observation/_search"}, faults.ProofUrl),
    ({"htu": "http://results.example/fhir/Observation/_search"}, faults.ProofUrl),
    ({"htu": "https://results.example:444/fhir/Observation/_search"}, faults.ProofUrl),
    ({"htu": "https://user@results.example/fhir/Observation/_search"}, faults.ProofUrl),
    ({"htu": "/fhir/Observation/_search"}, faults.ProofUrl),
    ({"htu": "https://[broken"}, faults.ProofUrl),
    ({"htu": 7}, faults.ProofUrl),
    ({"htu": None}, faults.ProofUrl),
    ({"ath": "x" * 43}, faults.ProofTokenHash),
    ({"ath": None}, faults.ProofTokenHash),
    ({"ath": 7}, faults.ProofTokenHash),
    ({"iat": At(-3600)}, faults.ProofTime),
    ({"iat": At(3600)}, faults.ProofTime),
    ({"iat": None}, faults.ProofTime),
    ({"iat": str(int(time.time()))}, faults.ProofTime),
    ({"iat": True}, faults.ProofTime),
    ({"iat": float("nan")}, faults.ProofTime),
    ({"jti": None}, faults.ProofId),
    ({"jti": "short"}, faults.ProofId),
    ({"jti": "x" * 257}, faults.ProofId),
    ({"jti": 123456789}, faults.ProofId),
    ({"nonce": None}, faults.NonceNeeded),
    ({"nonce": "x" * 24}, faults.NonceNeeded),
    ({"nonce": "ø"}, faults.NonceNeeded),
    ({"nonce": 7}, faults.NonceNeeded),
    ({"header": {"typ": "jwt"}}, faults.ProofType),
    ({"header": {"typ": None}}, faults.ProofType),
    ({"header": {"crit": ["b64"], "b64": True}}, faults.ProofMalformed),
    ({"header": {"jwk": None}}, faults.ProofKey),
    ({"header": {"jwk": {"kty": "EC"}}}, faults.ProofKey),
    ({"header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}}, faults.ProofKey),
]


@pytest.mark.parametrize(("changes", "fault"), REFUSED)
async def test_given_a_wrong_proof_then_it_is_refused(
    caller: Caller, token: str, changes: dict[str, Any], fault: type[faults.ProofRefused]
) -> None:
    with pytest.raises(faults.ProofRefused) as caught:
        await caller.call(token, await caller.proof(token, **changes))
    assert type(caught.value) is fault
    error = "use_dpop_nonce" if fault is faults.NonceNeeded else "invalid_dpop_proof"
    assert f'error="{error}"' in caught.value.headers["WWW-Authenticate"]


async def test_given_another_signer_than_the_header_says_then_the_proof_is_refused(
    caller: Caller, token: str
) -> None:
    proof = await caller.proof(token, signing_key=ECKey.generate_key("P-256"))
    with pytest.raises(faults.ProofSignature):
        await caller.call(token, proof)


async def test_given_a_private_key_in_the_header_then_the_proof_is_refused(
    caller: Caller, token: str
) -> None:
    with pytest.raises(faults.ProofKey):
        await caller.call(token, await caller.proof(token, header={"jwk": caller.key.to_jwk()}))


async def test_given_a_shared_secret_then_the_proof_is_refused(caller: Caller, token: str) -> None:
    secret = OctKey.generate_key(256)
    proof = await caller.proof(token, signing_key=secret, header={"alg": "HS256", "jwk": secret.as_dict()})
    with pytest.raises(faults.ProofAlgorithm):
        await caller.call(token, proof)


async def test_given_a_key_of_another_type_than_the_algorithm_then_the_proof_is_refused(
    caller: Caller, token: str
) -> None:
    proof = await caller.proof(token, header={"jwk": RSA_KEY.as_dict(private=False)})
    with pytest.raises(faults.ProofKey):
        await caller.call(token, proof)


@pytest.mark.parametrize("proofs", [[], ["", ""], ["PROOF", "PROOF"], [""]])
async def test_given_not_exactly_one_proof_then_it_is_refused(
    caller: Caller, token: str, proofs: list[str]
) -> None:
    good = await caller.proof(token)
    sent = [proof.replace("PROOF", good) for proof in proofs]
    with pytest.raises(faults.ProofMissing):
        await caller.verifier.verify(
            method="POST", url=caller.url, authorization=[f"DPoP {token}"], proofs=sent
        )


@pytest.mark.parametrize("proof", ["x", "a.b.c", "e30.e30.", "x" * 9000, "æøå.æ.å", "bnVsbA.bnVsbA.bnVsbA"])
async def test_given_no_jwt_then_the_proof_is_refused(caller: Caller, token: str, proof: str) -> None:
    with pytest.raises(faults.ProofRefused) as caught:
        await caller.call(token, proof)
    assert type(caught.value) is faults.ProofMalformed


async def test_given_a_proof_used_twice_then_the_second_is_refused(caller: Caller, token: str) -> None:
    proof = await caller.proof(token)
    await caller.call(token, proof)
    with pytest.raises(faults.ProofReplayed):
        await caller.call(token, proof)


async def test_given_no_nonce_then_the_one_it_is_told_works(caller: Caller, token: str) -> None:
    with pytest.raises(faults.NonceNeeded) as caught:
        await caller.call(token, await caller.proof(token, nonce=None))
    assert caught.value.headers["DPoP-Nonce"] == caught.value.nonce
    actor = await caller.call(token, await caller.proof(token, nonce=caught.value.nonce))
    assert actor.client_id == "akson-portal"


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "RS256", "Ed25519"])
async def test_given_any_accepted_algorithm_then_a_proof_works(caller: Caller, algorithm: str) -> None:
    keys: dict[str, Key] = {"ES256": ECKey.generate_key("P-256"), "Ed25519": OKPKey.generate_key("Ed25519")}
    key = keys.get(algorithm) or RSAKey.generate_key(2048)
    token = sign(helseid_claims(key.thumbprint()))
    header = {"alg": algorithm, "jwk": key.as_dict(private=False)}
    actor = await caller.call(token, await caller.proof(token, signing_key=key, header=header))
    assert actor.audience == "nhn:pps"


@pytest.mark.parametrize(
    "htu",
    [
        "HTTPS://RESULTS.example/fhir/Observation/_search",
        "https://results.example:443/fhir/Observation/_search",
        "https://results.example/fhir/Observation/_search?_count=5#x",
        "https://results.example/fhir/Observation/%5fsearch",
    ],
)
async def test_given_the_same_address_written_otherwise_then_the_proof_works(
    caller: Caller, token: str, htu: str
) -> None:
    assert (await caller.call(token, await caller.proof(token, htu=htu))).issuer


def test_given_our_own_key_then_its_proof_is_right_and_its_repr_shows_nothing() -> None:
    key = DpopKey.from_jwk(DpopKey.generate().to_jwk())
    proof = read_proof(
        key.proof("get", "http://127.0.0.1:8102/x?y=1", "token", "nonce"),
        method="GET",
        url="http://127.0.0.1:8102/x",
        token="token",
    )
    assert (proof.thumbprint, proof.nonce) == (key.thumbprint, "nonce")
    assert "d" not in key.to_jwk(private=False)
    assert key.to_jwk()["d"] not in repr(key)


@pytest.mark.parametrize("jwk", [{}, {"kty": "oct", "k": "AA"}, DpopKey.generate().to_jwk(private=False)])
def test_given_no_private_ec_key_then_it_is_no_dpop_key(jwk: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="key"):
        DpopKey.from_jwk(jwk)


@given(st.text(max_size=60))
def test_given_any_text_then_a_proof_is_refused_not_an_error(text: str) -> None:
    with pytest.raises(faults.ProofRefused):
        read_proof(text, method="GET", url="https://results.example/", token="t")


@given(st.text(alphabet="abcXYZ019-._~%/ å", max_size=30))
def test_target_url_is_stable(path: str) -> None:
    once = target_url(f"https://results.example/{path}")
    assert target_url(once) == once


def test_given_time_then_a_nonce_lives_two_steps_and_in_its_epoch_alone() -> None:
    nonces, start = Nonces(b"secret"), 1_000_000.0
    nonce = nonces.current(b"epoch", start)
    assert nonces.accepts(b"epoch", nonce, start + NONCE_STEP)
    assert not nonces.accepts(b"epoch", nonce, start + 2 * NONCE_STEP)
    assert not nonces.accepts(b"other", nonce, start)
    assert not Nonces(b"other").accepts(b"epoch", nonce, start)
