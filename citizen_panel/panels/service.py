"""Joining, leaving, and drawing members."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from citizen_panel.caller import Caller, Role
from citizen_panel.consultations.anonymity import SMALLEST, shown_groups
from citizen_panel.panels import repository
from citizen_panel.panels.draw import Draw, DrawProblem, Share, Volunteer, commitment, draw
from citizen_panel.panels.models import DrawRun, Joining, Membership, Panel, PublicDraw
from citizen_panel.panels.traits import checked_traits
from citizen_panel.speech.screening import admit
from kit.db import Database
from kit.errors import Conflict, Forbidden, NotFound, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = [
    "Joining",
    "draws",
    "join",
    "leave",
    "member_in",
    "my_panels",
    "need_panel",
    "panels",
    "promise_draw",
    "run_draw",
]

_ALIAS_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
_TRIES = 5
_PROBLEMS = {
    "no-places": "A draw fills at least one place.",
    "too-few-volunteers": "There are fewer volunteers than places.",
}


async def my_panels(caller: Caller) -> list[Membership]:
    """Every panel, with one's own place and roles in it."""
    async with caller.db.transaction() as conn:
        return [await _membership(caller, conn, panel) for panel in await repository.panels(conn)]


async def join(caller: Caller, panel_id: UUID, joining: Joining) -> Membership:
    """Join, or bring what one told in line. Raises `NotFound`, `Conflict` (`terms-changed`)."""
    traits = checked_traits(joining.traits)
    async with caller.db.transaction() as conn:
        panel = await _need_panel(conn, panel_id)
        if joining.terms_version != panel.terms_version:
            raise Conflict("terms-changed", "The terms have changed. Read them again before you join.")
        for _ in range(_TRIES):
            row = _new_member(caller, panel, joining, traits)
            if await repository.join(conn, row):
                return await _membership(caller, conn, panel)
    raise Conflict("alias-taken", "No free name was found. Try again.")


async def leave(caller: Caller, panel_id: UUID) -> None:
    """Leave: the membership and every answer are deleted. Leaving twice is leaving once."""
    async with caller.db.transaction() as conn:
        mine = await repository.membership(conn, panel_id, caller.hash_in(panel_id))
        if mine is not None:
            await repository.leave(conn, panel_id, caller.hash_in(panel_id))


async def promise_draw(caller: Caller, panel_id: UUID) -> PublicDraw:
    """Choose a seed and publish its hash, before the list is closed. Leaders alone."""
    secret, draw_id = secrets.token_hex(16), new_id()
    async with caller.db.transaction() as conn:
        await _need_panel(conn, panel_id)
        await caller.need(conn, panel_id)
        sealed = caller.keys.encrypt("number-encrypt", secret.encode(), draw_id.bytes)
        await repository.promise_draw(conn, draw_id, panel_id, commitment(secret), sealed)
        return next(d for d in await repository.draws(conn, panel_id) if d.id == draw_id)


async def run_draw(caller: Caller, panel_id: UUID, draw_id: UUID, run: DrawRun) -> PublicDraw:
    """Draw among the volunteers of this moment; once. Running it again answers with what was drawn.

    Raises `NotFound`, `Forbidden`, `Unprocessable` (`no-places`, `too-few-volunteers`).
    """
    admit([run.public_entropy], confirmed=True)
    async with caller.db.transaction() as conn:
        panel = await _need_panel(conn, panel_id)
        await caller.need(conn, panel_id)
        promised = await repository.promised_seed(conn, panel_id, draw_id)
        if promised is None:
            raise NotFound("draw-not-found", "This panel has no such draw.")
        if not promised[1]:
            secret = caller.keys.decrypt("number-encrypt", promised[0], draw_id.bytes).decode()
            rows = await repository.volunteers(conn, panel_id)
            outcome = _draw(panel, rows, run, secret)
            await repository.take_in(conn, [UUID(each) for each in outcome.drawn])
            published = _published(outcome, secret, len(rows))
            await repository.keep_outcome(conn, draw_id, run.public_entropy, published)
        return next(d for d in await repository.draws(conn, panel_id) if d.id == draw_id)


async def draws(db: Database, panel_id: UUID) -> list[PublicDraw]:
    """A panel's draws, for everybody."""
    async with db.transaction() as conn:
        await _need_panel(conn, panel_id)
        return await repository.draws(conn, panel_id)


async def panels(db: Database) -> list[Panel]:
    """Every panel, for everybody."""
    async with db.transaction() as conn:
        return await repository.panels(conn)


