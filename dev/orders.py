"""Orders of the GP persona, and what laboratories have answered of them: the whole, a part, without the
number, or nothing at all.

Written over the journal's own interface, so that each has its number; the answers come through the intake, as
every other message. Repeating changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

import httpx
import msgspec

from dev.generator.analytes import ANALYTES, Analyte
from dev.generator.biochemistry import panel
from dev.generator.model import Patient, Report, Requester
from dev.generator.order import Order
from dev.generator.writer import write as as_xml
from dev.personas import Person, RegisterFile, load_personas
from dev.sender import Sender
from dev.today import Booked, write
from kit.norway import OSLO
from kit.settings import Settings

_SPACE = UUID("5a4f0a55-6d0b-4f0c-9a53-3a2d3f1d7c40")
_GROWN = 18  # years
_GP, _HELPER = "lege-koman", "helsesekretaer"
_REQUESTER = Requester(
    name="Fjordvik legesenter", her_id="8100031", doctor="Magnar Koman", doctor_hpr="9144889"
)


class Planned(msgspec.Struct, frozen=True):
    """An order so many days ago of these analytes; `answered`: which of them are, None: it is a draft still.

    `numbered`: the laboratory sends the requisition number back.
    """

    name: str
    ago: int
    analytes: tuple[str, ...]
    information: str
    answered: tuple[str, ...] | None = ()
    numbered: bool = True


PLANNED = (
    Planned("answered", 8, ("k", "crea"), "Kontroll av vanndrivende.", ("k", "crea")),
    Planned("partly", 6, ("hba1c", "crea", "egfr", "k"), "Diabetes, årskontroll.", ("crea", "egfr", "k")),
    Planned("proposed", 5, ("hba1c",), "Diabetes.", ("hba1c",), numbered=False),
    Planned("waiting", 2, ("crp", "hb"), "Slapp, feber av og til."),
    Planned("late", 19, ("tsh", "ft4"), "Trøtt, går opp i vekt."),
    Planned("draft", 1, ("hb", "ferritin"), "Ønsker kontroll av jernlager.", None),
)


def write_orders(settings: Settings, registers: RegisterFile, now: datetime | None = None) -> int:
    """Write the orders and send the answers; how many orders there are.

    Raises `httpx.HTTPError` without an answer, `dev.sender.SendingFailed`.
    """
    at = now or datetime.now(OSLO)
    cast = list(zip(PLANNED, _patients(registers, at), strict=False))
    booked = {one.name: _booked(one, person, at) for one, person in cast}
    written = write(settings, list(booked.values()))
    answers = []
    for one, person in cast:
        entry = written.get(booked[one.name].id)
        if entry is not None and one.answered:
            report = _report(one, person, at)
            answers.append(as_xml(_numbered(report, entry) if one.numbered else report))
    asyncio.run(_send(settings, answers))
    return len(cast)


def _patients(registers: RegisterFile, now: datetime) -> Iterator[Person]:
    """The GP's own who are grown up, without those who log in: they keep a journal without surprises."""
    known = load_personas()
    apart = {person.national_id for person in known.persons}
    hpr = known.personas[_GP].hpr_number
    lists = {entry.national_id: entry.hpr_number for entry in registers.gp_lists}
    yield from (
        person
        for person in reversed(registers.persons)
        if person.national_id not in apart
        and lists.get(person.national_id) == hpr
        and now.year - person.birth_date.year > _GROWN
    )


def _booked(one: Planned, person: Person, now: datetime) -> Booked:
    examinations = [_examination(ANALYTES[name]) for name in one.analytes]
    body: dict[str, Any] = {
        "field": "laboratory",
        "examinations": examinations,
        "information": one.information,
        "receiver_unit": "313901645",
    }
    state, by = ("draft", _HELPER) if one.answered is None else ("active", _GP)
    said = {"state": state, "at": _taken(one, now).isoformat(), "body": body}
    return Booked(
        by, person.national_id, uuid5(_SPACE, f"{one.name}/{person.national_id}"), said, "Requisition"
    )


def _examination(analyte: Analyte) -> dict[str, Any]:
    code, display = analyte.code.code or "", analyte.code.display or ""
    words = display.partition("-")[2] or display
    return {"text": words, "coding": {"system": "nlk", "code": code, "display": words}}


def _taken(one: Planned, now: datetime) -> datetime:
    return datetime.combine(now.date() - timedelta(days=one.ago), time(10, 20), OSLO)


def _report(one: Planned, person: Person, now: datetime) -> Report:
    born, taken = person.birth_date, _taken(one, now)
    order = Order(
        key=f"orders/{person.national_id}/{one.name}",
        patient=Patient(
            national_id=person.national_id,
            given_name=person.given_name,
            family_name=person.family_name,
            birth_date=born,
            sex=person.sex,
            id_kind="DNR" if person.national_id[0] in "4567" else "FNR",
        ),
        requester=_REQUESTER,
        taken=taken.replace(tzinfo=None) + timedelta(minutes=20),
        age=(taken.date() - born).days // 365,
    )
    return panel(order, one.answered or ())


def _numbered(report: Report, entry: Mapping[str, Any]) -> Report:
    """As the laboratory sends it that keeps the requester's number."""
    requisition = msgspec.structs.replace(report.requisition, id=entry["body"]["number"])
    return msgspec.structs.replace(report, requisition=requisition)


async def _send(settings: Settings, bodies: list[bytes]) -> None:
    async with httpx.AsyncClient(timeout=60.0) as http:
        sender = Sender(settings, http)
        await sender.send(bodies, lambda: None)
        await sender.finish(lambda: None)
