"""What the personas have to do today: contacts at the GP and in the emergency clinic's queue.

Written by the personas themselves over the journal's own interface, with ids made of the day: repeating
writes nothing anew, and a new day has its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx

from dev.generator.labs import OSLO
from dev.login import persona_access
from dev.personas import RegisterFile, load_personas, persona
from kit.identity import audiences
from kit.identity.apiclient import DpopAuth
from kit.settings import Settings

_SPACE = UUID("0f3ad6ce-94bb-4b0a-9d02-5d6c2a1e8f10")
_GPS = ("lege-koman", "lege-lin")
_REASONS = ("Kontroll", "Hoste i to uker", "Vondt i kneet", "Blodtrykk", "Svimmelhet", "Resept", "Utslett")
_QUEUE = (("acute", "Brystsmerter"), ("urgent", "Fall, vondt i hofta"), ("ordinary", "Øreverk"))


@dataclass(frozen=True, slots=True)
class Booked:
    """A contact to write: by which persona, about whom, and what."""

    persona: str
    number: str
    id: UUID
    body: dict[str, Any]


def write_today(settings: Settings, registers: RegisterFile, now: datetime | None = None) -> int:
    """Write today's contacts; how many there are. Raises `httpx.HTTPError` without an answer."""
    wanted = list(contacts(registers, now or datetime.now(OSLO)))
    asyncio.run(_send(settings, wanted))
    return len(wanted)


def contacts(registers: RegisterFile, now: datetime) -> Iterator[Booked]:
    """At most seven appointments for each GP persona from half past eight; three at the emergency clinic."""
    known = load_personas()
    apart = {p.national_id for p in known.persons}  # who logs in keeps a journal without surprises
    others = [p for p in registers.persons if p.national_id not in apart]
    lists = {e.national_id: e.hpr_number for e in registers.gp_lists}
    for name in _GPS:
        hpr = known.personas[name].hpr_number
        listed = [p.national_id for p in others if lists.get(p.national_id) == hpr]
        for place, number in enumerate(listed[: len(_REASONS)]):
            at = datetime.combine(now.date(), time(8, 30), OSLO) + timedelta(minutes=20 * place)
            state = "planned" if at > now - timedelta(minutes=30) else "finished"
            said = {"form": "consultation", "service": "gp", "reason": _REASONS[place], "minutes": 20}
            yield _booked(name, number, at, state, said)
    waiting = [p.national_id for p in others if p.municipality == "9901"][-len(_QUEUE) :]
    for place, (number, (urgency, reason)) in enumerate(zip(waiting, _QUEUE, strict=False)):
        at = now - timedelta(minutes=35 - 10 * place)
        said = {"form": "consultation", "service": "emergency", "reason": reason, "urgency": urgency}
        yield _booked("legevakt", number, at.replace(microsecond=0), "arrived", said)


def _booked(name: str, number: str, at: datetime, state: str, said: dict[str, Any]) -> Booked:
    day = at.date().isoformat()
    body = {"state": state, "at": at.isoformat(), "body": said}
    return Booked(name, number, uuid5(_SPACE, f"{day}/{name}/{number}"), body)


async def _send(settings: Settings, wanted: Sequence[Booked]) -> None:
    async with httpx.AsyncClient(timeout=20.0) as http:
        for name in dict.fromkeys(one.persona for one in wanted):
            access = await persona_access(
                name, audiences.JOURNAL, [audiences.WRITE_JOURNAL], settings=settings, http=http
            )
            auth = DpopAuth(access.key(), access.value)
            for one in (each for each in wanted if each.persona == name):
                headers = {"person-id": one.number, "access-reason": "treatment"}
                headers |= {"requester-hpr-role": persona(name).role or ""}
                url = f"{settings.journal_url}/journal/Encounter/{one.id}"
                answer = await http.put(url, json=one.body, headers=headers, auth=auth)
                if answer.status_code != 409:  # 409: written before, and changed since
                    answer.raise_for_status()
