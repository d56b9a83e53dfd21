"""An order: who asked for what about whom, and when; every report grows out of one.

Ids and random numbers come from the order's key alone, so the same order always gives the same message.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from dev.generator.labs import LABS, LabName, department_head, sender
from dev.generator.model import Patient, Provider, Report, Requester, Requisition

_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "urn:akson:synthetic-report")


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`key` names the order uniquely in a population; `taken` is local sampling time; `age` whole years.

    `levels`: what is true of the person that day where it is not ordinary (analyte name → value).
    """

    key: str
    patient: Patient
    requester: Requester
    taken: datetime
    age: int
    reason: tuple[str, str] | None = None
    version: str = "1.4"
    levels: dict[str, float] = {}

    def random(self, purpose: str = "") -> Random:
        """A generator of its own for each purpose, so that one choice never shifts another."""
        return Random(f"{self.key}/{purpose}")

    def number(self, lab: LabName) -> str:
        """The laboratory's number of this report (ServProvId): prefix, year, ten digits."""
        digest = blake2b(f"{lab}/{self.key}".encode(), digest_size=8).digest()
        return f"{LABS[lab].prefix}{self.taken:%y}-{int.from_bytes(digest) % 10**10:010d}"

    def msg_id(self, step: str) -> str:
        """The MsgId of one step of the report's life."""
        return str(uuid5(_NAMESPACE, f"{self.key}/{step}"))

    def requisition(self, lab: LabName) -> Requisition:
        """The requisition as the laboratory registered it."""
        received = self.taken + timedelta(hours=3)
        return Requisition(
            id=str(uuid5(_NAMESPACE, f"{self.key}/requisition")),
            issued=self.taken.date().isoformat(),
            received=LABS[lab].stamp(received),
            provider_id=self.number(lab) + "-R",
            payment="RE",
            reasons=(self.reason,) if self.reason else (),
        )

    def report(
        self, kind: str, lab: LabName, department: str | None, field: str, *, after: timedelta, **more: Any
    ) -> Report:
        """A new final report of this order, answered `after` the sampling; `more` overrides any field."""
        stamp = LABS[lab].stamp
        answered = self.taken + after
        fields: dict[str, Any] = {
            "kind": kind,
            "lab": lab,
            "answered": answered,
            "msg_id": self.msg_id("new"),
            "generated": stamp(answered),
            "serv_type": "N",
            "status": "F",
            "field": field,
            "number": self.number(lab),
            "patient": self.patient,
            "sender": sender(lab, department),
            "requester": self.requester,
            "requisition": self.requisition(lab),
            "issued": stamp(answered - timedelta(minutes=1)),
            "provider": department_head(LABS[lab], department or sender(lab).name),
            "version": self.version,
        }
        return Report(**{**fields, **more})

    def signer(self, lab: LabName, profession: str = "LE") -> Provider:
        """The professional who answers for a result of this order."""
        name, hpr = self.random("signer").choice(LABS[lab].signers)
        return Provider(relation="AHP", name=name, hpr=hpr, profession=profession, phone=LABS[lab].phone)
