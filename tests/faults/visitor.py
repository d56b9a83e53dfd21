"""Somebody logged in at the portal: the session lives through what only the portal suffers."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl, urlsplit

import httpx

from kit.settings import Settings
from portal.session.cookies import SESSION_COOKIE
from portal.session.store import handle_of

_AGAIN = 0.2


class Visitor:
    """A citizen's browser, reduced to its cookies. `logins`: how often it had to log in."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, persona: str) -> None:
        self.logins = 0
        self.asked = 0
        self._portal, self._persona = settings.portal_url, persona
        self._http = http
        self._cookies: dict[str, str] = {}

    async def log_in(self) -> None:
        """By the provider's page, until it works."""
        while True:
            if await self._try_to_log_in():
                break
            await asyncio.sleep(_AGAIN)
        self.logins += 1

    async def alive(self) -> bool:
        """Whether the portal knows the session; asks until it answers."""
        sid = self._cookies.get(SESSION_COOKIE, "")
        while True:
            answer = await self._get(f"{self._portal}/auth/alive", {"akson-session": handle_of(sid)})
            if answer is not None and answer.status_code == 200:
                self.asked += 1
                return bool(answer.json()["alive"])
            await asyncio.sleep(_AGAIN)

    async def _try_to_log_in(self) -> bool:
        self._cookies.clear()
        started = await self._get(f"{self._portal}/auth/idporten/login")
        if started is None or "/authorize" not in started.headers.get("location", ""):
            return False
        try:
            pressed = await self._http.post(started.headers["location"], data={"persona": self._persona})
        except httpx.TransportError:
            return False
        back = pressed.headers.get("location", "")
        if not dict(parse_qsl(urlsplit(back).query)).get("code"):
            return False
        await self._get(back)
        return SESSION_COOKIE in self._cookies

    async def _get(self, url: str, headers: dict[str, str] | None = None) -> httpx.Response | None:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            answer = await self._http.get(url, headers={**(headers or {}), "cookie": cookie})
        except httpx.TransportError:
            return None
        self._cookies |= dict(answer.cookies)
        return answer
