"""From a verified login to a session."""

from __future__ import annotations

import time
from typing import Any

from kit.identity.claims import HPR_NUMBER, ORG_CHILD, ORG_PARENT, PID, national_id
from kit.identity.tokens import Login
from portal.session.models import Kind, Session
from portal.session.store import ABSOLUTE_SECONDS


def new_session(kind: Kind, login: Login, lang: str, device: str = "") -> Session:
    """A session for `login`. Raises `kit.identity.faults.TokenClaims` without a valid identity number."""
    claims, now = login.claims, time.time()
    pid = claims.get(PID) if kind is Kind.CLINICIAN else claims.get("pid")
    return Session(
        kind=kind,
        name=_text(claims.get("name")),
        number=national_id(pid).value,
        lang=lang,
        started_at=now,
        ends_at=now + ABSOLUTE_SECONDS,
        login=login,
        tokens={login.access.audience: login.access}
        if login.access.audience and login.access.dpop_jwk
        else {},
        hpr_number=_text(claims.get(HPR_NUMBER)) or None,
        organisation=_text(claims.get(ORG_PARENT)) or None,
        place=_text(claims.get(ORG_CHILD)) or None,
        device=device,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
