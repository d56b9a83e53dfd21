"""Who may deliver what: the organisation of the token against the sender that the message names."""

from __future__ import annotations

import time
from typing import Any

from msgspec import Struct
from psycopg import Connection

from core_record.registers.service import (
    Client,
    Delivery,
    Sender,
    delivering_client,
    delivery_sync,
    find_sender_sync,
)
from kit.db import Database
from results_service.intake.models import Problem
from results_service.reports.svarrapport import RULES, Message

_REMEMBER_SECONDS = 30.0
_NOBODY = Client(registered=False)
_KIND_RULE = RULES["kind-not-registered"]
_KIND = Problem(_KIND_RULE.code, _KIND_RULE.message, path="ServReport/MsgDescr")


class DeliveringClients:
    """Which organisations may deliver at all, by which keys; an answer is believed for half a minute.

    The worker asks the registers anew for every message, so that a memory of ours decides nothing about data.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[Client, float]] = {}

    async def find(self, organisation: str, thumbprint: str | None) -> Client:
        """What is registered of the organisation; a refusal is never remembered."""
        client, until = self._known.get(organisation, (_NOBODY, 0.0))
        if client.registered and client.knows(thumbprint) and time.monotonic() < until:
            return client
        async with self._database.transaction() as conn:
            client = await delivering_client(conn, organisation)
        self._known[organisation] = (client, time.monotonic() + _REMEMBER_SECONDS)
        return client


class SenderVerdict(Struct, frozen=True):
    """`key` and `department` for the report key, what to note, and why the message may not be taken in.

    `doubt`: why it waits, although its sender may send.
    """

    key: str
    department: str | None
    strict: bool = False
    warnings: tuple[Problem, ...] = ()
    refusal: Problem | None = None
    doubt: Problem | None = None


class SenderRegister:
    """The register of senders as one turn of a worker sees it: each question is asked once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], tuple[Sender | None, Delivery]] = {}

    def judge(self, conn: Connection[Any], client_org: str, message: Message) -> SenderVerdict:
        """Find the sender of a message and whether `client_org` may deliver it."""
        ids = tuple(message.sender_ids)
        departments = tuple((i.type, i.value) for d in message.sender_departments for i in d.ids)
        question = (client_org, ids, departments)
        if question not in self._found:
            sender = find_sender_sync(conn, ids, departments)
            self._found[question] = sender, delivery_sync(conn, client_org, sender)
        return _verdict(message, *self._found[question])


def _verdict(message: Message, sender: Sender | None, delivery: Delivery) -> SenderVerdict:
    if sender is None:
        return _unregistered(message, delivery)
    refusal = None
    if delivery is Delivery.NONE:
        refusal = Problem(
            "sender-not-allowed",
            "Your organisation is not registered to deliver for this ServProvider: have it registered.",
            path="ServReport/ServProvider",
        )
    doubt = None if sender.may_send(message.kind.value, message.type) else _KIND
    return SenderVerdict(sender.key, sender.department, sender.strict, refusal=refusal, doubt=doubt)


def _unregistered(message: Message, delivery: Delivery) -> SenderVerdict:
    key = _own_key(message)
    where = "ServReport/ServProvider"
    if key is None:
        return SenderVerdict(
            "",
            None,
            refusal=Problem("sender-missing", "Name the sender in ServProvider with a HER-id.", path=where),
        )
    if delivery is not Delivery.BROKER:
        return SenderVerdict(
            key,
            None,
            refusal=Problem(
                "sender-not-allowed",
                "ServProvider is not in the sender register: send as yourself or have it registered.",
                path=where,
            ),
        )
    note = Problem(
        "sender-unregistered", "ServProvider is not in the sender register: register it.", path=where
    )
    return SenderVerdict(key, _own_department(message), warnings=(note,))


def _own_key(message: Message) -> str | None:
    """A key for a sender that no register knows: its first id, else its name."""
    for kind, value in message.sender_ids:
        if value.strip():
            return f"{kind or 'id'}:{value.replace(' ', '')}"
    return f"name:{message.sender.name}" if message.sender.name else None


def _own_department(message: Message) -> str | None:
    for department in message.sender_departments:
        for identifier in department.ids:
            if identifier.value.strip():
                return f"{identifier.type or 'id'}:{identifier.value.replace(' ', '')}"
        if department.name:
            return f"name:{department.name}"
    return None
