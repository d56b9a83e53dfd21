"""The choice of language: shown at once, and kept with the session."""

from __future__ import annotations

import reflex as rx

from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.wiring import wiring
from portal.ui.language import Language
from portal.ui.texts import LANGUAGES


class LanguageChoice(rx.State):
    """The language menu's handler."""

    @rx.event
    @requires(*Kind)
    async def choose(self, lang: str) -> None:
        """Show `lang` and remember it for this login."""
        now = await current(self)
        if lang not in LANGUAGES or now is None:
            return
        (await self.get_state(Language))._choose(lang)
        await wiring().store.update(now.sid, lang=lang)
