"""Promising a draw, running it, and what is published of it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from citizen_panel.caller import Caller
from citizen_panel.consultations.anonymity import SMALLEST, shown_groups
from citizen_panel.panels import repository
from citizen_panel.panels.draw import Draw, DrawProblem, Share, Volunteer, commitment, draw
from citizen_panel.panels.models import DrawRun, Panel, PublicDraw
from citizen_panel.panels.service import need_panel
from citizen_panel.speech.screening import admit
from kit.db import Database
from kit.errors import NotFound, Unprocessable
from kit.ids import new_id

__all__ = ["DrawRun", "draws", "promise_draw", "run_draw"]

_PROBLEMS = {
    "no-places": "A draw fills at least one place.",
    "too-few-volunteers": "There are fewer volunteers than places.",
}


async def promise_draw(caller: Caller, panel_id: UUID) -> PublicDraw:
    """Choose a seed and publish its hash, before the list is closed. Leaders alone."""
    secret, draw_id = secrets.token_hex(16), new_id()
    async with caller.db.transaction() as conn:
        await need_panel(conn, panel_id)
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
        panel = await need_panel(conn, panel_id)
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
        await need_panel(conn, panel_id)
        return await repository.draws(conn, panel_id)


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
