"""For whom the page was filled, and whether that still holds.

A page may show only what was fetched for exactly this session, tab, patient and basis. Each handler asks here
before it does anything; another patient opened in the same tab, a new login or a lapsed overview is a no.
"""

from __future__ import annotations

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clinician.results import fetching
from portal.clinician.results.overviews import Overview, overview_key, overviews
from portal.session.current import current
from portal.session.patient import open_patient
from portal.session.screens import screens_client


class Shown(rx.State):
    """The key of what the page shows; never sent to the browser."""

    _key: str = ""

    def _start(self, key: str) -> Overview | None:
        """Forget what was shown and begin anew; None when nothing may be shown."""
        overviews.drop(self._key)
        self._key = key
        return overviews.start(key) if key else None

    def _stop(self) -> None:
        """Forget what was shown."""
        overviews.drop(self._key)
        self._key = ""

    def _overview(self, key: str) -> Overview | None:
        """What was fetched, if it was for this key."""
        return overviews.get(key) if key and key == self._key else None


async def current_key(state: rx.State) -> str:
    """The key of what may be shown in this tab now; "" when nothing may."""
    now, patient = await current(state), await open_patient(state)
    if now is None or patient is None:
        return ""
    return overview_key(now.sid, now.tab, patient.number, patient.basis, patient.reason or "")


async def shown_overview(state: rx.State) -> Overview | None:
    """What the page was filled from, if it still is the open patient's."""
    key = await current_key(state)
    shown = await state.get_state(Shown)
    return shown._overview(key)


async def ensure_table(state: rx.State, overview: Overview) -> ServiceProblem | None:
    """Fetch the overview's table unless it is there; the problem when that fails."""
    if overview.table is None:
        try:
            overview.table = await fetching.fetch_table(await screens_client(state))
        except ServiceProblem as problem:
            return problem
    return None
