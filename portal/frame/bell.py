"""How many notices a citizen has not read, beside the menu's place for them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.session.acting import notices_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.text import text


class Bell(rx.State):
    """The reader's own unread notices. Asked for once a tab: each look leaves a row in the log."""

    unread: int = 0
    _known: bool = False

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """The number, where this tab does not know it."""
        now = await current(self)
        if now is None or self._known:
            return
        try:
            client = await notices_client(now, own=True)
            self.unread = int((await client.page(0, 0))["unread"])
        except ServiceProblem:
            return  # the page of notices tells what is wrong; here there is only no number
        self._known = True

    def _set(self, unread: int) -> None:
        self.unread, self._known = unread, True


bell: Any = Bell


def unread_mark() -> rx.Component:
    """The number as a mark, read out in words."""
    return rx.cond(
        bell.unread > 0,
        rx.el.span(
            rx.el.span(bell.unread, aria_hidden="true"),
            rx.el.span(text("notices.unread", number=bell.unread), class_name="akson-hidden"),
            class_name="akson-mark",
        ),
    )
