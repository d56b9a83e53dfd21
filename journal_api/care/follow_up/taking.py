"""Taking what the results service announces: each report onto a list, and open anew with a newer version,
a graver mark or a new warning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from psycopg import AsyncConnection

from core_record.result_news.service import GRAVITY, WITHDRAWN, Examined, News, news_done, take_news
from journal_api.care.follow_up import repository
from journal_api.care.follow_up.escalating import need_not_look, tell_of
from journal_api.care.follow_up.listing import change_lines, project
from journal_api.care.follow_up.models import Event, FollowUp
from journal_api.care.follow_up.ownership import owner_of
from journal_api.care.follow_up.telling import tell_openers
from journal_api.care.requisitions.lines import hold_orders, refresh
from kit.db import Database, savepoint, set_person
from kit.norway import today_in_norway
from kit.settings import get_settings

AT_A_TIME = 50
_AGAIN = timedelta(minutes=1)


async def take(db: Database) -> bool:
    """Apply the oldest announcements; whether there may be more.

    Taking and applying are one transaction. What cannot be applied stays announced, is told, and is tried
    again later; it holds nothing else up. Raises `Unavailable`.
    """
    async with db.transaction() as conn:
        found = await take_news(conn, AT_A_TIME)
        for news in found:
            await _take_one(conn, news)
    return len(found) == AT_A_TIME


async def _take_one(conn: AsyncConnection[Any], news: News) -> None:
    try:
        async with savepoint(conn):
            if not await repository.hold(conn, news.person_id):  # the news will be the other person's
                await news_done(conn, news, again_in=_AGAIN)
                return
            await set_person(conn, news.person_id)
            await apply(conn, news, datetime.now(UTC))
            await news_done(conn, news)
    except Exception as error:  # noqa: BLE001 - one report must not keep all others from their lists
        tell_of("a result could not be put on a list", news.report_id, error)
        await news_done(conn, news, again_in=_AGAIN)


async def apply(conn: AsyncConnection[Any], news: News, now: datetime) -> None:
    """Bring the report to what is announced of it; the transaction serves its person.

    Older news than what was applied, and the same once more, change nothing.
    """
    await hold_orders(conn, news.person_id)
    before = await repository.find(conn, news.person_id, news.report_id, lock="wait")
    if before is not None and news.place <= before.place:
        return
    if news.version_id is None:
        await _gone(conn, news, before, now)
        return
    if before is not None and before.version == news.version_id:
        graver = GRAVITY[news.mark] > GRAVITY[before.mark]
        if not graver and not news.warned:
            same = msgspec.structs.replace(before, place=news.place, **_named(news, before))
            await repository.put(conn, news.person_id, same)
            await refresh(conn, news.person_id, now)
            return
    row = await _with_version(conn, news, before, now)
    if before is not None:
        if row.escalated < before.escalated:
            await need_not_look(conn, news.person_id, before, now)
        await change_lines(conn, news.person_id, before, awaited=news.awaited)
    await repository.put(conn, news.person_id, row)
    await _note(conn, news.person_id, row, "came", now)
    await project(conn, news.person_id, row, now)
    await refresh(conn, news.person_id, now)
    if before is not None:
        await tell_openers(conn, news.person_id, row, now)


def _named(news: News, before: FollowUp | None) -> dict[str, Any]:
    """What the report names of its order. Withdrawn as a whole, it will not answer what it named before."""
    named = [Examined.read(text) for text in news.examinations]
    if WITHDRAWN in named:
        was = [Examined.read(text) for text in before.examinations] if before else []
        codes = {(one.system, one.code) for one in (*was, *named)} - {(WITHDRAWN.system, WITHDRAWN.code)}
        named = [Examined("cancelled", system, code) for system, code in sorted(codes)]
    requisitions = list(news.requisitions) or (before.requisitions if before else [])
    return {
        "requisitions": requisitions,
        "examinations": [one.text for one in named],
        "sampled": news.sampled,
    }


async def _with_version(
    conn: AsyncConnection[Any], news: News, before: FollowUp | None, now: datetime
) -> FollowUp:
    """The row with what is announced: unseen, where it was; or placed, where it was on no list before."""
    assert news.issued is not None  # noqa: S101 - it comes with the version
    seen = before is not None and bool(await repository.openers(conn, news.person_id, news.report_id))
    row = FollowUp(
        report=news.report_id,
        place=news.place,
        mark=news.mark,
        state="changed" if seen else "unseen",
        unit="",
        since=now,
        version=news.version_id,
        issued=news.issued,
        awaited=news.awaited,
        **_named(news, before),
    )
    if before is not None and before.state not in ("gone", "elsewhere", "before"):
        there = msgspec.structs.replace(row, unit=before.unit, assignee=before.assignee)
        if before.is_pressing and there.is_pressing:  # corrections do not put off that somebody must look
            return msgspec.structs.replace(there, since=before.since, escalated=before.escalated)
        return there
    owner = await owner_of(conn, news, today_in_norway())
    placed = msgspec.structs.replace(row, unit=owner.unit, assignee=owner.assignee)
    if owner.elsewhere:
        return msgspec.structs.replace(placed, state="elsewhere")
    begins = get_settings().follow_up_from
    if begins is not None and news.issued < begins:
        return msgspec.structs.replace(placed, state="before")
    return placed


async def _gone(conn: AsyncConnection[Any], news: News, before: FollowUp | None, now: datetime) -> None:
    """There is nothing to assess any more; who has opened it is told."""
    if before is None or before.state == "gone":
        return
    row = msgspec.structs.replace(
        before, place=news.place, state="gone", version=None, issued=None, since=now, opened_at=None
    )
    await repository.put(conn, news.person_id, row)
    await need_not_look(conn, news.person_id, before, now)
    await _note(conn, news.person_id, row, "gone", now)
    if before.state not in ("elsewhere", "before"):
        await project(conn, news.person_id, row, now)
    await tell_openers(conn, news.person_id, row, now)


async def _note(conn: AsyncConnection[Any], person_id: UUID, row: FollowUp, kind: Any, now: datetime) -> None:
    event = uuid5(row.report, f"{kind}:{row.place}")
    await repository.note(conn, person_id, row.report, Event(event, now, kind, row.unit, row.version))
