"""A new message or referral about the patient whom this tab has open."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Written
from portal.clinician.messages.sending import SENT_OTHERWISE, send_once
from portal.clinician.messages.transform import Option
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import client_of, patient_handle, unit_client
from portal.session.models import Kind
from portal.session.patient import open_patient
from portal.session.places import need_lists

KINDS = ("message", "referral")
URGENCIES = ("ordinary", "urgent", "acute")


class NewLetter(rx.State):
    """The form. `_patient` is whom it was begun for: it is never sent about another."""

    units: list[Option] = []  # noqa: RUF012 - Reflex copies defaults
    writing: bool = False
    kind: str = KINDS[0]
    said: str = ""
    wrong: str = ""
    _id: str = ""
    _patient: str = ""
    _begun: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """The places that can be written to, once a tab; what was begun for another patient is put away."""
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None or patient_handle(now, patient) != self._patient:
            self.writing, self.said, self.wrong = False, "", ""
        if self.units:
            return
        try:
            await need_lists(self)
            found = await (await unit_client(self)).units()
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.units = [Option(one.number, one.name) for one in found]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self) -> None:
        """Write about the open patient; once more puts the form away."""
        now, patient = await current(self), await open_patient(self)
        self.writing = not self.writing and patient is not None
        self.said = self.wrong = ""
        if now is not None and patient is not None and self.writing:
            self._id, self._patient = str(uuid4()), patient_handle(now, patient)
            self._begun = datetime.now(UTC).isoformat()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_kind(self, kind: str) -> None:
        """A message, or a referral."""
        self.kind = kind if kind in KINDS else KINDS[0]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, form: dict[str, Any]) -> None:
        """Send it; what is written stays in the page until it is sent."""
        if not self.writing:
            return
        values = {name: str(value).strip() for name, value in form.items()}
        self.wrong = missing(values)
        if self.wrong:
            return
        try:
            client = await client_of(self, self._patient)
            name, body = letter_body(self.kind, values)
            sent = Written("sent", datetime.fromisoformat(self._begun), body)
            await send_once(client, name, self._id, sent)
        except ServiceProblem as problem:
            self.wrong = problem.code
            if problem.code == SENT_OTHERWISE:
                self._id = str(uuid4())
            return
        self.writing, self.said = False, self.kind


def missing(values: dict[str, str]) -> str:
    """What the form lacks, as a code; empty when nothing."""
    needed = ("to_unit", "subject", "words")
    return next((f"{name}-missing" for name in needed if not values.get(name)), "")


def letter_body(kind: str, values: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """The journal's kind, and the body of a message or a referral."""
    to, subject, words = values["to_unit"], values["subject"], values["words"]
    if kind == "message":
        return "Communication", {"to_unit": to, "subject": subject, "text": words}
    urgency = values.get("urgency", "")
    body = {"to_unit": to, "service": subject, "reason": words}
    return "ServiceRequest", body | {"urgency": urgency if urgency in URGENCIES else URGENCIES[0]}


new: Any = NewLetter
