"""The checks of a provider's answer to a login: of the redirect, and of what was asked for beyond a login."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kit.identity import faults
from kit.identity.claims import ORG_CHILD, ORG_PARENT
from kit.identity.dpop import SKEW
from kit.identity.protocol import provider_error
from kit.identity.tokens import PendingLogin

LOGIN_SECONDS = 600
"""A login that took longer is started anew."""


def check_answer(query: Sequence[tuple[str, str]], pending: PendingLogin, issuer: str) -> Mapping[str, str]:
    """State, then issuer (RFC 9207), then the answer itself: a mixed-up one is not read at all."""
    answer = dict(query)
    if len(answer) != len(query):
        raise faults.LoginRefused("answer-repeated-parameter")
    if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
        raise faults.LoginRefused("answer-state")
    if answer.get("iss") != issuer:
        raise faults.LoginRefused("answer-issuer")
    if not 0 <= time.time() - pending.created <= LOGIN_SECONDS:
        raise faults.LoginRefused("login-expired", "The login took too long. Start again.")
    if "error" in answer:
        raise provider_error(answer["error"])
    if not answer.get("code"):
        raise faults.LoginRefused("answer-code")
    return answer


def check_wishes(claims: Mapping[str, Any], pending: PendingLogin) -> None:
    """What was asked for beyond a login: who it is, proven anew, and for which organisation.

    A provider that leaves the organisation out of the ID token tells it in the access token alone, which only
    the services read; one that tells another is not believed.
    """
    if pending.fresh:
        at = claims.get("auth_time")
        if isinstance(at, bool) or not isinstance(at, int | float) or at < pending.created - SKEW:
            raise faults.LoginRefused("login-not-fresh", "The login service did not ask anew. Start again.")
    if pending.organisation is not None:
        for name, wanted in zip((ORG_PARENT, ORG_CHILD), pending.organisation, strict=True):
            if claims.get(name, wanted) != wanted:
                raise faults.LoginRefused("login-organisation", "The login is for another organisation.")
