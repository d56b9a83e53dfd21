"""Who is behind a Reflex event: the session that the httpOnly cookie points to, and nothing the browser says.

The cookie's value is in the headers of the tab's websocket; the page's scripts never have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

import reflex as rx

from portal.session.cookies import SESSION_COOKIE
from portal.session.models import Session
from portal.session.wiring import wiring


@dataclass(frozen=True)
class Current:
    """The session of one event: its identifier, its content, and the tab it came from."""

    sid: str
    tab: str
    session: Session

    def __repr__(self) -> str:
        return "Current(***)"


def session_id(cookie_header: str) -> str | None:
    """The session identifier in a Cookie header, or None."""
    try:
        morsel = SimpleCookie(cookie_header).get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def current(state: rx.State) -> Current | None:
    """The live session behind the event that `state` serves, or None.

    One that waits for a choice of place serves nothing yet.
    """
    sid = session_id(state.router.headers.cookie)
    if not sid:
        return None
    session = await wiring().store.get(sid)
    if session is None or session.choosing:
        return None
    return Current(sid, state.router.session.client_token, session)
