"""Statements on topics, contributions, complaints and stances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from citizen_panel.rows import rows_of
from citizen_panel.topics.models import Own, Queued, Said, Topic

Connection = AsyncConnection[Any]
# A member's title and body live in the contribution, and go with it.
_TOPIC = """
SELECT t.topic_id AS id, t.panel_id, t.kind, t.state, t.version, t.opened_on, t.closes_at,
    c.contribution_id AS proposal_id, c.lang AS written_in,
    CASE WHEN t.title = '{}' THEN 'member' ELSE 'panel' END AS author,
    CASE WHEN c.lang IS NULL THEN t.title
        ELSE coalesce(panel.said_in(c.translations, 'title'), '{}') ||
            jsonb_build_object(c.lang, c.title) END AS title,
    CASE WHEN c.lang IS NULL THEN t.about
        ELSE coalesce(panel.said_in(c.translations, 'body'), '{}') ||
            jsonb_build_object(c.lang, c.body) END AS about
FROM panel.topic t
LEFT JOIN panel.contribution c ON c.topic_id = t.topic_id AND c.kind = 'proposal' AND c.state = 'published'
"""
_OWN = (
    "SELECT contribution_id AS id, topic_id, kind, state, title, body, version, made_at, reason, words,"
    " appeal,"
    " appeal_state, appeal_words FROM panel.contribution"
)
_QUEUED = """
SELECT c.contribution_id AS id, c.topic_id, c.kind, c.state, c.title, c.body, c.lang, c.version, c.made_at,
    c.reason, c.words, c.appeal, c.appeal_state, c.translations,
    coalesce(c.moderated_by = %(me)s, false) AS mine,
    CASE WHEN t.title = '{}' THEN coalesce((SELECT jsonb_build_object(p.lang, p.title)
        FROM panel.contribution p WHERE p.topic_id = c.topic_id AND p.kind = 'proposal'), '{}')
        ELSE t.title END AS topic_title,
    coalesce((SELECT jsonb_object_agg(reason, number) FROM (SELECT reason, count(*) AS number
        FROM panel.complaint m WHERE m.contribution_id = c.contribution_id AND m.settled_at IS NULL
        GROUP BY reason) AS counted), '{}') AS complaints
FROM panel.contribution c JOIN panel.topic t USING (topic_id)
WHERE c.panel_id = %(panel)s
"""
_FIRST_WHAT_WAITS = """
ORDER BY (c.appeal_state = 'open') IS TRUE DESC, EXISTS (SELECT 1 FROM panel.complaint m
    WHERE m.contribution_id = c.contribution_id AND m.settled_at IS NULL) DESC,
    c.state = 'waiting' DESC, c.contribution_id DESC LIMIT 200
"""


async def topics(conn: Connection, states: Sequence[str]) -> list[Topic]:
    """Topics in one of `states`, the newest first."""
    statement = f"{_TOPIC} WHERE t.state = ANY(%s) ORDER BY t.state DESC, t.opened_on DESC, t.topic_id DESC"
    return msgspec.convert(await rows_of(conn, statement, (list(states),)), list[Topic])


async def topic(conn: Connection, identifier: UUID, *, lock: bool = False) -> Topic | None:
    """One topic; with `lock` nobody changes it until commit."""
    if lock:
        await conn.execute("SELECT 1 FROM panel.topic WHERE topic_id = %s FOR UPDATE", (identifier,))
    rows = await rows_of(conn, f"{_TOPIC} WHERE t.topic_id = %s", (identifier,))
    return msgspec.convert(rows[0], Topic) if rows else None


async def add_topic(conn: Connection, row: Mapping[str, Any]) -> UUID:
    """A new topic; the id of the earlier one where the same request came before."""
    found = await rows_of(
        conn,
        "INSERT INTO panel.topic (topic_id, panel_id, kind, state, title, about, closes_at, opened_on,"
        " request_hash) VALUES (%(id)s, %(panel)s, %(kind)s, %(state)s, %(title)s, %(about)s, %(closes_at)s,"
        " CASE WHEN %(state)s = 'open' THEN current_date END, %(request)s) ON CONFLICT (panel_id,"
        " request_hash)"
        " DO UPDATE SET request_hash = excluded.request_hash RETURNING topic_id",
        {**row, "title": Jsonb(row["title"]), "about": Jsonb(row["about"])},
    )
    return UUID(str(found[0]["topic_id"]))


async def change_topic(conn: Connection, identifier: UUID, row: Mapping[str, Any]) -> None:
    """Write a topic of the panel's own anew."""
    await conn.execute(
        "UPDATE panel.topic SET title = %(title)s, about = %(about)s, closes_at = %(closes_at)s,"
        " state = %(state)s, version = version + 1 WHERE topic_id = %(id)s",
        {**row, "id": identifier, "title": Jsonb(row["title"]), "about": Jsonb(row["about"])},
    )


