"""Puts the population together: registers, and every message in the order it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, islice
from random import Random

import msgspec

from dev.generator.model import Report, Requester
from dev.generator.writer import write
from dev.personas import GpListEntry, Person, PersonaFile, RegisterFile, load_personas
from dev.population.courses.choice import everything, ordinary
from dev.population.courses.levels import levels_of
from dev.population.numbers import Numbers
from dev.population.people import households
from dev.population.staff import Staff, make_staff
from dev.population.subject import Subject, order_of, share_of

SHOWCASE = ("line", "gry", "roland", "ungdom")


class GeneratedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a laboratory sends it. `sent`: local time; `step`: place in its report's life (0, 1 …)."""

    file_name: str
    body: bytes
    kind: str
    msg_id: str
    report_number: str
    sent: datetime
    step: int


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """Registers (personas included) and messages, oldest first."""

    registers: RegisterFile
    messages: list[GeneratedMessage]


def build(seed: int, persons: int, today: date, years: int = 3) -> Population:
    """A population of the personas and `persons` more, with `years` of results before `today`."""
    registers, subjects = people(seed, persons, today, years)
    messages = [message for subject in subjects for message in messages_of(subject)]
    messages.sort(key=lambda m: (m.sent, m.msg_id))
    return Population(registers=registers, messages=messages)


def people(seed: int, persons: int, today: date, years: int) -> tuple[RegisterFile, list[Subject]]:
    """The registers and, for each person, where the results come from."""
    file = load_personas()
    numbers = Numbers([*(p.national_id for p in file.persons), *(p.national_id for p in file.personnel)])
    staff = make_staff(seed, persons, today, numbers)
    others = list(islice(chain.from_iterable(households(seed, today, numbers)), persons))
    lists = [_gp_entry(staff, seed, index, person, today) for index, person in enumerate(others)]
    registers = RegisterFile(
        organisations=(*file.organisations, *staff.organisations),
        personnel=(*file.personnel, *staff.personnel),
        employments=(*file.employments, *staff.employments),
        administrators=file.administrators,
        persons=(*file.persons, *others),
        substitutes=(*file.substitutes, *staff.substitutes),
        gp_lists=(*file.gp_lists, *lists),
        senders=file.senders,
    )
    requesters = _requesters(registers)
    entries = {entry.national_id: entry for entry in registers.gp_lists}
    subjects = [
        Subject(
            seed=seed,
            person=person,
            gp=requesters[entries[person.national_id].hpr_number],
            anchor=today,
            years=years,
            index=index,
        )
        for index, person in enumerate(registers.persons)
    ]
    return registers, subjects


def _gp_entry(staff: Staff, seed: int, index: int, person: Person, today: date) -> GpListEntry:
    gp = staff.gp_of(index, person.municipality or "", Random(f"{seed}/gp/{person.address_id}"))
    since = max(person.birth_date, date(today.year - 5, 1, 1))
    return GpListEntry(
        national_id=person.national_id,
        hpr_number=gp.hpr_number,
        org_number=gp.org_number,
        valid_from=since,
    )


def _requesters(registers: RegisterFile) -> dict[str, Requester]:
    """HPR number → the doctor with the office, as messages name them."""
    doctors = {p.hpr_number: f"{p.given_name} {p.family_name}" for p in registers.personnel if p.hpr_number}
    offices = {o.org_number: o for o in registers.organisations}
    return {
        entry.hpr_number: Requester(
            name=offices[entry.org_number].name,
            her_id=offices[entry.org_number].her_id or "",
            doctor=doctors[entry.hpr_number],
            doctor_hpr=entry.hpr_number,
        )
        for entry in registers.gp_lists
    }


def messages_of(subject: Subject) -> Iterator[GeneratedMessage]:
    """Every message about one person that was sent before the anchor day ended."""
    personas: PersonaFile = load_personas()
    shown = {personas.personas[name].national_id for name in SHOWCASE}
    children = {p.national_id for p in personas.persons if p.parents}
    number = subject.person.national_id
    courses = everything(subject) if number in shown | children else ordinary(subject)
    end = datetime.combine(subject.anchor, time(6, 0))
    for name, course in courses.items():
        for visit in course(subject):
            order = order_of(subject, name, visit, levels_of(courses, share_of(visit.ago)))
            if order.age < 0 or visit.ago > subject.years * 365:
                continue
            made = visit.make(order)
            for step, report in enumerate(made if isinstance(made, list) else [made]):
                if report.answered < end:
                    yield _message(report, step)


def _message(report: Report, step: int) -> GeneratedMessage:
    return GeneratedMessage(
        file_name=f"{report.number}-{step + 1}.xml",
        body=write(report),
        kind=report.kind,
        msg_id=report.msg_id,
        report_number=report.number,
        sent=report.answered,
        step=step,
    )
