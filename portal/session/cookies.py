"""The portal's cookies: all httpOnly and SameSite=Lax, Secure where the address is https."""

from __future__ import annotations

from starlette.responses import Response

from portal.session.store import ABSOLUTE_SECONDS
from portal.session.wiring import wiring

SESSION_COOKIE = "akson_session"
LOGIN_COOKIE = "akson_login"
NOTICE_COOKIE = "akson_notice"
LANGUAGE_COOKIE = "akson_language"
_YEAR = 365 * 24 * 3600


def set_session(answer: Response, sid: str) -> None:
    """The session's identifier, at most as long as a session may live."""
    _set(answer, SESSION_COOKIE, sid, ABSOLUTE_SECONDS, "/")


def set_login(answer: Response, state: str, seconds: int) -> None:
    """Binds a login under way to this browser."""
    _set(answer, LOGIN_COOKIE, state, seconds, "/auth")


def set_notice(answer: Response, notice: str) -> None:
    """What the front page says once, e.g. `logged-out`."""
    _set(answer, NOTICE_COOKIE, notice, 60, "/")


def set_language(answer: Response, lang: str) -> None:
    """The language before login."""
    _set(answer, LANGUAGE_COOKIE, lang, _YEAR, "/")


def clear(answer: Response, name: str) -> None:
    """Take a cookie back."""
    path = "/auth" if name == LOGIN_COOKIE else "/"
    answer.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=_secure())


def _set(answer: Response, name: str, value: str, seconds: int, path: str) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path=path, httponly=True, samesite="lax", secure=_secure()
    )


def _secure() -> bool:
    return wiring().settings.portal_url.startswith("https:")
