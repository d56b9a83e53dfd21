"""Which client a call comes through: ours, an admitted app, or one that is refused.

Our own clients are known by the settings and cost nothing here. For another's, the register is read into the
process and asked once a second whether it has changed, so that a suspension holds in all processes after a
second at the latest. What a person has decided is never read from here: it is asked in the look-up itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from core_record.apps import grants, repository
from core_record.apps.models import Admitted, ClientId
from kit.db import Database
from kit.errors import AksonError, Forbidden, Unavailable
from kit.identity.actor import Actor, ActorKind, App
from kit.identity.audiences import MACHINE_SCOPES
from kit.norway import today_in_norway
from kit.settings import Settings

__all__ = ["MAX_AGE", "REFUSALS", "Admitted", "Apps", "ClientId", "Register", "refusal", "row_for"]

MAX_AGE = 1.0
"""Seconds after which the register is asked again before a call of another's client is answered."""
REFUSALS = {
    "client-unknown": "This program is not in the register of apps. Its vendor applies: see docs/apps.md.",
    "app-not-for-organisation": "The organisation you log in for has not admitted this app.",
    "app-not-approved": "This app is proposed, and not approved yet.",
    "app-suspended": "This app is suspended. Ask the organisation that admitted it.",
    "app-withdrawn": "This app is no longer admitted.",
    "app-expired": "The app's approval has run out. Ask the organisation that admitted it.",
    "app-without-audience": "This app is admitted for nothing at this service.",
}
_OF_STATE = {
    "proposed": "app-not-approved",
    "suspended": "app-suspended",
    "withdrawn": "app-withdrawn",
}


class Register:
    """The register of apps as this process knows it, at most `MAX_AGE` seconds old."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lock = asyncio.Lock()
        self._rows: dict[str, list[Admitted]] = {}
        self._number = -1
        self._read_at = float("-inf")
        self._failed_at = float("-inf")

    async def rows(self, client_id: str) -> Sequence[Admitted]:
        """All rows of a client, whatever their state; raises `Unavailable`."""
        await self._refresh()
        return self._rows.get(client_id, ())

    async def by_client(self) -> Mapping[str, Sequence[Admitted]]:
        """All rows, by client."""
        await self._refresh()
        return self._rows

    async def _refresh(self) -> None:
        came = time.monotonic()
        async with self._lock:
            began = time.monotonic()
            if began - self._read_at <= MAX_AGE:
                return
            if came <= self._failed_at:  # it failed while this one waited: not one by one, each for seconds
                raise Unavailable(
                    "app-register-unavailable", "The register of apps did not answer. Try again."
                )
            try:
                await self._read()
            except Unavailable:
                self._failed_at = time.monotonic()
                raise
            self._read_at = began

    async def _read(self) -> None:
        async with self._db.transaction() as conn:
            number = await repository.number(conn)
            if number != self._number:
                found: defaultdict[str, list[Admitted]] = defaultdict(list)
                for row in await repository.admitted(conn):
                    found[row.client_id].append(row)
                self._rows, self._number = dict(found), number


class Apps:
    """`Admission` at one audience. Without a register (`db` None) only our own clients are let in."""

    def __init__(self, settings: Settings, audience: str, db: Database | None) -> None:
        self._own = settings.own_clients
        self._audience = audience
        self._register = Register(db) if db is not None else None

    async def admit(self, actor: Actor) -> tuple[Actor, AksonError | None]:
        """The caller, narrowed to what the app may, and why it is not let in, if so.

        A system that no row of its own organisation names delivers reports by the register of senders, and
        nothing else: what others enter about it stops nothing.
        """
        if actor.client_id in self._own:
            return actor, None
        rows = await self._register.rows(actor.client_id) if self._register else ()
        row = row_for(rows, actor)
        if actor.kind is ActorKind.MACHINE and row is None:
            return replace(actor, scopes=actor.scopes & MACHINE_SCOPES), None
        may = grants.allowed(row.grants, self._audience) if row else grants.Allowed()
        code = refusal(row, known=bool(rows), today=today_in_norway())
        if code is None and not may.scopes:
            code = "app-without-audience"
        named = row or (rows[0] if rows else None)
        app = App(actor.client_id, named.name if named else actor.client_id)
        if row is None or code is not None:
            code = code or "client-unknown"
            return replace(actor, app=app), Forbidden(code, REFUSALS[code])
        app = replace(app, reads=may.reads, writes=may.writes, roles=frozenset(row.roles))
        return replace(actor, app=app, scopes=actor.scopes & may.scopes), None

    async def offered(self, actor: Actor, role: str | None) -> list[Admitted]:
        """The apps that this health worker can open for a patient here, by name."""
        if self._register is None:
            return []
        found = [row_for(rows, actor) for rows in (await self._register.by_client()).values()]
        today = today_in_norway()
        open_here = [row for row in found if row is not None and self._opens(row, role, today)]
        return sorted(open_here, key=lambda row: (row.name.casefold(), row.client_id))

    def _opens(self, row: Admitted, role: str | None, today: date) -> bool:
        if row.launch_url is None or refusal(row, known=True, today=today) is not None:
            return False
        if row.roles and (role or "none") not in row.roles:
            return False
        return "Patient" in grants.allowed(row.grants, self._audience).reads


def row_for(rows: Sequence[Admitted], actor: Actor) -> Admitted | None:
    """The row that admits for the caller: that of the place of work before that of the organisation."""
    of = {row.org_number: row for row in rows}
    return of.get(actor.place or "") or of.get(actor.organisation or "")


def refusal(row: Admitted | None, *, known: bool, today: date) -> str | None:
    """Why a row does not let its app in today; None: it does."""
    if row is None:
        return "app-not-for-organisation" if known else "client-unknown"
    if row.state != "approved":
        return _OF_STATE[row.state]
    return "app-expired" if row.valid_to < today else None
