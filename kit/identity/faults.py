"""Every way a token, a proof or a login can be wrong, each with its own class and code.

TokenRefused 401 (OAuth error `invalid_token`)     the access token
ProofRefused 401 (`invalid_dpop_proof`)            the DPoP proof; NonceNeeded (`use_dpop_nonce`)
LevelTooLow 401 (`insufficient_user_authentication`, RFC 9470)
ScopeMissing, ScopeNotAdmitted 403 (`insufficient_scope`, RFC 6750)
LoginRefused 401                                   a login or token response that fails a check
IdentityUnavailable 503                            the issuer or the replay store does not answer

Details are constant texts: nothing of a token is ever repeated in an error.
"""

from __future__ import annotations

from typing import ClassVar

from kit.errors import Forbidden, Unauthorized, Unavailable

PROOF_ALGORITHMS = ("ES256", "PS256", "Ed25519", "RS256")


def _challenge(error: str, detail: str, **more: str) -> str:
    parts = {"error": error, "error_description": detail, **more, "algs": " ".join(PROOF_ALGORITHMS)}
    return "DPoP " + ", ".join(f'{name}="{value}"' for name, value in parts.items())


class Refused(Unauthorized):
    """A request without valid proof of who calls; answers with `WWW-Authenticate: DPoP` (RFC 9449 7.1)."""

    oauth_error: ClassVar[str] = "invalid_token"
    code_: ClassVar[str] = "token-refused"
    detail_: ClassVar[str] = "The access token is not valid here."

    def __init__(self, detail: str = "") -> None:
        said = detail or self.detail_
        super().__init__(self.code_, said, headers={"WWW-Authenticate": _challenge(self.oauth_error, said)})


class TokenRefused(Refused):
    """The access token fails a check."""


class TokenMissing(TokenRefused):
    """No credentials at all (RFC 6750 3: then without an error code)."""

    code_ = "token-missing"
    detail_ = "Send one Authorization header with the DPoP scheme."

    def __init__(self) -> None:
        super().__init__()
        self.headers["WWW-Authenticate"] = f'DPoP algs="{" ".join(PROOF_ALGORITHMS)}"'


class TokenScheme(TokenRefused):
    """Another scheme than DPoP, e.g. Bearer (RFC 9449 7.2)."""

    code_ = "token-scheme"
    detail_ = "The access token must be sent once, with the DPoP scheme."


class TokenMalformed(TokenRefused):
    """Not a signed JWT."""

    code_ = "token-malformed"
    detail_ = "The access token is not a signed JWT."


class TokenType(TokenRefused):
    """`typ` is not at+jwt (RFC 9068 4): an ID token, for one, is no access token."""

    code_ = "token-type"
    detail_ = "The token's typ must be at+jwt."


class TokenAlgorithm(TokenRefused):
    """Not one of the asymmetric algorithms that the issuer signs with."""

    code_ = "token-algorithm"
    detail_ = "The token is signed with an algorithm that is not accepted from its issuer."


class TokenIssuer(TokenRefused):
    """An issuer that is not trusted here."""

    code_ = "token-issuer"
    detail_ = "The token's issuer is not trusted here."


class TokenKeyUnknown(TokenRefused):
    """Signed by a key that the issuer does not publish."""

    code_ = "token-key"
    detail_ = "The issuer does not publish the key that signed the token."


class TokenSignature(TokenRefused):
    """The signature does not fit."""

    code_ = "token-signature"
    detail_ = "The token's signature is wrong."


class TokenExpired(TokenRefused):
    """After `exp`."""

    code_ = "token-expired"
    detail_ = "The access token has expired; get a new one."


class TokenNotYetValid(TokenRefused):
    """`nbf` or `iat` lies in the future."""

    code_ = "token-not-yet-valid"
    detail_ = "The token is issued in the future; check the clocks."


class TokenAudience(TokenRefused):
    """For another service."""

    code_ = "token-audience"
    detail_ = "The token is for another audience."


class TokenClaims(TokenRefused):
    """A claim this service needs is missing or has a wrong form."""

    code_ = "token-claims"
    detail_ = "The token lacks a claim that is needed here, or the claim has a wrong form."


class TokenNotBound(TokenRefused):
    """No `cnf.jkt`: a bearer token (RFC 9449 6.1)."""

    code_ = "token-not-bound"
    detail_ = "The token is not bound to a DPoP key."


class TokenBoundToOtherKey(TokenRefused):
    """`cnf.jkt` is the thumbprint of another key than the proof's: a stolen token looks like this."""

    code_ = "token-bound-to-other-key"
    detail_ = "The token is bound to another key than the proof's."


