"""Opening, preparing, assessing and forwarding a result. Inside a visit: decided and logged as every look-up.

Nothing leaves a list unseen: an assessment is of the newest version, by somebody who may and has opened that
very version since it came onto the list, or came back. Errors: `NotFound` (`follow-up-unknown`), `Conflict`
(`changed-meanwhile`), `Forbidden` (`follow-up-personnel`, `not-on-your-list`, `assess-role`), `Unprocessable`
(`not-opened`, `nothing-to-assess` and those of units and colleagues).
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec

from core_record.result_news.service import ASSESSING_ROLES, ReleaseOrder, order_release
from journal_api.care.follow_up import repository
from journal_api.care.follow_up.escalating import need_not_look
from journal_api.care.follow_up.listing import project, take_off
from journal_api.care.follow_up.models import Act, Event, FollowUp, Seen
from journal_api.care.follow_up.ownership import lists_of
from journal_api.care.follow_up.telling import has_seen
from journal_api.care.requisitions.lines import hold_orders, refresh
from journal_api.care.units.service import need_colleague, need_unit
from journal_api.desk import Visit
from journal_api.withholding import nothing_withheld
from kit.errors import Conflict, Forbidden, NotFound, Unprocessable
from kit.ids import new_id
from kit.norway import today_in_norway

Words = Annotated[str, msgspec.Meta(max_length=4000)]
Comment = Annotated[str, msgspec.Meta(max_length=2000)]
MOST = 500


class Prepared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a helper proposes to who assesses, about `version`."""

    version: UUID
    words: Words


class Assessed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The assessment of `version`: `words` for colleagues, `comment` in plain words for the person.

    `release`: the person may see it now (of a kind that is never shown electronically: nothing changes).
    """

    version: UUID
    words: Words = ""
    comment: Comment = ""
    release: bool = True


class Forwarded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which unit (None: one's own), and there to whom (None: its inbox)."""

    unit: str | None = None
    assignee: UUID | None = None
    words: Words = ""


def may_assess(visit: Visit) -> bool:
    """Whether the role acted in assesses results."""
    return visit.of_personnel and visit.role in ASSESSING_ROLES


async def listing(visit: Visit) -> list[FollowUp]:
    """The person's reports that are or were followed up here, newest first."""
    _need_personnel(visit)
    return await repository.of_person(visit.conn, visit.person_id, MOST)


async def open_one(visit: Visit, report_id: UUID) -> Seen:
    """The report's place and history; from here on the caller has opened its newest version."""
    row = await _need(visit, report_id)
    if row.version is not None and not await _opened(visit, row):
        await _note(visit, row, "opened", _event_id(visit, row, "opened"))
        await has_seen(visit.conn, visit.person_id, row, visit.author, visit.now)
        row = await _first_opened(visit, row)
    return await _seen(visit, row)


async def _first_opened(visit: Visit, row: FollowUp) -> FollowUp:
    """Who may assess has opened it: it is seen. A helper's opening leaves it unseen."""
    if not may_assess(visit) or not row.on_list or row.opened_at is not None:
        return row
    await need_not_look(visit.conn, visit.person_id, row, visit.now)
    state = "prepared" if row.state == "prepared" else "opened"
    opened = msgspec.structs.replace(row, opened_at=visit.now, state=state)
    return await _keep(visit, opened)


async def prepare(visit: Visit, report_id: UUID, said: Prepared) -> Seen:
    """Write down what is proposed; the report stays on its list until somebody assesses it."""
    row = await _need_mine(visit, report_id)
    await _need_opened(visit, row, said.version)
    if not said.words.strip():
        raise Unprocessable("words-missing", "Write what you propose.")
    event = _event_id(visit, row, f"prepared:{said.words}")
    await _note(visit, row, "prepared", event, words=said.words.strip())
    return await _seen(visit, await _keep(visit, msgspec.structs.replace(row, state="prepared")))


async def assess(visit: Visit, report_id: UUID, said: Assessed) -> Seen:
    """Sign off: the report leaves the list, and its release to the person is ordered in this transaction.

    Once more with other words adds to the history; with the same nothing changes.
    """
    row = await _need_mine(visit, report_id, assessed=True)
    if not may_assess(visit):
        raise Forbidden("assess-role", "Doctors, dentists and midwives assess results. You may prepare it.")
    await _need_opened(visit, row, said.version)
    words, comment = said.words.strip(), said.comment.strip()
    released = said.release or bool(comment)
    event = _event_id(visit, row, f"assessed:{words}:{comment}:{released}")
    told = {"words": words or None, "comment": comment or None, "released": released}
    await _note(visit, row, "assessed", event, **told)
    facts = visit.decision.facts
    order = ReleaseOrder(
        visit.person_id,
        event,
        report_id,
        said.version,
        "released" if released else "reviewed",
        visit.now,
        facts.personnel_name,
        facts.place_name or facts.organisation_name,
        comment or None,
    )
    await order_release(visit.conn, order)
    return await _seen(visit, await _keep(visit, msgspec.structs.replace(row, state="assessed")))


