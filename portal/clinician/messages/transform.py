"""A unit's messages and referrals → what the page shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.clients.journal import Entry
from portal.clients.unit import Listed
from portal.ui.dates import day_text, moment_text

RECEIVED, SENT = "received", "sent"
KINDS = {RECEIVED: ["message", "referral"], SENT: ["sent"]}
"""Which work items each of the two lists holds."""
OF_KIND = {"message": "Communication", "referral": "ServiceRequest"}
_OUTCOMES = frozenset({"answered", "rejected", "completed"})


@dataclass
class Line:
    """One line: about whom, what it is, how it stands. `key` finds it on the server."""

    key: str
    name: str
    born: str
    kind: str
    state: str
    since: str
    urgency: int = 0
    assignee: str = ""
    overdue: bool = False
    is_open: bool = True


@dataclass
class Option:
    """One of a list to choose from: a place, or a colleague."""

    value: str
    label: str


@dataclass
class Said:
    """One message of a thread, or a referral with its answer."""

    key: str
    who: str
    at: str
    sent_to: str
    text: str
    ours: bool = False


@dataclass
class Letter:
    """What is opened: its thread, and what may be done with it."""

    key: str = ""
    kind: str = ""
    subject: str = ""
    name: str = ""
    state: str = ""
    urgency: str = ""
    why: str = ""
    thread: list[Said] = field(default_factory=list)
    can_answer: bool = False
    can_accept: bool = False
    can_reject: bool = False
    can_withdraw: bool = False
    can_put_away: bool = False


def lines(found: Sequence[Listed]) -> list[Line]:
    """The lines of a list; tasks that were sent are in the lists of tasks."""
    return [line(one) for one in found if entry_kind(one) is not None]


def line(listed: Listed) -> Line:
    """One line."""
    item = listed.item
    return Line(
        key=item.id,
        name=listed.name,
        born=day_text(listed.birth_date) if listed.birth_date else "",
        kind=what(listed),
        state=item.state,
        since=moment_text(item.since) if item.since else "",
        urgency=item.urgency,
        assignee=listed.assignee_name or "",
        overdue=listed.overdue,
        is_open=item.open,
    )


def what(listed: Listed) -> str:
    """`message` or `referral`; of what was sent, what it is."""
    return (listed.item.label or "") if listed.item.kind == "sent" else listed.item.kind


def entry_kind(listed: Listed) -> str | None:
    """The journal's kind of what a line stands for."""
    return OF_KIND.get(what(listed))


def entry_id(listed: Listed) -> str:
    """The entry that a line stands for."""
    return (listed.item.about or "") if listed.item.kind == "sent" else listed.item.id


def letter(listed: Listed, entries: Mapping[str, Sequence[Entry]], units: frozenset[str]) -> Letter | None:
    """What a line stands for, with its thread oldest first; None where it is not there.

    `units` are the organisation numbers that one works for.
    """
    every = [one for kind in OF_KIND.values() for one in entries.get(kind, ())]
    entry = next((one for one in every if one.id == entry_id(listed)), None)
    if entry is None:
        return None
    thread = _thread(entry, every)
    body, to_us = entry.body, entry.body.get("to_unit") in units
    is_message = entry.kind == "Communication"
    waits = entry.state in ("sent", "read", "accepted")
    return Letter(
        key=listed.item.id,
        kind="message" if is_message else "referral",
        subject=str(body.get("subject") or body.get("service") or ""),
        name=listed.name,
        state=entry.state,
        urgency=str(body.get("urgency", "")),
        why=entry.why or "" if entry.state in ("rejected", "withdrawn") else "",
        thread=[said for one in thread for said in _said(one, units)],
        can_answer=to_us and (waits or is_message),
        can_accept=to_us and not is_message and entry.state == "sent",
        can_reject=to_us and not is_message and waits,
        can_withdraw=entry.unit in units and not is_message and waits,
        can_put_away=listed.item.kind == "sent" and listed.item.open and entry.state in _OUTCOMES,
    )


def answer(entry: Entry, text: str) -> dict[str, Any]:
    """The body of a reply to a message, to the unit that sent it and to who wrote it."""
    body = {"to_unit": entry.unit, "subject": entry.body["subject"], "text": text, "reply_to": entry.id}
    return body | {"to_person": entry.made.by}


def _thread(entry: Entry, every: Sequence[Entry]) -> list[Entry]:
    if entry.kind != "Communication":
        return [entry]
    first = str(entry.body.get("thread") or entry.id)
    of_thread = [one for one in every if first in (one.id, one.body.get("thread"))]
    return sorted(of_thread, key=lambda one: one.made.at)


def _said(entry: Entry, units: frozenset[str]) -> list[Said]:
    body, ours = entry.body, entry.unit in units
    to = " – ".join(str(body[part]) for part in ("to_name", "to_person_name") if body.get(part))
    words = str(body.get("text") or body.get("reason") or "")
    said = [Said(entry.id, entry.made.name, moment_text(entry.made.at), to, words, ours)]
    if body.get("answer"):
        at = moment_text(entry.changed.at)
        said.append(Said(f"{entry.id}-answer", entry.changed.name, at, "", str(body["answer"]), not ours))
    return said
