"""`GET /fhir/.well-known/smart-configuration` (SMART App Launch 2.2, "Conformance"): what is true here.

Tokens come from HelseID, whose own metadata are passed on; capabilities are those of SMART's list that hold.
`context-ehr-patient` is not among them: the patient is told at `akson_launch_endpoint`, not beside the token;
nor is `permission-v2`: SMART's scopes stand in the register of apps, and HelseID's own in the token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from core_record.apps.grants import KINDS, scopes_at
from kit.errors import AksonError, Unavailable
from kit.identity.faults import PROOF_ALGORITHMS
from kit.identity.jwks import Issuer
from kit.settings import Settings

PATH = "/fhir/.well-known/smart-configuration"
_PASSED_ON = (
    *("authorization_endpoint", "token_endpoint", "jwks_uri", "pushed_authorization_request_endpoint"),
    "end_session_endpoint",
)
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SECURITY_SERVICE = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
            "code": "SMART-on-FHIR",
        }
    ]
}
"""CapabilityStatement.rest.security.service."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one service tells; `launches`: the address where handles are redeemed, None where none are."""

    issuer: Issuer
    audience: str
    launches: str | None = None

    async def configuration(self) -> dict[str, Any]:
        """The document; raises `Unavailable` while HelseID's metadata are not known."""
        try:
            metadata = await self.issuer.metadata()
        except AksonError as error:
            raise _unavailable() from error
        if not all(isinstance(metadata.get(name), str) for name in _NEEDED):
            raise _unavailable()
        said = {
            "issuer": self.issuer.issuer,
            **{name: metadata[name] for name in _PASSED_ON if name in metadata},
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
            "scopes_supported": scopes_at(self.audience),
            "capabilities": ["client-confidential-asymmetric"],
            "akson_audience": self.audience,
            "akson_kinds": sorted(KINDS[self.audience]),
        }
        if self.launches:
            said["capabilities"] = ["launch-ehr", *said["capabilities"]]
            said["akson_launch_endpoint"] = self.launches
        return said


def discovery(settings: Settings, audience: str, launches: str | None = None) -> Discovery:
    """What a service tells, by the settings."""
    return Discovery(Issuer(settings.helseid_issuer, httpx.AsyncClient(timeout=5.0)), audience, launches)


def _unavailable() -> Unavailable:
    return Unavailable("issuer-unavailable", "HelseID's addresses are not known now. Try again.")