async def forward(visit: Visit, report_id: UUID, said: Forwarded) -> Seen:
    """Move the report to another list, as unseen as it is. To where it stands already nothing changes."""
    row = await _need_mine(visit, report_id)
    unit = said.unit or visit.unit
    if (unit, said.assignee) == (row.unit, row.assignee):
        return await _seen(visit, row)
    name = await need_unit(visit.conn, unit)
    if said.assignee is not None:
        found = await need_colleague(visit.conn, unit, today_in_norway(), said.assignee)
        name = found.name
    told = {"to_unit": unit, "to_assignee": said.assignee, "to_name": name}
    await _note(visit, row, "forwarded", new_id(), words=said.words.strip() or None, **told)
    if unit != row.unit:
        await take_off(visit.conn, visit.person_id, row, visit.now)
    moved = msgspec.structs.replace(row, unit=unit, assignee=said.assignee)
    return await _seen(visit, await _keep(visit, moved))


async def note_task(visit: Visit, report_id: UUID, task: UUID, unit: str) -> Seen:
    """A task was made of the report (in this transaction). It is assessed all the same."""
    row = await _need_mine(visit, report_id, assessed=True)
    await _note(visit, row, "tasked", task, to_unit=unit)
    return await _seen(visit, row)


async def _keep(visit: Visit, row: FollowUp) -> FollowUp:
    await repository.put(visit.conn, visit.person_id, row)
    await project(visit.conn, visit.person_id, row, visit.now)
    if row.awaited:
        async with nothing_withheld(visit.conn):
            await refresh(visit.conn, visit.person_id, visit.now)
    return row


async def _need(visit: Visit, report_id: UUID) -> FollowUp:
    _need_personnel(visit)
    await hold_orders(visit.conn, visit.person_id)  # before the row, as who applies news
    row = await repository.find(visit.conn, visit.person_id, report_id, lock="wait")
    if row is None:
        raise NotFound("follow-up-unknown", "No result of this person with this id is followed up here.")
    return row


async def _need_mine(visit: Visit, report_id: UUID, *, assessed: bool = False) -> FollowUp:
    """The report, waiting (or, with `assessed`, assessed before) on a list of the caller's."""
    row = await _need(visit, report_id)
    if not row.on_list and not (assessed and row.state == "assessed"):
        raise Unprocessable("nothing-to-assess", "The result does not wait on any list.")
    if not await _is_here(visit, row):
        raise Forbidden("not-on-your-list", "It is on another unit's list, which answers for it.")
    return row


async def _is_here(visit: Visit, row: FollowUp) -> bool:
    """On a list of the caller's; or at the emergency clinic, which a critical one has come to unopened."""
    if row.unit in await lists_of(visit.conn, visit.actor):
        return True
    return row.escalated > 1 and visit.unit in await repository.clinics(
        visit.conn, visit.person_id, row.report
    )


async def _need_opened(visit: Visit, row: FollowUp, version: UUID) -> None:
    if version != row.version:
        raise Conflict("changed-meanwhile", "A newer version has come. Open it, then decide.")
    if not await _opened(visit, row):
        raise Unprocessable("not-opened", "Open the result and read it first.")


async def _opened(visit: Visit, row: FollowUp) -> bool:
    event = _event_id(visit, row, "opened")
    return await repository.has_happened(visit.conn, visit.person_id, row.report, event)


def _event_id(visit: Visit, row: FollowUp, what: str) -> UUID:
    """The same act of the same person is one event, until the report comes onto its list anew."""
    assert row.version is not None  # noqa: S101 - callers have looked
    return uuid5(row.version, f"{row.since.timestamp()}:{visit.author}:{what}")


async def _note(visit: Visit, row: FollowUp, kind: Act, event: UUID, **told: Any) -> None:
    made = Event(
        id=event,
        at=visit.now,
        kind=kind,
        unit=visit.unit,
        version=row.version,
        by=visit.author,
        name=visit.author_name,
        role=visit.role,
        **told,
    )
    await repository.note(visit.conn, visit.person_id, row.report, made)


async def _seen(visit: Visit, row: FollowUp) -> Seen:
    events = await repository.events(visit.conn, visit.person_id, row.report)
    others = (e.version for e in events if e.kind == "opened" and e.version not in (None, row.version))
    here = await _is_here(visit, row)
    return Seen(row, events, may_assess(visit), here, next(others, None))


def _need_personnel(visit: Visit) -> None:
    if not visit.of_personnel:
        raise Forbidden("follow-up-personnel", "Health workers follow up. You find yours among your results.")
