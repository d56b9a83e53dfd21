"""Senders of svarrapporter: the organisation and department behind an id, and who may deliver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from psycopg import AsyncConnection, Connection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered sender: `key` names organisation and department whatever id a message used.

    `strict` senders have asked for strict AppRec (clinical rules 18). `kinds` are the codes of MsgDescr
    (8202) or of Message/Type it is registered for; none: any.
    """

    org_number: str
    name: str
    department: str | None
    department_name: str | None
    strict: bool
    kinds: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", frozenset(self.kinds))  # a row brings a list

    @property
    def key(self) -> str:
        """The organisation's part of a report key."""
        return self.org_number

    def may_send(self, *kinds: str) -> bool:
        """Whether one of the codes that name a message's kind is registered for this sender."""
        return not self.kinds or not self.kinds.isdisjoint(kinds)


class Delivery(StrEnum):
    """What a client organisation is to a sender's message."""

    ITSELF = "itself"
    REGISTERED = "registered"  # named as one that delivers for this sender
    BROKER = "broker"  # delivers for anyone
    NONE = "none"


_FIND = """
SELECT i.org_number, o.name, i.department, d.name AS department_name, s.strict,
    s.kinds
FROM core_record.sender_identifier i
JOIN core_record.sender s ON s.org_number = i.org_number
JOIN core_record.organisation o ON o.org_number = i.org_number
LEFT JOIN core_record.department d ON d.her_id = i.department
WHERE i.id_type = %s AND i.id_value = %s
"""
_DEPARTMENT = "SELECT her_id, name FROM core_record.department WHERE org_number = %s AND her_id = ANY(%s)"
_DELIVERY = """
SELECT EXISTS (SELECT 1 FROM core_record.organisation
               WHERE org_number = %(client)s AND kind = 'broker'),
       EXISTS (SELECT 1 FROM core_record.sender_delivery
               WHERE org_number = %(sender)s AND delivered_by = %(client)s)
"""

_CLIENT = """
SELECT EXISTS (SELECT 1 FROM core_record.sender WHERE org_number = %(client)s)
    OR EXISTS (SELECT 1 FROM core_record.sender_delivery WHERE delivered_by = %(client)s)
    OR EXISTS (SELECT 1 FROM core_record.organisation WHERE org_number = %(client)s AND kind = 'broker'),
    (SELECT keys FROM core_record.sender WHERE org_number = %(client)s)
"""

Identifier = tuple[str, str]


def find_sender_sync(
    conn: Connection[Any], ids: Sequence[Identifier], department_ids: Sequence[Identifier] = ()
) -> Sender | None:
    """The sender behind the first known id, each (type, value) with type `HER` or `ENH`; else None.

    `department_ids` are the ids of the message's department; an organisation id that is itself a
    department's HER-id tells the department too.
    """
    sender = None
    for id_type, value in ids:
        with conn.cursor(row_factory=class_row(Sender)) as cursor:
            sender = cursor.execute(_FIND, (id_type.upper(), value.replace(" ", ""))).fetchone()
        if sender is not None:
            break
    if sender is None or sender.department is not None or not department_ids:
        return sender
    wanted = [value.replace(" ", "") for id_type, value in department_ids if id_type.upper() == "HER"]
    found = conn.execute(_DEPARTMENT, (sender.org_number, wanted)).fetchone()
    if found is None:
        return sender
    return replace(sender, department=found[0], department_name=found[1])


def delivery_sync(conn: Connection[Any], client_org: str, sender: Sender | None) -> Delivery:
    """By what right the organisation `client_org` delivers a message of `sender` (None: not registered)."""
    if sender is not None and sender.org_number == client_org:
        return Delivery.ITSELF
    parameters = {"client": client_org, "sender": sender.org_number if sender else None}
    row = conn.execute(_DELIVERY, parameters).fetchone()
    is_broker, is_registered = row if row else (False, False)
    if is_broker:
        return Delivery.BROKER
    return Delivery.REGISTERED if is_registered else Delivery.NONE


def sender_registered_for_sync(conn: Connection[Any], client_org: str, sender: Sender | None) -> bool:
    """Whether `client_org` may deliver this sender's messages."""
    return delivery_sync(conn, client_org, sender) is not Delivery.NONE


@dataclass(frozen=True, slots=True)
class Client:
    """An organisation that delivers. `registered`: as a sender, for a sender, or as a broker.

    `keys` are thumbprints (RFC 7638) of the keys its machine client is known by; none: any.
    """

    registered: bool
    keys: frozenset[str] = frozenset()

    def knows(self, thumbprint: str | None) -> bool:
        """Whether a request signed with this key comes from the registered client."""
        return not self.keys or thumbprint in self.keys


async def delivering_client(conn: AsyncConnection[Any], client_org: str) -> Client:
    """What the registers know of an organisation as one that delivers."""
    row = await (await conn.execute(_CLIENT, {"client": client_org})).fetchone()
    return Client(bool(row and row[0]), frozenset(row[1] or ()) if row else frozenset())
