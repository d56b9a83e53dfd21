"""Every event of every page is a public endpoint: who may call it is decided here, on the server, each time.

`SessionGuard` binds a tab's state to the session it was first used with and refuses every event after that
session's end or under another login. `requires` is for each handler: which kind of login it serves.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from portal.session.current import current
from portal.session.models import Kind, Session
from portal.session.store import handle_of
from portal.ui.language import Language

LEAVE = "/leave"
"""The page that leaves the app by a full load, so that nothing of it stays in the browser."""


class Login(rx.State):
    """What the browser may know of the login: a name to show. The rest stays in the session store.

    Reflex makes an event handler of every method without a leading underscore: one that the server alone
    may call has one, here and in every state.

    `outside`: one works outside the municipal services, whose lists are not there. `from_lists`: without an
    authorisation patients are opened from the lists of the place alone. `with_apps`: somebody's app can be
    opened there.
    """

    name: str = ""
    organisation: str = ""
    kind: str = ""
    handle: str = ""
    several_places: bool = False
    outside: bool = False
    from_lists: bool = False
    with_apps: bool = False
    _sid: str = ""

    def _bound_to(self, sid: str) -> bool:
        """Whether this state was filled under session `sid`."""
        return self._sid == sid

    @property
    def is_bound(self) -> bool:
        """Whether this state was filled under any session."""
        return bool(self._sid)

    def _bind(self, sid: str, session: Session) -> None:
        """Tie the state to its session."""
        self._sid, self.kind = sid, str(session.kind)
        self.name, self.organisation = session.name, session.organisation_name
        self.handle, self.several_places = handle_of(sid), session.several_places
        self.outside = session.shares_journal is False
        self.with_apps = session.offers_apps
        self.from_lists = session.kind is Kind.CLINICIAN and not session.hpr_number


class SessionGuard(Middleware):
    """Runs before every event, hydration included."""

    async def preprocess(self, app: Any, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002
        """None to go on; otherwise the way out. It refuses rather than resets: a reset could miss a part."""
        root = state._get_root_state()
        login = await root.get_state(Login)
        now = await current(login)
        if now is None or (login.is_bound and not login._bound_to(now.sid)):
            return StateUpdate(events=Event.from_event_type(rx.redirect(LEAVE)))
        if not login.is_bound:
            login._bind(now.sid, now.session)
            (await root.get_state(Language))._choose(now.session.lang)
        return None


Handler = Callable[..., Any]


def requires(*kinds: Kind) -> Callable[[Handler], Handler]:
    """Mark and guard an event handler: without a live session of one of `kinds` it does nothing but leave.

    Stands below `@rx.event`. Serves `async def` handlers, with and without `yield`.
    """

    def guard(handler: Handler) -> Handler:
        wrapped = _steps(handler, kinds) if inspect.isasyncgenfunction(handler) else _call(handler, kinds)
        wrapped.__dict__["requires"] = frozenset(kinds)
        return wrapped

    return guard


def _call(handler: Handler, kinds: tuple[Kind, ...]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(handler)
    async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> Any:
        if not await _may(self, kinds):
            return rx.redirect(LEAVE)
        return await handler(self, *args, **kwargs)

    return guarded


def _steps(handler: Handler, kinds: tuple[Kind, ...]) -> Callable[..., AsyncIterator[Any]]:
    @functools.wraps(handler)
    async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        if not await _may(self, kinds):
            yield rx.redirect(LEAVE)
            return
        async for step in handler(self, *args, **kwargs):
            yield step

    return guarded


async def _may(state: rx.State, kinds: tuple[Kind, ...]) -> bool:
    now = await current(state)
    return now is not None and now.session.kind in kinds
