"""What the personas have to do today: contacts at the GP, the emergency clinic's queue, home-care visits by
plan, children whom the health centre follows, and messages between them.

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

from dev.login import persona_access
from dev.personas import RegisterFile, load_personas, persona
from kit.identity import audiences
from kit.identity.apiclient import DpopAuth
from kit.norway import OSLO
from kit.settings import Settings

_SPACE = UUID("0f3ad6ce-94bb-4b0a-9d02-5d6c2a1e8f10")
_GPS = ("lege-koman", "lege-lin")
_REASONS = ("Kontroll", "Hoste i to uker", "Vondt i kneet", "Blodtrykk", "Svimmelhet", "Resept", "Utslett")
_QUEUE = (("acute", "Brystsmerter"), ("urgent", "Fall, vondt i hofta"), ("ordinary", "Øreverk"))
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLANS = (
    ("Legemidler fra dosett, og frokost", "medication", 20, ("08:00", "20:00")),
    ("Skift av kompresjonsbandasje på venstre legg", "wound-care", 30, ("09:30",)),
    ("Morgenstell", "personal-care", 45, ("08:45",)),
    ("Blodsukker og insulin", "insulin", 15, ("07:45", "12:00", "21:00")),
)
_HOMES = (
    ("Strandgata 4, 2. etasje", "Nøkkelboks til venstre for inngangsdøra."),
    ("Skolevegen 17", "Åpner selv. Hører dårlig, ring to ganger."),
    ("Fjordvik omsorgsboliger, leilighet 12", "Egen nøkkel i vaktrommet."),
    ("Bakkevegen 3", "Nøkkelboks i vindfanget. Hund i gangen, holdes på kjøkkenet."),
)
_SENDERS, _RECEIVERS = ("sykepleier", "lege-koman", "sykepleier"), ("lege-koman", "sykepleier", "lege-koman")
_MESSAGES = (
    (
        "Mer tungpust",
        "Veier 2 kg mer enn i forrige uke og blir fort tungpust. Kan du se på medisinene?",
    ),
    ("Sårstell", "Fint om dere ser til såret daglig denne uka og melder fra ved rødme."),
    ("Resept", "Blodtrykksmedisinen tar slutt på fredag."),
)


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry to write: by which persona, about whom, and what."""

    persona: str
    number: str
    id: UUID
    body: dict[str, Any]
    kind: str = "Encounter"


def write_today(settings: Settings, registers: RegisterFile, now: datetime | None = None) -> int:
    """Write today's contacts; how many there are. Raises `httpx.HTTPError` without an answer."""
    at = now or datetime.now(OSLO)
    wanted = [*contacts(registers, at), *care(registers, at)]
    write(settings, wanted)
    return len(wanted)


def write(settings: Settings, wanted: Sequence[Booked]) -> dict[UUID, dict[str, Any]]:
    """Write entries as their personas; those there stay. The entries by id, without those changed since.

    Raises `httpx.HTTPError` without an answer.
    """
    return asyncio.run(_send(settings, wanted))


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


def care(registers: RegisterFile, now: datetime) -> Iterator[Booked]:
    """Plans of home care, children with the health centre, and messages; the same on every day."""
    known = load_personas()
    apart = {p.national_id for p in known.persons}
    begun = datetime.combine(now.date(), time(), OSLO)
    others = [p for p in registers.persons if p.national_id not in apart and p.municipality == "9901"]
    old = sorted(others, key=lambda p: (p.birth_date, p.national_id))[: len(_PLANS)]
    homes = zip(old, _PLANS, _HOMES, strict=False)
    for person, (words, code, minutes, clocks), (address, entry) in homes:
        activity = {"id": str(uuid5(_SPACE, words)), "text": words, "kind": code, "minutes": minutes}
        activity |= {"days": list(_DAYS), "times": list(clocks)}
        body = {"goals": ["Bo trygt hjemme"], "activities": [activity], "address": address, "entry": entry}
        plan = {"state": "active", "at": begun.isoformat(), "body": body}
        yield Booked("sykepleier", person.national_id, _lasting("plan", person.national_id), plan, "CarePlan")
    for person in others:
        if now.date() - person.birth_date < timedelta(days=5 * 365):
            said = {"state": "active", "at": begun.isoformat(), "body": {"service": "health-centre"}}
            episode = _lasting("child", person.national_id)
            yield Booked("helsestasjon", person.national_id, episode, said, "EpisodeOfCare")
    for name, to, person, (subject, words) in zip(_SENDERS, _RECEIVERS, old, _MESSAGES, strict=False):
        unit = known.personas[to].org_child or ""
        said = {"to_unit": unit, "subject": subject, "text": words}
        sent = {"state": "sent", "at": begun.isoformat(), "body": said}
        yield Booked(name, person.national_id, _lasting("message", person.national_id), sent, "Communication")


def _lasting(what: str, number: str) -> UUID:
    return uuid5(_SPACE, f"{what}/{number}")


def _booked(name: str, number: str, at: datetime, state: str, said: dict[str, Any]) -> Booked:
    day = at.date().isoformat()
    body = {"state": state, "at": at.isoformat(), "body": said}
    return Booked(name, number, uuid5(_SPACE, f"{day}/{name}/{number}"), body)


async def _send(settings: Settings, wanted: Sequence[Booked]) -> dict[UUID, dict[str, Any]]:
    written: dict[UUID, dict[str, Any]] = {}
    async with httpx.AsyncClient(timeout=20.0) as http:
        for name in dict.fromkeys(one.persona for one in wanted):
            access = await persona_access(
                name, audiences.JOURNAL, [audiences.WRITE_JOURNAL], settings=settings, http=http
            )
            auth = DpopAuth(access.key(), access.value)
            for one in (each for each in wanted if each.persona == name):
                headers = {"person-id": one.number, "access-reason": "treatment"}
                headers |= {"requester-hpr-role": persona(name).role or ""}
                url = f"{settings.journal_url}/journal/{one.kind}/{one.id}"
                answer = await http.put(url, json=one.body, headers=headers, auth=auth)
                if answer.status_code != 409:  # 409: written before, and changed since
                    written[one.id] = answer.raise_for_status().json()
    return written
