"""The kind Requisition: prepared by who may write, ordered by who may order, changed no more afterwards.

What people decide is the entry's state; how far laboratories have answered is worked out from what they
sent, and never written as anybody's decision.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec

from core_record.result_news.requisition_numbers import number_of
from journal_api.care.addressed import need_sender, need_unchanged
from journal_api.care.follow_up.answers import reports_of
from journal_api.care.requisitions import lines, repository
from journal_api.care.requisitions.models import KIND, Requisition, read_body
from journal_api.care.requisitions.rules import rules
from journal_api.care.units.service import need_colleague
from journal_api.desk import Visit
from journal_api.journal.codes.service import check_coding
from journal_api.journal.coding import check_happened, check_within_reach
from journal_api.journal.entries.models import Change, Entry, Kind
from journal_api.withholding import nothing_withheld
from kit.errors import Forbidden, Unprocessable
from kit.norway import OSLO, today_in_norway

STEPS = {
    "draft": frozenset({"active", "cancelled"}),
    "active": frozenset({"cancelled", "elsewhere", "entered-in-error"}),
    "cancelled": frozenset[str](),
    "elsewhere": frozenset({"active"}),
    "entered-in-error": frozenset[str](),
}
"""What may follow what. `elsewhere`: the examination was made in another way, whose answer comes by that."""
_OURS = frozenset({"number", "requester", "requester_name", "receiver"})
_LATER = frozenset({"sampled", "expected", "confirmed", "declined", "settled"})
"""What is added to an order that is made."""


async def _check(change: Change) -> None:
    body: Requisition = change.body
    was = change.before.state if change.before else None
    if was is None and change.state not in ("draft", "active"):
        raise Unprocessable("state-order", "An order is prepared or made first.")
    await _check_form(change, body)
    if was in (None, "draft"):
        if change.before is not None:
            need_sender(change.visit, change.before)
        if body.confirmed or body.declined or body.settled:
            raise Unprocessable("not-ordered-yet", "Nothing answers what is not ordered yet.")
        if change.state == "active":
            _need_orderer(change.visit, body)
        return
    need_unchanged(change, _LATER | _OURS)
    if change.before is not None and not _only_sampled(change, change.before):
        need_sender(change.visit, change.before)
        _need_orderer(change.visit, body)
        _need_why(change, change.before)
    await _check_reports(change, body)


async def _check_form(change: Change, body: Requisition) -> None:
    check_happened(change)
    for examination in body.examinations:
        await check_coding(change, examination.coding, "nlk", "ncrp")
    if body.until and body.until < (body.wanted or change.at.astimezone(OSLO).date()):
        raise Unprocessable("time-impossible", "The last day for the sample lies before the first.")
    if body.sampled is not None:
        check_within_reach(change, body.sampled)
        check_happened(replace(change, at=body.sampled))
    check_within_reach(change, body.expected)
    if any(one.examination >= len(body.examinations) for one in body.settled):
        raise Unprocessable("examination-unknown", "The order has no such examination.")


async def _check_reports(change: Change, body: Requisition) -> None:
    """What is said to answer an order is a report that is followed up about this person."""
    visit = change.visit
    named = {*body.confirmed, *body.declined, *(one.report for one in body.settled if one.report)}
    known = {row.report for row in await reports_of(visit.conn, visit.person_id)} if named else set()
    if not named <= known:
        raise Unprocessable("report-unknown", "This person has no such report here.")
    if any(one.report is None and not one.words for one in body.settled):
        raise Unprocessable("words-missing", "Say how the examination was answered.")


def _only_sampled(change: Change, before: Entry) -> bool:
    """Whether all that is new is when the sample was taken, which whoever takes it notes."""
    if change.state != before.state:
        return False
    was = read_body(before.body)
    said = msgspec.structs.replace(change.body, sampled=was.sampled)
    return all(getattr(said, name) == getattr(was, name) for name in _LATER)


def _need_orderer(visit: Visit, body: Requisition) -> None:
    if visit.role not in rules().orders[body.field]:
        raise Forbidden("ordering-role", "Your role does not order this. Prepare it for one who does.")


def _need_why(change: Change, before: Entry) -> None:
    was = read_body(before.body)
    decided = change.state != before.state or change.body.expected != was.expected
    if decided and not (change.why or "").strip():
        raise Unprocessable("reason-missing", "Say why in `why`.")


async def _settle(change: Change) -> Requisition:
    """With its number, who orders and the receiver's name, which the service alone knows."""
    body: Requisition = change.body
    visit, before = change.visit, change.before
    if before is not None and before.state != "draft":
        was = read_body(before.body)
        kept = {name: getattr(was, name) for name in _OURS}
        return msgspec.structs.replace(body, **kept)
    receiver = body.receiver
    if body.receiver_unit is not None:
        named = await repository.receiver_name(visit.conn, body.receiver_unit)
        if named is None:
            raise Unprocessable("receiver-unknown", "The register has no such laboratory. Write its name.")
        receiver = named
    if change.state == "active":
        who, name = visit.author, visit.author_name
        number = number_of(visit.person_id, change.entry_id)
        return msgspec.structs.replace(
            body, receiver=receiver, number=number, requester=who, requester_name=name
        )
    name = ""
    if body.requester is not None:
        name = (await need_colleague(visit.conn, visit.unit, today_in_norway(), body.requester)).name
    return msgspec.structs.replace(body, receiver=receiver, number="", requester_name=name)


async def _follow(visit: Visit, entry: Entry) -> None:
    conn, person = visit.conn, visit.person_id
    body = read_body(entry.body)
    async with nothing_withheld(conn):
        await repository.hold(conn, person)
        if entry.state == "draft" or await lines.is_prepared(conn, entry):
            await lines.prepare(conn, person, entry, body.requester, visit.now)
        if entry.state == "active":
            await repository.keep_line(conn, person, entry.id, "")
        elif entry.state != "draft" and body.number:
            await lines.close(conn, person, entry, visit.now)
        await lines.refresh(conn, person, visit.now, changed=entry.id)


REQUISITION: Kind = Kind(
    name=KIND,
    body=Requisition,
    states=frozenset(STEPS),
    live=frozenset({"draft", "active"}),
    steps=STEPS,
    check=_check,
    settle=_settle,
    follow=_follow,
)