async def set_state(conn: Connection, identifier: UUID, state: str) -> None:
    """Open, closed or removed; opening notes the day."""
    await conn.execute(
        "UPDATE panel.topic SET state = %s, version = version + 1, opened_on = CASE WHEN %s = 'open'"
        " THEN coalesce(opened_on, current_date) ELSE opened_on END WHERE topic_id = %s",
        (state, state, identifier),
    )


async def due(conn: Connection) -> list[UUID]:
    """Open topics whose time is out."""
    rows = await rows_of(
        conn,
        "SELECT topic_id FROM panel.topic WHERE state = 'open' AND closes_at <= clock_timestamp() FOR UPDATE",
        (),
    )
    return [row["topic_id"] for row in rows]


async def said(conn: Connection, topic_id: UUID) -> list[Said]:
    """What is published in a topic, but the proposal itself, in the order of writing."""
    rows = await rows_of(
        conn,
        "SELECT contribution_id AS id, kind, lang AS written_in, published_on, reply_to,"
        " coalesce(panel.said_in(translations, 'body'), '{}') || jsonb_build_object(lang, body) AS body"
        " FROM panel.contribution WHERE topic_id = %s AND state = 'published' AND kind <> 'proposal'"
        " ORDER BY contribution_id",
        (topic_id,),
    )
    return msgspec.convert(rows, list[Said])


async def contribute(conn: Connection, row: Mapping[str, Any]) -> UUID:
    """A new contribution that waits; the id of the earlier one where the same request came before."""
    found = await rows_of(
        conn,
        "INSERT INTO panel.contribution (member_id, contribution_id, panel_id, topic_id, kind, title, body,"
        " lang,"
        " reply_to, request_hash) VALUES (%(member)s, %(id)s, %(panel)s, %(topic)s, %(kind)s, %(title)s,"
        " %(body)s,"
        " %(lang)s, %(reply_to)s, %(request)s) ON CONFLICT (member_id, request_hash)"
        " DO UPDATE SET request_hash = excluded.request_hash RETURNING contribution_id",
        row,
    )
    return UUID(str(found[0]["contribution_id"]))


async def waiting(conn: Connection, member_id: UUID, request: bytes | None) -> int:
    """How many of a member's contributions nobody has looked at, but the one of this request."""
    rows = await rows_of(
        conn,
        "SELECT count(*) AS number FROM panel.contribution WHERE member_id = %s AND state = 'waiting'"
        " AND request_hash IS DISTINCT FROM %s",
        (member_id, request),
    )
    return int(rows[0]["number"])


async def own(conn: Connection, member_id: UUID) -> list[Own]:
    """A member's contributions, the newest first; the transaction must serve that member."""
    rows = await rows_of(conn, f"{_OWN} WHERE member_id = %s ORDER BY contribution_id DESC", (member_id,))
    return msgspec.convert(rows, list[Own])


async def is_published(conn: Connection, identifier: UUID) -> bool:
    """Whether everybody can read it."""
    rows = await rows_of(
        conn,
        "SELECT 1 FROM panel.contribution WHERE contribution_id = %s AND state = 'published'",
        (identifier,),
    )
    return bool(rows)


async def panel_of(conn: Connection, identifier: UUID) -> UUID | None:
    """The panel that a published contribution belongs to."""
    rows = await rows_of(
        conn, "SELECT panel_id FROM panel.contribution WHERE contribution_id = %s", (identifier,)
    )
    return rows[0]["panel_id"] if rows else None


