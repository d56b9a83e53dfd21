"""What every answer of the portal carries: a content security policy without eval, no framing, no caching.

The policy lists the hashes of the build's own inline scripts, all of them static. `style-src 'unsafe-inline'`
is there because emotion, on which Reflex and Aksel style, writes style elements.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.settings import Settings

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_YEAR = 365 * 24 * 3600
_FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not no-referrer: that also empties the Origin by which our own forms are known
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def inline_script_hashes(static: Path) -> list[str]:
    """CSP sources for the inline scripts of a build's pages: `'sha256-…'`, sorted."""
    pages = (page.read_text(encoding="utf-8") for page in static.rglob("*.html"))
    scripts = {script for page in pages for script in _INLINE_SCRIPT.findall(page)}
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def content_security_policy(settings: Settings, script_hashes: Iterable[str]) -> str:
    """The policy: nothing from elsewhere, no eval; forms may go to us and to the two login providers."""
    here = urlsplit(settings.portal_url)
    socket = f"{'wss' if here.scheme == 'https' else 'ws'}://{here.netloc}"
    providers = sorted({_origin(settings.helseid_issuer), _origin(settings.idporten_issuer)})
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *script_hashes],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", socket],
        "form-action": ["'self'", *providers],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class SecurityHeaders:
    """Around everything the portal answers, static files included; sends `localhost` to the real address."""

    def __init__(self, app: ASGIApp, settings: Settings, static: Path) -> None:
        self.app = app
        self._here = settings.portal_url
        self._headers = {
            **_FIXED,
            "content-security-policy": content_security_policy(settings, inline_script_hashes(static)),
        }
        if self._here.startswith("https:"):
            self._headers["strict-transport-security"] = f"max-age={_YEAR}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers["cache-control"] = _caching(scope["path"], message["status"])
            await send(message)

        if elsewhere := self._elsewhere(scope):
            await RedirectResponse(elsewhere)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def _elsewhere(self, scope: Scope) -> str | None:
        """`localhost` is another origin than `127.0.0.1`: one cookie, one address."""
        host = Headers(scope=scope).get("host", "").rsplit(":", 1)[0]
        if host != "localhost" or urlsplit(self._here).hostname == "localhost":
            return None
        return self._here + str(scope["path"])


def _caching(path: str, status: int) -> str:
    """Built files carry a hash in their name and never change; everything else is never kept."""
    if path.startswith("/assets/") and status in (200, 304):
        return f"public, max-age={_YEAR}, immutable"
    return "no-store"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