def _draw(panel: Panel, rows: Sequence[tuple[UUID, dict[str, str]]], run: DrawRun, secret: str) -> Draw:
    volunteers = [Volunteer(str(member), traits) for member, traits in rows]
    try:
        return draw(volunteers, run.places, panel.targets, f"{secret}|{run.public_entropy}")
    except DrawProblem as problem:
        raise Unprocessable(problem.code, _PROBLEMS.get(problem.code, "It cannot be drawn.")) from None


def _published(outcome: Draw, secret: str, volunteers: int) -> dict[str, Any]:
    """What everybody may see of a draw: no ids, and no group under five, among drawn or left."""
    dimensions: dict[str, list[Share]] = {}
    for share in outcome.balance:
        dimensions.setdefault(share.dimension, []).append(share)
    return {
        "method": outcome.method,
        "secret": secret,
        "volunteers": volunteers,
        "drawn": len(outcome.drawn),
        "balance": {name: shown for name, them in dimensions.items() if (shown := _balance(them))},
    }


def _balance(shares: Sequence[Share]) -> dict[str, dict[str, float | int | None]] | None:
    """One dimension: shown group → population, volunteers, drawn.

    Behind every row at least five were drawn and five were not, else the dimension is left out: a group of
    whom nobody was drawn counts as small, and not as nobody.
    """
    smaller = {s.value: max(1, min(s.drawn, s.volunteers - s.drawn)) for s in shares if s.volunteers}
    shown = shown_groups(smaller)
    if shown is None or not all(_holds_five(shares, values) for values in shown.values()):
        return None
    table: dict[str, dict[str, float | int | None]] = {}
    for name, values in shown.items():
        behind = [s for s in shares if s.value in values]
        known = [s.population for s in behind if s.population is not None]
        numbers = Counter({"volunteers": sum(s.volunteers for s in behind)})
        table[name] = {
            "population": round(sum(known), 4) if len(known) == len(behind) else None,
            "volunteers": numbers["volunteers"],
            "drawn": sum(s.drawn for s in behind),
        }
    return table


def _holds_five(shares: Sequence[Share], values: Sequence[str]) -> bool:
    drawn = sum(s.drawn for s in shares if s.value in values)
    return min(drawn, sum(s.volunteers for s in shares if s.value in values) - drawn) >= SMALLEST


async def member_in(caller: Caller, conn: AsyncConnection[Any], panel_id: UUID) -> UUID:
    """The caller's member id in a panel; raises `Forbidden` (`not-a-member`)."""
    row = await repository.membership(conn, panel_id, caller.hash_in(panel_id))
    if row is None or row["state"] != "member":
        raise Forbidden("not-a-member", "This is for members of the panel.")
    member_id: UUID = row["member_id"]
    return member_id


async def need_panel(conn: AsyncConnection[Any], panel_id: UUID) -> None:
    """Raises `NotFound` (`panel-not-found`)."""
    await _need_panel(conn, panel_id)


async def _need_panel(conn: AsyncConnection[Any], panel_id: UUID) -> Panel:
    panel = await repository.panel(conn, panel_id)
    if panel is None:
        raise NotFound("panel-not-found", "There is no such panel.")
    return panel


async def _membership(caller: Caller, conn: AsyncConnection[Any], panel: Panel) -> Membership:
    mine = await repository.membership(conn, panel.id, caller.hash_in(panel.id)) or {}
    roles: Sequence[Role] = sorted(await caller.roles(conn, panel.id))
    place = {name: value for name, value in mine.items() if name != "member_id"}
    return Membership(panel, [role.value for role in roles], **place)


def _new_member(caller: Caller, panel: Panel, joining: Joining, traits: dict[str, str]) -> dict[str, object]:
    member_id: UUID = new_id()
    return {
        "member_id": member_id,
        "panel_id": panel.id,
        "identity_hash": caller.hash_in(panel.id),
        "state": "volunteer" if panel.recruitment == "draw" else "member",
        "alias": "".join(secrets.choice(_ALIAS_LETTERS) for _ in range(6)),
        "identity": _sealed_name(caller.keys, caller, member_id),
        "traits": traits,
        "terms_version": joining.terms_version,
    }


def _sealed_name(keys: KeyRing, caller: Caller, member_id: UUID) -> bytes | None:
    """The name as the login tells it, readable for the leader alone; None where the login tells none."""
    name = caller.actor.name
    return keys.encrypt("number-encrypt", name.encode(), member_id.bytes) if name else None
