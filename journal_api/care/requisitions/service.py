"""A person's orders with how far they are answered, and ordering anew. Inside a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from journal_api.care.follow_up.answers import FollowUp, reports_of
from journal_api.care.requisitions import repository
from journal_api.care.requisitions.kind import REQUISITION
from journal_api.care.requisitions.lines import agree, each_progress
from journal_api.care.requisitions.models import KIND, Placed, Progress, read_body
from journal_api.care.requisitions.paper import Paper
from journal_api.care.requisitions.progress import names
from journal_api.care.requisitions.rules import rules
from journal_api.desk import Visit
from journal_api.journal.coding import Trimmed, Words
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry, Written
from journal_api.transfer.service import person_of
from kit.errors import Conflict, Forbidden, Unprocessable

MOST = 200


class Again(Trimmed, frozen=True, forbid_unknown_fields=True):
    """An order is made anew: `id` is a new UUID of the sender's, `at` when it was decided."""

    id: UUID
    at: datetime
    why: Words


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report that belongs to an order, or (`proposed`) may: from when it is, and which of the order's
    examinations it names."""

    report: UUID
    at: datetime | None
    texts: list[str] = []
    proposed: bool = False


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order. `progress`: of one that is made, how far it is answered; `may_order`: whether the caller
    orders such examinations; `here`: whether the caller's unit made it."""

    entry: Entry
    may_order: bool
    here: bool
    progress: Progress | None = None
    reports: list[Told] = []


async def listing(visit: Visit, *, every: bool = False) -> list[Shown]:
    """The person's orders, newest first: those that are live, or `every`.

    Raises `Forbidden` (`requisitions-personnel`).
    """
    if not visit.of_personnel:
        raise Forbidden("requisitions-personnel", "Health workers look after orders. Ask who ordered.")
    states = None if every else sorted(REQUISITION.live)
    found = await entries.listing(visit, [KIND], states=states, count=MOST)
    shown = await _shown(visit, found)
    made = [(_placed(one.entry), one.progress) for one in shown if one.progress is not None]
    await agree(visit.conn, visit.person_id, made, visit.now)
    return shown


async def own(visit: Visit) -> list[Shown]:
    """What is ordered for the person who reads, or for whom they act; newest first.

    Raises `Forbidden` (`requisitions-own`).
    """
    if visit.of_personnel:
        raise Forbidden("requisitions-own", "This is what the person reads. Use /requisitions/_search.")
    found = await entries.listing(visit, [KIND], states=["active"], count=MOST)
    return await _shown(visit, found)


async def paper(visit: Visit, entry_id: UUID) -> Paper:
    """What the printed requisition says. Raises `NotFound`, `Unprocessable` (`order-not-active`)."""
    entry = await entries.need(visit, KIND, entry_id)
    body = read_body(entry.body)
    if not body.number or entry.state != "active":
        raise Unprocessable("order-not-active", "Only what is ordered is printed.")
    unit = await repository.unit_name(visit.conn, entry.unit)
    return Paper(await person_of(visit), entry, body.number, unit)


async def again(visit: Visit, entry_id: UUID, version: int, sent: Again) -> Shown:
    """Order the same anew and cancel this one, in one transaction. The same once more changes nothing.

    Raises as `entries.service.write`; `Unprocessable` (`order-not-active`).
    """
    before = await entries.need(visit, KIND, entry_id, lock=True)
    made = await entries.known(visit, sent.id)
    if made is not None and made[0].body.get("replaces") == str(entry_id):
        return (await _shown(visit, [made[0]]))[0]
    if before.state != "active":
        raise Unprocessable("order-not-active", "Only what is ordered can be ordered anew.")
    if before.version != version:
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile. Read it anew, then decide.")
    body = read_body(before.body)
    ended = Written("cancelled", before.at, _raw(body), before.contact, sent.why)
    await entries.write(visit, REQUISITION, entry_id, ended, before.version)
    anew = msgspec.structs.replace(
        body,
        wanted=None,
        until=None,
        sampled=None,
        expected=None,
        confirmed=[],
        declined=[],
        settled=[],
        replaces=entry_id,
    )
    entry = await entries.write(visit, REQUISITION, sent.id, Written("active", sent.at, _raw(anew)), None)
    return (await _shown(visit, [entry]))[0]


async def _shown(visit: Visit, found: Sequence[Entry]) -> list[Shown]:
    """Each with its progress; what is proposed for one is not what a person gave to another."""
    reports = await reports_of(visit.conn, visit.person_id)
    placed = [_placed(one) for one in found]
    progress = {order.id: how for order, how in each_progress(placed, reports)}
    here = (visit.actor.place, visit.actor.organisation)
    return [
        Shown(
            entry,
            visit.role in rules().orders[order.body.field],
            entry.unit in here,
            progress[entry.id] if order.body.number else None,
            _told(order, progress[entry.id], reports),
        )
        for entry, order in zip(found, placed, strict=True)
    ]


def _told(order: Placed, progress: Progress, reports: Sequence[FollowUp]) -> list[Told]:
    wanted = {*progress.reports, *progress.proposals}
    return [
        Told(
            row.report,
            row.sampled or row.issued,
            [one.text for one in order.body.examinations if names(row, one)],
            row.report in progress.proposals,
        )
        for row in reports
        if row.report in wanted
    ]


def _placed(entry: Entry) -> Placed:
    return Placed(entry.id, entry.state, entry.at, entry.unit, read_body(entry.body))


def _raw(body: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(body))
