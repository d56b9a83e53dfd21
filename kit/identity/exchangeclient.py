"""The portal's side of the token exchange (RFC 8693): a citizen's ID-porten token for one of ours."""

from __future__ import annotations

from collections.abc import Sequence

import httpx
from joserfc.jwk import Key

from kit.identity.clientauth import ClientAuth
from kit.identity.dpop import DpopKey
from kit.identity.exchange import ACCESS_TOKEN_TYPE, GRANT_TYPE
from kit.identity.jwks import Issuer
from kit.identity.protocol import ProtocolClient, read_access_token
from kit.identity.tokens import AccessToken


class ExchangeClient:
    """Exchanges tokens at the core record; one for each process."""

    def __init__(self, issuer: str, client_id: str, key: Key, http: httpx.AsyncClient) -> None:
        self._protocol = ProtocolClient(Issuer(issuer, http), ClientAuth(client_id, key, issuer), http)

    async def exchange(
        self, subject: AccessToken, audience: str, scopes: Sequence[str], key: DpopKey | None = None
    ) -> AccessToken:
        """A token for `audience` with `scopes`, bound to `key` (a new one unless given), at most 5 minutes.

        `subject` is the citizen's token at ID-porten. Raises `faults.LoginRefused` (`provider-…`) or
        `faults.IssuerUnavailable`.
        """
        key = key or DpopKey.generate()
        data = {
            "grant_type": GRANT_TYPE,
            "subject_token": subject.value,
            "subject_token_type": ACCESS_TOKEN_TYPE,
            "audience": audience,
            "scope": " ".join(scopes),
        }
        return read_access_token(await self._protocol.post("token_endpoint", data, key), key, audience)
