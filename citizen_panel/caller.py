"""Who is calling the panel: a person with a token for it, known in a panel by a keyed hash alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from psycopg import AsyncConnection

from citizen_panel.identity import identity_hash
from kit.db import Database
from kit.errors import Forbidden
from kit.identity.actor import Actor
from kit.identity.audiences import READ_PANEL, WRITE_PANEL
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing


class Role(StrEnum):
    """What staff may do in a panel: a leader everything, a moderator texts, a decision maker decisions."""

    LEADER = "leader"
    MODERATOR = "moderator"
    DECISION_MAKER = "decision-maker"


@dataclass(frozen=True)
class Caller:
    """A verified person and the service's means; `national_id` never leaves this object but as a hash."""

    db: Database
    keys: KeyRing
    actor: Actor
    national_id: NationalId

    def hash_in(self, panel_id: UUID) -> bytes:
        """How this person is known in one panel."""
        return identity_hash(self.keys, panel_id, self.national_id.value)

    async def roles(self, conn: AsyncConnection[Any], panel_id: UUID) -> frozenset[Role]:
        """The roles in a panel."""
        found = await conn.execute(
            "SELECT role FROM panel.staff WHERE panel_id = %s AND identity_hash = %s",
            (panel_id, self.hash_in(panel_id)),
        )
        return frozenset(Role(role) for (role,) in await found.fetchall())

    async def need(self, conn: AsyncConnection[Any], panel_id: UUID, *roles: Role) -> None:
        """Raises `Forbidden` (`panel-role-missing`) unless the caller leads the panel or has a role named."""
        if not await self.roles(conn, panel_id) & {Role.LEADER, *roles}:
            raise Forbidden("panel-role-missing", "Your login has no such role in this panel.")


def _caller(request: Request, actor: Actor, scope: str) -> Caller:
    require_scope(actor, scope)
    if actor.national_id is None:
        raise Forbidden("person-needed", "The panel is for persons.")
    return Caller(request.app.state.db, request.app.state.keys, actor, actor.national_id)


def reading(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Caller:
    """The caller, to read."""
    return _caller(request, actor, READ_PANEL)


def writing(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Caller:
    """The caller, to write."""
    return _caller(request, actor, WRITE_PANEL)


Reading = Annotated[Caller, Depends(reading)]
Writing = Annotated[Caller, Depends(writing)]
