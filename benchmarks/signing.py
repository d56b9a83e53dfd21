"""Finished HTTP requests, each with a DPoP proof of its own, signed before the clock starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from kit.identity.dpop import DpopKey

FORM = "application/x-www-form-urlencoded"


def requests_for(
    url: str,
    token: str,
    key: DpopKey,
    headers: Sequence[Mapping[str, str]],
    bodies: Sequence[bytes],
    media_type: str = FORM,
) -> list[bytes]:
    """One POST for each set of headers and its body. Proofs live a minute: send at once."""
    nonce = _nonce(url, token, key)
    parts = urlsplit(url)
    made = []
    for own, body in zip(headers, bodies, strict=True):
        lines = {
            "Host": parts.netloc,
            "Authorization": f"DPoP {token}",
            "DPoP": key.proof("POST", url, token, nonce),
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            **own,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        made.append(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return made


def _nonce(url: str, token: str, key: DpopKey) -> str:
    """A request without a nonce is refused, and told one (RFC 9449 8)."""
    headers = {"Authorization": f"DPoP {token}", "DPoP": key.proof("POST", url, token)}
    answer = httpx.post(url, headers=headers)
    if "dpop-nonce" not in answer.headers:
        raise ConnectionError(f"{answer.status_code} {answer.text[:500]}")
    return answer.headers["dpop-nonce"]
