"""Fictitious panels: members who join and answer through the panel's own service, a draw, and a decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import yaml

from citizen_panel.caller import Caller
from citizen_panel.consultations import service as consultations
from citizen_panel.consultations.service import Answering, Consultation, Plan
from citizen_panel.decisions import service as decisions
from citizen_panel.decisions.service import Wanted
from citizen_panel.panels import drawing
from citizen_panel.panels import service as panels
from citizen_panel.panels.drawing import DrawRun
from citizen_panel.panels.service import Joining
from citizen_panel.panels.setup import read_panel_file, set_up
from citizen_panel.panels.traits import traits_of
from dev.panel_talk import talk
from dev.personas import persona
from dev.population.numbers import Numbers
from kit.db import Database
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import PANEL as AUDIENCE
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.roles import OWNER, PANEL
from kit.settings import Settings

MEMBERS, SEED = 60, 6
_FILE = Path(__file__).with_name("panel.yaml")
_ASKED = Path(__file__).with_name("panel_asked.yaml")


async def seed_panel(settings: Settings, keys: KeyRing) -> int:
    """Load panels, members, consultations, talk, a decision and a draw. Returns members made."""
    file = read_panel_file(_FILE)
    with psycopg.connect(settings.dsn(OWNER)) as conn:
        set_up(conn, keys, file)
    panel_id = file.panels[0].id
    db = Database(settings.dsn(PANEL))
    await db.open()
    try:
        leader, moderator, decider = (
            _caller(db, keys, str(persona(name).national_id))
            for name in ("panelleder", "panelmoderator", "panelbeslutter")
        )
        random = Random(SEED)
        members = [_caller(db, keys, number) for number in _numbers(random)]
        for member in [_caller(db, keys, str(persona("panelmedlem").national_id)), *members]:
            await panels.join(
                member, panel_id, Joining(1, {t: random.choice(v) for t, v in traits_of("citizens").items()})
            )
        await _ask(leader, members, panel_id, random)
        point = await talk(leader, moderator, decider, members, panel_id)
        await _decide(decider, panel_id, point)
        await _draw(leader, file.panels[2].id, members[:40], random)
    finally:
        await db.close()
    return len(members)


async def _ask(leader: Caller, members: list[Caller], panel_id: UUID, random: Random) -> None:
    first = await consultations.plan(
        leader, panel_id, _plan("past", -timedelta(days=40), timedelta(days=1)), "past"
    )
    if first.state == "draft":
        await consultations.move(leader, first.id, "open")
        for member in members[:48]:
            await consultations.answer(member, first.id, Answering(_first(random), submit=True), -1)
        await consultations.move(leader, first.id, "closed")
        await consultations.move(leader, first.id, "published")
    second = await consultations.plan(
        leader, panel_id, _plan("current", -timedelta(days=3), timedelta(days=11)), "current"
    )
    if second.state == "draft":
        await consultations.move(leader, second.id, "open")
        for member in members[:24]:
            await consultations.answer(member, second.id, Answering(_second(random), submit=True), -1)
    third = await consultations.plan(leader, panel_id, _plan("trial", -timedelta(2), timedelta(2)), "trial")
    if third.state == "draft":
        await consultations.move(leader, third.id, "open")
        await consultations.remind(leader, third.id)


async def _decide(decider: Caller, panel_id: UUID, point: UUID) -> None:
    """The entry of the log that the ended consultation led to."""
    ended = await consultations.public(decider.db)
    first = next(each for each in ended if each.state == "published" and each.panel_id == panel_id)
    entry = _decision(first, datetime.now(UTC).date())
    entry = msgspec.structs.replace(entry, control_point_id=point)
    await decisions.write(decider, panel_id, entry, None, "first")


async def _draw(leader: Caller, panel_id: UUID, volunteers: list[Caller], random: Random) -> None:
    """A panel drawn from volunteers, its draw published."""
    if await drawing.draws(leader.db, panel_id):
        return
    for volunteer in volunteers:
        told = {t: random.choice(v) for t, v in traits_of("citizens").items()}
        await panels.join(volunteer, panel_id, Joining(1, told))
    promised = await drawing.promise_draw(leader, panel_id)
    run = DrawRun(20, "Lottotall 4, 8, 15, 16, 23, 34 og 2")
    await drawing.run_draw(leader, panel_id, promised.id, run)


def _first(random: Random) -> dict[str, Any]:
    understand = random.choices(["yes", "partly", "no"], [4, 5, 1])[0]
    answers: dict[str, Any] = {"understand": understand, "safe": random.choice([2, 3, 4, 4, 5])}
    if understand == "partly":
        answers["hard"] = random.sample(["names", "ranges", "marks"], 2)
    return answers


def _second(random: Random) -> dict[str, Any]:
    ranked = random.sample(["explain", "compare", "notify"], 3)
    return {"first": ranked, "night": random.choice(["yes", "no", "no", "partly"])}


def _asked() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_ASKED.read_text(encoding="utf-8"))
    return found


def _plan(name: str, opens: timedelta, closes: timedelta) -> Plan:
    now = datetime.now(UTC)
    return msgspec.convert(_asked()[name] | {"opens_at": now + opens, "closes_at": now + closes}, Plan)


def _decision(first: Consultation, today: date) -> Wanted:
    entry = _asked()["decision"]
    for step in entry["steps"]:
        step["on"] = today - timedelta(days=step.pop("days_ago"))
        if "link" in step:
            step["link"] += str(first.id)
    return msgspec.convert(entry | {"consultation_id": first.id}, Wanted)


def _numbers(random: Random) -> list[str]:
    made = Numbers([])
    return [
        made.national(random, date(1945 + n % 60, 1 + n % 12, 1 + n % 28), 1 + n % 2) for n in range(MEMBERS)
    ]


def _caller(db: Database, keys: KeyRing, number: str) -> Caller:
    national_id = parse_national_id(number)
    actor = Actor(
        kind=ActorKind.CITIZEN,
        subject="seed",
        client_id="seed",
        issuer="seed",
        audience=AUDIENCE,
        token_id="seed",  # noqa: S106 - no secret
        scopes=frozenset(),
        national_id=national_id,
    )
    return Caller(db, keys, actor, national_id)