async def complain(conn: Connection, member_id: UUID, identifier: UUID, panel_id: UUID, reason: str) -> None:
    """A member complains; once, whose reason can be changed."""
    await conn.execute(
        "INSERT INTO panel.complaint (member_id, contribution_id, panel_id, reason) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (member_id, contribution_id) DO UPDATE SET reason = excluded.reason",
        (member_id, identifier, panel_id, reason),
    )


async def queue(conn: Connection, panel_id: UUID, me: bytes) -> list[Queued]:
    """What waits for a moderator: appeals, complaints, what is new; then what was handled lately."""
    statement = f"{_QUEUED} {_FIRST_WHAT_WAITS}"
    return msgspec.convert(await rows_of(conn, statement, {"panel": panel_id, "me": me}), list[Queued])


async def one_queued(conn: Connection, panel_id: UUID, identifier: UUID, me: bytes) -> Queued | None:
    """One contribution for a moderator, locked until commit."""
    await conn.execute(
        "SELECT 1 FROM panel.contribution WHERE contribution_id = %s FOR UPDATE", (identifier,)
    )
    statement = f"{_QUEUED} AND c.contribution_id = %(id)s"
    rows = await rows_of(conn, statement, {"panel": panel_id, "me": me, "id": identifier})
    return msgspec.convert(rows[0], Queued) if rows else None


async def is_authors(conn: Connection, identifier: UUID, identity_hash: bytes) -> bool:
    """Whether the person of that hash wrote it."""
    rows = await rows_of(
        conn,
        "SELECT 1 FROM panel.contribution c JOIN panel.member m USING (member_id)"
        " WHERE c.contribution_id = %s AND m.identity_hash = %s",
        (identifier, identity_hash),
    )
    return bool(rows)


async def moderate(conn: Connection, identifier: UUID, row: Mapping[str, Any]) -> None:
    """Write what a moderator did."""
    await conn.execute(
        "UPDATE panel.contribution SET state = %(state)s, reason = %(reason)s, words = %(words)s,"
        " moderated_by = %(by)s, moderated_at = clock_timestamp(), version = version + 1,"
        " published_on = CASE WHEN %(state)s = 'published' THEN coalesce(published_on, current_date)"
        " ELSE published_on END WHERE contribution_id = %(id)s",
        {**row, "id": identifier, "words": Jsonb(row["words"]) if row["words"] else None},
    )


async def settle_complaints(conn: Connection, identifier: UUID) -> None:
    """What was complained of has been looked at."""
    await conn.execute(
        "UPDATE panel.complaint SET settled_at = clock_timestamp() WHERE contribution_id = %s", (identifier,)
    )


async def translate(conn: Connection, identifier: UUID, lang: str, words: Mapping[str, str]) -> None:
    """Keep a translation."""
    await conn.execute(
        "UPDATE panel.contribution SET translations = translations || %s, version = version + 1"
        " WHERE contribution_id = %s",
        (Jsonb({lang: words}), identifier),
    )


async def appeal(conn: Connection, member_id: UUID, identifier: UUID, text: str) -> bool:
    """A member appeals, once; False when there is nothing of theirs to appeal."""
    done = await conn.execute(
        "UPDATE panel.contribution SET appeal = %s, appeal_state = 'open', version = version + 1"
        " WHERE member_id = %s AND contribution_id = %s AND state IN ('withheld', 'removed') AND appeal IS"
        " NULL",
        (text, member_id, identifier),
    )
    return done.rowcount == 1


async def decide_appeal(conn: Connection, identifier: UUID, row: Mapping[str, Any]) -> None:
    """Write how an appeal ended."""
    await conn.execute(
        "UPDATE panel.contribution SET appeal_state = %(ended)s, appeal_words = %(words)s, appeal_by ="
        " %(by)s,"
        " appeal_at = clock_timestamp(), version = version + 1, state = CASE WHEN %(ended)s = 'overturned'"
        " THEN 'published' ELSE state END, published_on = CASE WHEN %(ended)s = 'overturned'"
        " THEN coalesce(published_on, current_date) ELSE published_on END WHERE contribution_id = %(id)s",
        {**row, "id": identifier, "words": Jsonb(row["words"])},
    )
