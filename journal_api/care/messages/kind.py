"""The kind Communication: a message to a unit, or to somebody there, about the person it is written on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from journal_api.care.addressed import (
    Addressed,
    days_after,
    is_at,
    need_receiver,
    need_unchanged,
    put_on_lists,
    settled,
)
from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Kind
from kit.errors import Unprocessable

UNANSWERED_AFTER = 5
"""Days from when the sender's list shows a message as unanswered (J)."""
_OURS = ("to_name", "to_person_name", "thread")


class Communication(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A message. `wants_answer` (None: a first message does, a reply does not): until then it stays open.

    `about` is an entry that it tells of. Names and `thread` (the first message) are the service's own.
    """

    to_unit: Short
    subject: Short
    text: Prose
    to_name: Short = ""
    to_person: UUID | None = None
    to_person_name: Short = ""
    reply_to: UUID | None = None
    thread: UUID | None = None
    about: UUID | None = None
    wants_answer: bool | None = None


def wants_answer(body: Communication) -> bool:
    """Whether it stays open when it has been read."""
    return body.wants_answer if body.wants_answer is not None else body.reply_to is None


async def _check(change: Change) -> None:
    body: Communication = change.body
    if change.before is None:
        await _check_new(change)
        return
    need_unchanged(change, _OURS)
    if change.state != change.before.state:
        need_receiver(change.visit, body.to_unit)


async def _check_new(change: Change) -> None:
    body: Communication = change.body
    if change.state != "sent":
        raise Unprocessable("state-order", "A message is sent first.")
    for other, kind in ((body.reply_to, "Communication"), (body.about, None)):
        if other is not None:
            await entries.need(change.visit, kind, other)


async def _settle(change: Change) -> Communication:
    body: Communication = change.body
    if change.before is not None:
        return msgspec.convert(change.before.body, Communication)
    thread = None
    if body.reply_to is not None:
        before = await entries.need(change.visit, "Communication", body.reply_to)
        thread = UUID(str(before.body.get("thread") or before.id))
    made: Communication = await settled(change, thread=thread)
    return made


async def _follow(visit: Visit, entry: Entry) -> None:
    body = msgspec.convert(entry.body, Communication)
    goes_on = entry.state == "sent" or (entry.state == "read" and wants_answer(body))
    how = Addressed(
        kind="message",
        to_unit=body.to_unit,
        open=goes_on,
        waits=goes_on,
        answer_by=days_after(entry.made.at, UNANSWERED_AFTER),
        assignee=body.to_person,
        label="reply" if body.reply_to else None,
    )
    await put_on_lists(visit, entry, how)
    if body.reply_to is not None and entry.version == 1:
        await _answered(visit, body.reply_to)


async def _answered(visit: Visit, message_id: UUID) -> None:
    """The message that a reply from its receiver is about has been answered."""
    message = await entries.need(visit, "Communication", message_id, lock=True)
    if is_at(visit, message.body["to_unit"]):
        await to_state(visit, message, "answered")


async def to_state(visit: Visit, message: Entry, state: str) -> Entry:
    """The message in that state; it stays as it is where it has come as far already."""
    if state not in STEPS[message.state]:
        return message
    body: Any = msgspec.convert(message.body, Communication)
    digest = entries.digest_of("Communication", state, message.at, message.contact, body)
    change = Change(visit, message.id, message, state, message.at, body, message.contact, None)
    return await entries.keep(COMMUNICATION, change, digest)


STEPS = {
    "sent": frozenset({"read", "answered"}),
    "read": frozenset({"answered"}),
    "answered": frozenset[str](),
}
"""What may follow what."""
COMMUNICATION: Kind = Kind(
    name="Communication",
    body=Communication,
    states=frozenset(STEPS),
    live=frozenset(STEPS),
    steps=STEPS,
    check=_check,
    settle=_settle,
    follow=_follow,
)
