"""Access tokens: each way one can be wrong is refused, with a code of its own."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from kit.identity import claims as names
from kit.identity import faults
from kit.identity.actor import ActorKind
from kit.identity.verifier import require_scope
from tests.unit.identity.support import (
    AUDIENCE,
    CITIZENS,
    EC_KEY,
    PID,
    RSA_KEY,
    At,
    Caller,
    build_caller,
    citizen_claims,
    helseid_claims,
    sign,
)


@pytest.fixture
def caller() -> Caller:
    return build_caller()


async def test_given_a_clinicians_token_then_the_actor_has_all_it_proves(caller: Caller) -> None:
    actor = await caller.call(sign(helseid_claims(caller.key.thumbprint)))
    assert actor.kind is ActorKind.CLINICIAN
    assert actor.national_id is not None
    assert actor.national_id.value == PID
    assert (actor.hpr_number, actor.organisation, actor.place) == ("9144889", "313900436", "313900541")
    assert (actor.security_level, actor.audience, actor.subject) == (4, AUDIENCE, "pseudonym")
    assert actor.scopes == {"nhn:pps/provesvar-read"}
    assert PID not in repr(actor)


async def test_given_a_citizens_token_then_the_actor_is_a_citizen_without_organisation(
    caller: Caller,
) -> None:
    actor = await caller.call(sign(citizen_claims(caller.key.thumbprint), EC_KEY))
    assert (actor.kind, actor.security_level, actor.issuer) == (ActorKind.CITIZEN, 4, CITIZENS)
    assert (actor.hpr_number, actor.organisation, actor.place) == (None, None, None)


@pytest.mark.parametrize("sub", [None, "lab"])
async def test_given_a_systems_token_then_the_actor_is_a_machine_without_level(
    caller: Caller, sub: str | None
) -> None:
    person = {names.PID: None, names.HPR_NUMBER: None, names.SECURITY_LEVEL: None}
    actor = await caller.call(sign(helseid_claims(caller.key.thumbprint, client_id="lab", sub=sub, **person)))
    assert (actor.kind, actor.subject, actor.national_id) == (ActorKind.MACHINE, "lab", None)
    assert actor.organisation == "313900436"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["other", AUDIENCE]},
        {"scope": ["nhn:pps/provesvar-read"]},
        {"exp": At(-3)},  # within the accepted difference of clocks
        {names.HPR_NUMBER: None},
        {names.ORG_CHILD: None},
    ],
)
async def test_given_a_harmless_difference_then_the_token_is_accepted(
    caller: Caller, changes: dict[str, Any]
) -> None:
    actor = await caller.call(sign(helseid_claims(caller.key.thumbprint, **changes)))
    assert "nhn:pps/provesvar-read" in actor.scopes


REFUSED_CLAIMS: list[tuple[dict[str, Any], type[faults.Refused]]] = [
    ({"iss": "https://evil.example"}, faults.TokenIssuer),
    ({"iss": None}, faults.TokenIssuer),
    ({"iss": ["https://helseid.example"]}, faults.TokenIssuer),
    ({"aud": "akson:core-record"}, faults.TokenAudience),
    ({"aud": None}, faults.TokenAudience),
    ({"aud": {AUDIENCE: 1}}, faults.TokenAudience),
    ({"exp": At(-3600)}, faults.TokenExpired),
    ({"exp": None}, faults.TokenClaims),
    ({"exp": "tomorrow"}, faults.TokenClaims),
    ({"iat": None}, faults.TokenClaims),
    ({"iat": At(3600), "nbf": None}, faults.TokenNotYetValid),
    ({"nbf": At(3600)}, faults.TokenNotYetValid),
    ({"cnf": None}, faults.TokenNotBound),
    ({"cnf": "text"}, faults.TokenNotBound),
    ({"cnf": {"x5t#S256": "abc"}}, faults.TokenNotBound),
    ({"cnf": {"jkt": "x" * 43}}, faults.TokenBoundToOtherKey),
    ({"client_id": None}, faults.TokenClaims),
    ({"jti": None}, faults.TokenClaims),
    ({"jti": 7}, faults.TokenClaims),
    ({"sub": None}, faults.TokenClaims),
    ({"scope": 7}, faults.TokenClaims),
    ({"scope": [7]}, faults.TokenClaims),
    ({names.PID: "13116900217"}, faults.TokenClaims),
    ({names.PID: 13116900216}, faults.TokenClaims),
    ({names.PID: None}, faults.TokenClaims),  # a person's token may not turn into a system's
    ({names.PID: None, "sub": "akson-portal"}, faults.TokenClaims),
    ({names.HPR_NUMBER: "12ab"}, faults.TokenClaims),
    ({names.ORG_PARENT: "12345678"}, faults.TokenClaims),
    ({names.SECURITY_LEVEL: None}, faults.TokenClaims),
    ({names.SECURITY_LEVEL: "high"}, faults.TokenClaims),
    ({names.SECURITY_LEVEL: True}, faults.TokenClaims),
    ({names.SECURITY_LEVEL: "3"}, faults.LevelTooLow),
]


@pytest.mark.parametrize(("changes", "fault"), REFUSED_CLAIMS)
async def test_given_a_wrong_claim_then_the_token_is_refused(
    caller: Caller, changes: dict[str, Any], fault: type[faults.Refused]
) -> None:
    with pytest.raises(faults.Refused) as caught:
        await caller.call(sign(helseid_claims(caller.key.thumbprint, **changes)))
    assert type(caught.value) is fault
    assert caught.value.status == 401
    assert PID not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"pid": None}, faults.TokenClaims),
        ({"acr": None}, faults.TokenClaims),
        ({"acr": "Level4"}, faults.LevelTooLow),
        ({"acr": "idporten-loa-substantial"}, faults.LevelTooLow),
        ({"aud": [AUDIENCE, "akson:core-record"]}, faults.TokenAudience),
    ],
)
async def test_given_a_citizens_token_with_a_wrong_claim_then_it_is_refused(
    caller: Caller, changes: dict[str, Any], fault: type[faults.Refused]
) -> None:
    with pytest.raises(faults.Refused) as caught:
        await caller.call(sign(citizen_claims(caller.key.thumbprint, **changes), EC_KEY))
    assert type(caught.value) is fault


async def test_given_one_issuers_key_then_it_cannot_speak_for_another(caller: Caller) -> None:
    with pytest.raises(faults.TokenKeyUnknown):
        await caller.call(sign(citizen_claims(caller.key.thumbprint), RSA_KEY))


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(claims: dict[str, Any]) -> str:
    return f"{part({'typ': 'at+jwt', 'alg': 'none'})}.{part(claims)}."


async def test_given_alg_none_then_the_token_is_refused(caller: Caller) -> None:
    with pytest.raises(faults.TokenAlgorithm):
        await caller.call(unsigned(helseid_claims(caller.key.thumbprint)))


async def test_given_a_shared_secret_algorithm_then_the_token_is_refused(caller: Caller) -> None:
    head = {"typ": "at+jwt", "alg": "HS256", "kid": "rsa"}
    text = f"{part(head)}.{part(helseid_claims(caller.key.thumbprint))}"
    public = RSA_KEY.as_pem(private=False)  # key confusion: the issuer's public key as the secret
    signature = base64.urlsafe_b64encode(hmac.digest(public, text.encode(), "sha256")).rstrip(b"=")
    token = f"{text}.{signature.decode()}"
    with pytest.raises(faults.TokenAlgorithm):
        await caller.call(token)


async def test_given_a_key_used_with_another_algorithm_than_its_own_then_it_is_refused(
    caller: Caller,
) -> None:
    other = RSAKey.import_key({**RSA_KEY.as_dict(private=True), "alg": "RS256"})
    with pytest.raises(faults.TokenKeyUnknown):
        await caller.call(sign(helseid_claims(caller.key.thumbprint), other))


async def test_given_a_forged_signature_then_the_token_is_refused(caller: Caller) -> None:
    forger = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": "ec"})
    with pytest.raises(faults.TokenSignature):
        await caller.call(sign(helseid_claims(caller.key.thumbprint), forger))


async def test_given_changed_claims_then_the_signature_no_longer_fits(caller: Caller) -> None:
    head, _, signature = sign(helseid_claims(caller.key.thumbprint)).split(".")
    _, payload, _ = sign(helseid_claims(caller.key.thumbprint, sub="attacker")).split(".")
    with pytest.raises(faults.TokenSignature):
        await caller.call(f"{head}.{payload}.{signature}")


@pytest.mark.parametrize("kid", ["unknown", None])
async def test_given_an_unknown_or_missing_key_id_then_the_token_is_refused(
    caller: Caller, kid: str | None
) -> None:
    with pytest.raises(faults.TokenKeyUnknown):
        await caller.call(sign(helseid_claims(caller.key.thumbprint), kid=kid))


@pytest.mark.parametrize("typ", ["JWT", "id+jwt", "dpop+jwt", None])
async def test_given_another_kind_of_token_then_it_is_refused(caller: Caller, typ: str | None) -> None:
    with pytest.raises(faults.TokenType):
        await caller.call(sign(helseid_claims(caller.key.thumbprint), typ=typ))


@pytest.mark.parametrize(
    "token", ["", "opaque", "a.b.c", "a.b", "æ.ø.å", "x" * 9000, "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA"]
)
async def test_given_no_jwt_then_the_token_is_refused(caller: Caller, token: str) -> None:
    with pytest.raises(faults.TokenRefused) as caught:
        await caller.verifier.verify(
            method="GET", url=caller.url, authorization=[f"DPoP {token}"], proofs=["x"]
        )
    assert type(caught.value) in (faults.TokenMalformed, faults.TokenType)


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ([], faults.TokenMissing),
        (["Bearer TOKEN"], faults.TokenScheme),
        (["Basic TOKEN"], faults.TokenScheme),
        (["DPoP TOKEN", "DPoP TOKEN"], faults.TokenScheme),
        (["TOKEN"], faults.TokenScheme),
    ],
)
async def test_given_other_credentials_than_one_dpop_header_then_they_are_refused(
    caller: Caller, headers: list[str], fault: type[faults.Refused]
) -> None:
    token = sign(helseid_claims(caller.key.thumbprint))
    sent = [header.replace("TOKEN", token) for header in headers]
    with pytest.raises(faults.Refused) as caught:
        await caller.verifier.verify(
            method="POST", url=caller.url, authorization=sent, proofs=[await caller.proof(token)]
        )
    assert type(caught.value) is fault
    assert caught.value.headers["WWW-Authenticate"].startswith("DPoP ")


async def test_given_a_token_seen_before_then_its_expiry_still_counts(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign(helseid_claims(caller.key.thumbprint))
    await caller.call(token)
    later = time.time() + 700
    monkeypatch.setattr("kit.identity.verifier.time.time", lambda: later)
    with pytest.raises(faults.TokenExpired):
        await caller.call(token)


async def test_given_a_token_seen_before_then_another_key_cannot_use_it(caller: Caller) -> None:
    token = sign(helseid_claims(caller.key.thumbprint))
    await caller.call(token)
    with pytest.raises(faults.TokenBoundToOtherKey):
        await Caller(caller.verifier).call(token)


async def test_given_a_missing_scope_then_it_is_forbidden_and_named(caller: Caller) -> None:
    actor = await caller.call(sign(helseid_claims(caller.key.thumbprint)))
    require_scope(actor, "nhn:pps/provesvar-read")
    with pytest.raises(faults.ScopeMissing) as caught:
        require_scope(actor, "nhn:pps/svarrapport-write")
    assert caught.value.status == 403
    assert 'scope="nhn:pps/svarrapport-write"' in caught.value.headers["WWW-Authenticate"]


def test_every_fault_has_a_code_of_its_own() -> None:
    def leaves(kind: type[faults.Refused]) -> list[type[faults.Refused]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    codes = [
        kind.code_
        for kind in leaves(faults.Refused)
        if kind not in (faults.TokenRefused, faults.ProofRefused)
    ]
    assert len(codes) == len(set(codes)) > 25
