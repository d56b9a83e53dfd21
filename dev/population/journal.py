"""The journal behind the results: who saw the person, what they wrote, and what is on the lists.

Made of the same courses and days as the laboratories' messages, so that a diagnosis, its medication, the
doctor's note and the answer to the test belong together. The same ids and texts come every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from dev.population.courses.choice import everything, ordinary
from dev.population.courses.levels import levels_of
from dev.population.subject import COURSE_DAYS, Course, Subject, order_of, share_of
from journal_api.journal.entries.models import Entry, Stamp
from journal_api.transfer.bundle import Kept
from kit.norway import OSLO

_SPACE = UUID("8a7c1c1e-2b0f-4d5e-9d6b-5d0f3a4e7c21")
_CHILD, _OLD = 6, 80
_HOME_VISITS = 14  # days back from the anchor day with visits written
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes: the register's id, name, role (None without authorisation) and place of work."""

    personnel: UUID
    name: str
    role: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class Authors:
    """Who writes in a person's journal; None where the municipality has no such service here."""

    gp: Author
    emergency: Author | None
    health_centre: Author | None
    home_nurse: Author | None
    home_assistant: Author | None


@cache
def _data() -> Mapping[str, Any]:
    text = Path(__file__).with_name("journal.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found


def journal_of(subject: Subject, authors: Authors, relatives: list[str], *, shown: bool) -> list[Kept]:
    """Everything in one person's journal before the anchor day, oldest first.

    `relatives` are names of others in the household; `shown`: one of those who have a course of every kind.
    """
    courses = everything(subject) if shown else ordinary(subject)
    writer = _Writer(subject, authors)
    writer.lists(courses, relatives)
    writer.visits(courses)
    if subject.age < _CHILD:
        writer.childhood()
    if subject.age >= _OLD and authors.home_nurse and authors.home_assistant:
        writer.home_care(authors.home_nurse, authors.home_assistant)
    return sorted(writer.kept, key=lambda one: (one.entry.at, one.entry.id))


class _Writer:
    def __init__(self, subject: Subject, authors: Authors) -> None:
        self.subject, self.authors = subject, authors
        self.kept: list[Kept] = []

    def lists(self, courses: Mapping[str, Course], relatives: list[str]) -> None:
        """Diagnoses and medication of long illnesses, critical information, kin and wishes."""
        gp, rng = self.authors.gp, self.subject.random("journal/lists")
        found = max(self.subject.person.birth_date, self.subject.anchor - timedelta(days=COURSE_DAYS))
        for name in courses:
            known = _data()["chronic"].get(name)
            if known:
                self._illness(name, known, found)
            if flag := _data()["flags"].get(name):
                self._add("Flag", f"flag/{name}", found, gp, "active", flag)
        if rng.random() < 0.2:
            self._add("AllergyIntolerance", "allergy", found, gp, "active", rng.choice(_data()["allergies"]))
        for place, name in enumerate(relatives[:2]):
            relation = "forelder" if self.subject.age < 18 else "ektefelle"
            kin = {"name": name, "relation": relation, "phone": f"9{rng.randrange(10**7):07d}"}
            self._add(
                "NextOfKin", f"kin/{place}", found, gp, "active", kin | ({"main": True} if not place else {})
            )
        if self.subject.age >= 75 and rng.random() < 0.5:
            self._add("Wish", "wish", found, gp, "active", rng.choice(_data()["wishes"]))

    def _illness(self, name: str, known: Mapping[str, Any], found: date) -> None:
        gp = self.authors.gp
        code, text = known["diagnosis"]
        body = {"text": text, "coding": _coding("icpc-2", code, text), "onset": found.isoformat()}
        self._add("Condition", f"diagnosis/{name}", found, gp, "active", body)
        for place, medicine in enumerate(known["medication"]):
            stamp = _stamp(gp, self._at(found))
            medication = {key: value for key, value in medicine.items() if key != "atc"} | {
                "atc": _coding("atc", *medicine["atc"]),
                "use": "fixed",
                "source": "gp",
                "prescriber": gp.name,
                "confirmed": _written(stamp),
            }
            self._add("MedicationStatement", f"drug/{name}/{place}", found, gp, "active", medication)

    def visits(self, courses: Mapping[str, Course]) -> None:
        """A contact and a note for each visit at which something was ordered here."""
        end = datetime.combine(self.subject.anchor, datetime.min.time())
        for name, course in courses.items():
            for visit in course(self.subject):
                order = order_of(self.subject, name, visit, levels_of(courses, share_of(visit.ago)))
                inside = visit.ago <= self.subject.years * 365 and order.taken < end and order.age >= 0
                if inside and visit.place == "gp":
                    self._consultation(name, visit.name, order.taken.replace(tzinfo=OSLO))
                elif inside and visit.place == "emergency" and self.authors.emergency:
                    self._emergency(visit.name, order.taken.replace(tzinfo=OSLO), self.authors.emergency)

    def _consultation(self, course: str, visit: str, at: datetime) -> None:
        gp, rng = self.authors.gp, self.subject.random(f"journal/{course}/{visit}")
        episodes = _data()["episodes"]
        known = _data()["chronic"].get(course) or episodes.get(course) or episodes["other"]
        code, text = known["diagnosis"]
        parts = ("anamnesis", "findings", "assessment", "plan")
        texts = {part: rng.choice(known[part]) for part in parts if part in known}
        codes = {"diagnosis": [_coding("icpc-2", code, text)]}
        body = {"template": "gp-consultation", "texts": texts, "codes": codes}
        self._contact(
            f"{course}/{visit}", at, gp, {"form": "consultation", "reason": text, "service": "gp"}, body
        )

    def _emergency(self, visit: str, at: datetime, author: Author) -> None:
        rng = self.subject.random(f"journal/emergency/{visit}")
        said = _data()["emergency"]
        texts = {part: rng.choice(said[part]) for part in ("anamnesis", "plan")}
        measured = {"pulse": float(rng.randint(64, 110)), "temperature": round(rng.uniform(36.4, 39.1), 1)}
        contact = {
            "form": "consultation",
            "service": "emergency",
            "urgency": rng.choice(("urgent", "ordinary")),
        }
        body = {"template": "emergency-contact", "texts": texts, "measured": measured}
        self._contact(f"emergency/{visit}", at, author, contact, body)

    def childhood(self) -> None:
        """Checks at the health centre with growth, and vaccines, by age in weeks."""
        author, born = self.authors.health_centre, self.subject.person.birth_date
        if author is None:
            return
        rng = self.subject.random("journal/growth")
        size = rng.gauss(1.0, 0.05)
        for weeks in _data()["checks"]:
            at = self._at(born + timedelta(weeks=weeks), 9 + weeks % 5)
            if at.date() >= self.subject.anchor:
                break
            body = {
                "template": "health-centre-check",
                "texts": {"guidance": rng.choice(_data()["guidance"])},
                "measured": growth(weeks, size),
            }
            self._contact(f"check/{weeks}", at, author, {"form": "check", "service": "health-centre"}, body)
        for place, one in enumerate(_data()["vaccines"]):
            day = born + timedelta(weeks=one["weeks"])
            if day < self.subject.anchor:
                given = {
                    "vaccine": one["vaccine"],
                    "dose": one["dose"],
                    "lot": f"F{rng.randrange(10**5):05d}",
                }
                self._add("Immunization", f"vaccine/{place}", day, author, "completed", given)

    def home_care(self, nurse: Author, assistant: Author) -> None:
        """A plan and a team, and the visits of the last fortnight."""
        said, since = _data()["home_care"], self.subject.anchor - timedelta(days=200)
        activities = [
            {**activity, "id": str(self._id(f"activity/{place}"))}
            for place, activity in enumerate(said["activities"])
        ]
        home = self.subject.random("journal/home").choice(said["homes"])
        plan = {"goals": said["goals"], "activities": activities, **home}
        self._add("CarePlan", "plan", since, nurse, "active", plan)
        members = [
            {"personnel": str(one.personnel), "name": one.name, "function": function}
            | ({"role": one.role} if one.role else {})
            for one, function in (
                (nurse, "primærkontakt"),
                (assistant, "hjelper"),
                (self.authors.gp, "fastlege"),
            )
        ]
        self._add("CareTeam", "team", since, nurse, "active", {"members": members})
        for ago in range(_HOME_VISITS, 0, -1):
            rng = self.subject.random(f"journal/home/{ago}")
            at = self._at(self.subject.anchor - timedelta(days=ago), 8)
            author = assistant if ago % 3 else nurse
            texts = {part: rng.choice(said[part]) for part in ("done", "observed")}
            contact = {"form": "home-visit", "service": "home-care"}
            body = {"template": "home-care-visit", "texts": texts}
            self._contact(f"home/{ago}", at, author, contact, body)

    def _contact(self, key: str, at: datetime, author: Author, contact: Body, note: Body) -> None:
        """A finished contact with its signed note, and an entry for each measured value."""
        who = {"responsible": str(author.personnel), "responsible_name": author.name}
        contact_id = self._keep("Encounter", f"contact/{key}", at, author, "finished", contact | who)
        note_id = self._keep("Composition", f"note/{key}", at, author, "signed", note, contact_id)
        for name, value in note.get("measured", {}).items():
            entry_id, body = uuid5(note_id, name), {"measure": name, "value": value, "note": str(note_id)}
            self._keep("Observation", "", at, author, "final", body, contact_id, entry_id)

    def _add(self, kind: str, key: str, day: date, author: Author, state: str, body: Body) -> None:
        self._keep(kind, key, self._at(day), author, state, body)

    def _keep(
        self,
        kind: str,
        key: str,
        at: datetime,
        author: Author,
        state: str,
        body: Body,
        contact: UUID | None = None,
        entry_id: UUID | None = None,
    ) -> UUID:
        made = _stamp(author, at + timedelta(minutes=20))
        entry = Entry(
            id=entry_id or self._id(key),
            kind=kind,
            version=1,
            state=state,
            at=at.astimezone(UTC),
            unit=author.unit,
            made=made,
            changed=made,
            body=body,
            contact=contact,
            signed=made if state == "signed" else None,
        )
        self.kept.append(Kept(entry, []))
        return entry.id

    def _id(self, key: str) -> UUID:
        return uuid5(_SPACE, f"{self.subject.seed}/{self.subject.person.national_id}/{key}")

    def _at(self, day: date, hour: int = 10) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=OSLO)


def growth(weeks: int, size: float) -> dict[str, float]:
    """Weight (kg), height and, the first two years, head circumference (cm); made up, no norm."""
    years = weeks / 52
    weight = 3.5 + 6.2 * min(1.0, years) ** 0.6 + 2.3 * max(0.0, years - 1)
    height = 50 + 25 * min(1.0, years) ** 0.7 + 8.5 * max(0.0, years - 1)
    found = {"weight": round(weight * size, 2), "height": round(height * (0.5 + size / 2), 1)}
    if years <= 2:
        found["head-circumference"] = round((35 + 11.5 * min(1.0, years) ** 0.5) * (0.7 + 0.3 * size), 1)
    return found


def _coding(system: str, code: str, display: str) -> Body:
    return {"system": system, "code": code, "display": display}


def _stamp(author: Author, at: datetime) -> Stamp:
    return Stamp(author.personnel, author.name, at.astimezone(UTC), author.role)


def _written(stamp: Stamp) -> Body:
    found = {"by": str(stamp.by), "name": stamp.name, "at": stamp.at.isoformat()}
    return found | ({"role": stamp.role} if stamp.role else {})
