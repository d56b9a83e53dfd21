"""Journals of ten years: written through the service's own API, and many more copied inside the database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
from rich.progress import Progress

from kit.identity.apiclient import DpopAuth

YEARS = 10
LAST = datetime(2026, 11, 20, 9, tzinfo=UTC)
_BATCH = 100
_TEXTS = (
    "Kommer til avtalt kontroll. Kjenner seg stort sett bra, men sover dårligere enn før.",
    "Ingen brystsmerter. Litt tung pust i bakker de siste ukene. Tar medisinene som avtalt.",
    "Blodtrykket ligger litt høyt ved to målinger. Rene lunger, regelmessig hjerterytme, ingen ødemer.",
    "Stabil situasjon. Vi blir enige om å fortsette som før, og å ta nye prøver om tre måneder.",
)
_USED = {"use": "fixed", "source": "gp"}
_LISTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("AllergyIntolerance", "active", {"substance": "jordbær", "category": "food", "criticality": "low"}),
    ("Flag", "active", {"category": "implant", "text": "Pacemaker, Oslo universitetssykehus 2021"}),
    ("Condition", "active", {"text": "Hypertensjon", "onset": "2018-03-01"}),
    ("Condition", "active", {"text": "Diabetes type 2", "onset": "2019-10-12"}),
    (
        "MedicationStatement",
        "active",
        {"name": "Metformin", "dose": "1 morgen og kveld", **_USED},
    ),
    ("MedicationStatement", "active", {"name": "Amlodipin", "dose": "1 morgen", **_USED}),
    ("MedicationStatement", "stopped", {"name": "Atorvastatin", "dose": "1 kveld", **_USED}),
    ("Immunization", "completed", {"vaccine": "Influensa", "dose": 1}),
    ("NextOfKin", "active", {"name": "Kari Eksempel", "relation": "ektefelle", "main": True}),
    ("Wish", "active", {"category": "communication", "text": "Vil ha skriftlig informasjon."}),
)

# A template's journal for many new persons. As administrator: no role of the product could do this.
COPY = """
WITH fresh AS MATERIALIZED (
    SELECT uuidv7() AS person_id FROM generate_series(1, %(persons)s)
), numbered AS (
    INSERT INTO core_record.person_number (number_hash, person_id, kind, number_cipher)
    SELECT sha256(uuid_send(person_id)), person_id, 'FNR', %(mark)s FROM fresh
), known AS (
    INSERT INTO core_record.person (person_id) SELECT person_id FROM fresh
), entries AS (
    INSERT INTO journal.entry (person_id, entry_id, kind, version, state, at, contact_id, org_number, made_by,
        made_name, made_role, made_at, changed_by, changed_name, changed_role, changed_at, signed_by,
        signed_name, signed_role, signed_at, why, content_hash, body)
    SELECT f.person_id, md5(f.person_id::text || e.entry_id)::uuid, kind, version, state, at,
        md5(f.person_id::text || contact_id)::uuid, org_number, made_by, made_name, made_role, made_at,
        changed_by, changed_name, changed_role, changed_at, signed_by, signed_name, signed_role, signed_at,
        why, content_hash, body
    FROM fresh f CROSS JOIN journal.entry e WHERE e.person_id = %(template)s
), versions AS (
    INSERT INTO journal.entry_version (person_id, entry_id, version, org_number, state, at, changed_by,
        changed_name, changed_role, changed_at, signed_by, signed_name, signed_role, signed_at, why, body)
    SELECT f.person_id, md5(f.person_id::text || v.entry_id)::uuid, version, org_number, state, at,
        changed_by, changed_name, changed_role, changed_at, signed_by, signed_name, signed_role, signed_at,
        why, body
    FROM fresh f CROSS JOIN journal.entry_version v WHERE v.person_id = %(template)s
)
INSERT INTO journal.work_item (unit, item_id, person_id, kind, state, due, urgency, assignee, label, open,
    changed_at, since, minutes, about)
SELECT unit, md5(f.person_id::text || w.item_id)::uuid, f.person_id, kind, state, due, urgency, assignee,
    label, open, changed_at, since, minutes, md5(f.person_id::text || w.about)::uuid
FROM fresh f CROSS JOIN journal.work_item w WHERE w.person_id = %(template)s
"""


Request = tuple[str, str, Any, dict[str, str]]
"""Method, path, JSON body and own headers."""


def write(base: str, auth: DpopAuth, headers: dict[str, str], requests: Iterator[Request]) -> None:
    """Send one after the other; raises `RuntimeError` when one is refused."""
    with httpx.Client(base_url=base, auth=auth, headers=headers, timeout=30) as client:
        for method, path, body, own in requests:
            answer = client.request(method, path, json=body, headers=own)
            if answer.is_error:
                raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")


def ten_years(contacts: int) -> Iterator[Request]:
    """Requests that write a journal: lists, and `contacts` contacts with signed notes and measured values."""
    rng = random.Random(contacts)
    for kind, state, body in _LISTS:
        at = LAST - timedelta(days=rng.randrange(200, YEARS * 365))
        yield "PUT", f"/journal/{kind}/{uuid4()}", {"state": state, "at": at.isoformat(), "body": body}, {}
    for index in range(contacts):
        at = LAST - timedelta(days=(contacts - index) * YEARS * 365 // contacts)
        yield from _contact(at, rng)


def _contact(at: datetime, rng: random.Random) -> Iterator[Request]:
    contact, note = uuid4(), f"/journal/Composition/{uuid4()}"
    body = {"form": "consultation", "service": "gp", "reason": "kontroll"}
    here = f"/journal/Encounter/{contact}"
    yield "PUT", here, {"state": "in-progress", "at": at.isoformat(), "body": body}, {}
    texts = {part: rng.choice(_TEXTS) for part in ("anamnesis", "findings", "assessment", "plan")}
    said = {"template": "gp-consultation", "texts": texts}
    written = {"state": "draft", "at": at.isoformat(), "body": said, "contact": str(contact)}
    yield "PUT", note, written, {}
    yield "POST", f"{note}/$sign", None, {"If-Match": '"1"'}
    for measure, value in (("pulse", rng.randint(60, 90)), ("weight", rng.randint(60, 99))):
        found = {"measure": measure, "value": float(value)}
        entry = {"state": "final", "at": at.isoformat(), "body": found, "contact": str(contact)}
        yield "PUT", f"/journal/Observation/{uuid4()}", entry, {}
    yield "PUT", here, {"state": "finished", "at": at.isoformat(), "body": body}, {"If-Match": '"1"'}


def copy(conn: psycopg.Connection[Any], template: UUID, persons: int, mark: bytes) -> int:
    """Give so many new persons the template's journal; how many rows. `mark` finds them again."""
    values = {"persons": persons, "template": template, "mark": mark}
    conn.execute(COPY, values)
    row = conn.execute("SELECT count(*) FROM journal.entry WHERE person_id = %s", (template,)).fetchone()
    return persons * row[0] if row else 0


def grow(conn: psycopg.Connection[Any], templates: dict[UUID, tuple[float, bytes]], persons: int) -> int:
    """Copy the templates, each its share of `persons`; the rows made."""
    rows = 0
    with Progress() as progress:
        task = progress.add_task(f"growing to {persons:,} persons", total=persons)
        for template, (share, mark) in templates.items():
            left = max(1, round(share * persons))
            while left > 0:
                now = min(_BATCH, left)
                rows += copy(conn, template, now, mark)
                left -= now
                progress.advance(task, now)
    return rows