class ProofRefused(Refused):
    """The DPoP proof fails a check of RFC 9449 section 4.3."""

    oauth_error = "invalid_dpop_proof"


class ProofMissing(ProofRefused):
    """4.3 (1): not exactly one DPoP header."""

    code_ = "proof-missing"
    detail_ = "Send exactly one DPoP header."


class ProofMalformed(ProofRefused):
    """4.3 (2, 3): not one well-formed JWT with all claims."""

    code_ = "proof-malformed"
    detail_ = "The DPoP header is not one well-formed signed JWT."


class ProofType(ProofRefused):
    """4.3 (4)."""

    code_ = "proof-type"
    detail_ = "The proof's typ must be dpop+jwt."


class ProofAlgorithm(ProofRefused):
    """4.3 (5)."""

    code_ = "proof-algorithm"
    detail_ = "The proof must be signed with one of the algorithms in algs."


class ProofKey(ProofRefused):
    """4.3 (3, 7): no usable public key in `jwk`, or a private one."""

    code_ = "proof-key"
    detail_ = "The proof's jwk must be one public key, fit for its algorithm."


class ProofSignature(ProofRefused):
    """4.3 (6)."""

    code_ = "proof-signature"
    detail_ = "The proof's signature is wrong."


class ProofMethod(ProofRefused):
    """4.3 (8)."""

    code_ = "proof-method"
    detail_ = "The proof is for another HTTP method."


class ProofUrl(ProofRefused):
    """4.3 (9)."""

    code_ = "proof-url"
    detail_ = "The proof is for another URL."


class ProofTime(ProofRefused):
    """4.3 (11)."""

    code_ = "proof-time"
    detail_ = "The proof's iat is outside the accepted window; check the clock."


class ProofTokenHash(ProofRefused):
    """4.3 (12): `ath` is not the hash of the access token."""

    code_ = "proof-token-hash"
    detail_ = "The proof is for another access token."


class ProofId(ProofRefused):
    """`jti` is missing or too short to be unique."""

    code_ = "proof-id"
    detail_ = "The proof needs a jti of 8 to 256 characters."


class ProofReplayed(ProofRefused):
    """11.1: the same proof again."""

    code_ = "proof-replayed"
    detail_ = "The proof has been used before; sign a new one for each request."


class NonceNeeded(ProofRefused):
    """Section 9: no nonce, or one no longer accepted. `nonce` is the one to use."""

    oauth_error = "use_dpop_nonce"
    code_ = "proof-nonce"
    detail_ = "Sign the proof again with the nonce in the DPoP-Nonce header."

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce = nonce
        self.headers["DPoP-Nonce"] = nonce


class LevelTooLow(Refused):
    """The person logged in at a lower level than is needed (RFC 9470 3)."""

    oauth_error = "insufficient_user_authentication"
    code_ = "level-too-low"
    detail_ = "Log in again at security level 4."


class ScopeMissing(Forbidden):
    """The token lacks a scope (RFC 6750 3.1)."""

    def __init__(self, scope: str) -> None:
        detail = f"The access token lacks the scope {scope}."
        challenge = _challenge("insufficient_scope", detail, scope=scope)
        super().__init__("scope-missing", detail, headers={"WWW-Authenticate": challenge})


class ScopeNotAdmitted(Forbidden):
    """The token, or the register of apps, does not give the program this scope."""

    def __init__(self, scope: str) -> None:
        detail = f"The program is not admitted for {scope}, or the access token lacks it."
        challenge = _challenge("insufficient_scope", detail, scope=scope)
        super().__init__("scope-not-admitted", detail, headers={"WWW-Authenticate": challenge})


class LoginRefused(Unauthorized):
    """A response of an OpenID provider that fails a check; nobody is logged in. `code` says which check."""

    def __init__(
        self, code: str, detail: str = "The login failed a check and was stopped. Try again."
    ) -> None:
        super().__init__(code, detail)


class IdentityUnavailable(Unavailable):
    """The issuer or the replay store does not answer: nobody is let in without them."""


class IssuerUnavailable(IdentityUnavailable):
    """An issuer's metadata, keys or token endpoint cannot be reached."""

    def __init__(self) -> None:
        detail = "The login service does not answer. Try again in a moment."
        super().__init__("issuer-unavailable", detail, headers={"Retry-After": "5"})


class ReplayStoreUnavailable(IdentityUnavailable):
    """Valkey cannot be reached: a replayed proof could not be told from a new one."""

    def __init__(self) -> None:
        detail = "The service cannot check requests now. Try again in a moment."
        super().__init__("replay-store-unavailable", detail, headers={"Retry-After": "5"})
