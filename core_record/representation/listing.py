"""Whom a citizen may act for today: each candidate is judged by the decision's own rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access.service import AccessRequest, Decision, Relation, decide
from core_record.representation import service
from core_record.representation.facts import Power, Represented
from kit.db import set_person
from kit.identity.actor import Actor
from kit.keys import KeyRing


async def represented(
    conn: AsyncConnection[Any], keys: KeyRing, actor: Actor, own_id: UUID, today: date
) -> list[Represented]:
    """Children first, then givers of a fullmakt, by name; the transaction serves the caller before and after.

    Names and ids alone: opening any of them is a look-up of its own.
    """
    found = []
    for person_id in await service.candidates(conn, own_id):
        await set_person(conn, person_id)
        decision = await decide(conn, keys, actor, person_id, AccessRequest(), power=None)
        if decision.permitted:
            found.append(await _entry(conn, decision, person_id, own_id, today))
    await set_person(conn, own_id)
    return sorted(found, key=lambda row: (row.relation != "parent", row.name))


async def _entry(
    conn: AsyncConnection[Any], decision: Decision, person_id: UUID, own_id: UUID, today: date
) -> Represented:
    name, born = decision.facts.person_name or "", decision.facts.birth_date
    if decision.relation is Relation.PARENT or decision.representation is None:
        return Represented(person_id, name, born, "parent", tuple(Power))
    given = await service.fullmakts(conn, person_id)
    row = next((one for one in given if one.holder_id == own_id and one.holds_on(today)), None)
    powers = tuple(power for power in Power if power in decision.representation.powers)
    return Represented(person_id, name, born, "attorney", powers, row)
