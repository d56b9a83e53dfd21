"""The SQL of operations. It reads the intake's table, which is no person-bearing one, and never changes it.

Nothing here returns `person_id`, MsgId or ServProvId: a list shows states, codes and senders.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kit.errors import Conflict
from kit.ids import new_id
from results_service.operations.models import Action, Corrected, Rhythm, Volume
from results_service.operations.rules import without_numbers


async def lock(conn: AsyncConnection[Any], message_id: UUID) -> int:
    """Have others who act on the message wait until commit; how many actions there are besides openings."""
    await conn.execute("SELECT FROM results.intake_message WHERE id = %s FOR UPDATE", (message_id,))
    cursor = await conn.execute(
        "SELECT count(*) FROM results.operator_action WHERE message_id = %s AND action <> 'opened'",
        (message_id,),
    )
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def lock_all(conn: AsyncConnection[Any], messages: Sequence[UUID]) -> None:
    """Have others who act on these messages wait until commit; in one order, so that none wait in a ring."""
    await conn.execute(
        "SELECT FROM results.intake_message WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (list(messages),)
    )


async def person_of(conn: AsyncConnection[Any], message_id: UUID) -> UUID | None:
    """Whose message it is, for the log of an opening alone."""
    cursor = await conn.execute("SELECT person_id FROM results.intake_message WHERE id = %s", (message_id,))
    row = await cursor.fetchone()
    return row[0] if row else None


async def history(conn: AsyncConnection[Any], message_id: UUID) -> list[Action]:
    """What operators did with a message, newest first."""
    cursor = await conn.execute(
        "SELECT at, action, reason, actor_name FROM results.operator_action WHERE message_id = %s"
        " ORDER BY at DESC",
        (message_id,),
    )
    return [Action(*row) for row in await cursor.fetchall()]


async def note(
    conn: AsyncConnection[Any],
    message_ids: Sequence[UUID],
    action: str,
    reason: str | None,
    who: tuple[bytes, str, str, str | None],
    words: bytes | None = None,
) -> None:
    """Note who did what with messages, and why. `who`: hash, name, organisation, correlation id.

    `words`: the operator's own, sealed for the one message given.
    """
    async with conn.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO results.operator_action (action_id, message_id, action, reason, actor_hash,"
            " actor_name, organisation, correlation_id, note) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(new_id(), message_id, action, reason, *who, words) for message_id in message_ids],
        )


async def notes(conn: AsyncConnection[Any], message_id: UUID) -> list[bytes]:
    """Operators' own words about a message, sealed, newest first."""
    cursor = await conn.execute(
        "SELECT note FROM results.operator_action WHERE message_id = %s AND note IS NOT NULL"
        " ORDER BY at DESC",
        (message_id,),
        binary=True,
    )
    return [bytes(row[0]) for row in await cursor.fetchall()]


async def has_opened(conn: AsyncConnection[Any], message_id: UUID, actor_hash: bytes) -> bool:
    """Whether an operator has opened a message since it was last processed."""
    cursor = await conn.execute(
        "SELECT EXISTS (SELECT FROM results.operator_action a JOIN results.intake_message m"
        " ON m.id = a.message_id WHERE a.message_id = %s AND a.actor_hash = %s AND a.action = 'opened'"
        " AND a.at >= m.finished_at)",
        (message_id, actor_hash),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


async def judge(conn: AsyncConnection[Any], message_id: UUID, judgement: str) -> None:
    """Keep what was judged of a message, for the worker that stores it."""
    await conn.execute(
        "UPDATE results.intake_message SET judgement = %s WHERE id = %s", (judgement, message_id)
    )


async def link_correction(conn: AsyncConnection[Any], message_id: UUID, corrects: UUID) -> bool:
    """Tie a corrected message to the one it corrects; False when it is tied to that one already.

    Raises `Conflict` (`correction-elsewhere`) when it stands in for another.
    """
    cursor = await conn.execute(
        "SELECT corrects FROM results.intake_message WHERE id = %s FOR UPDATE", (message_id,)
    )
    row = await cursor.fetchone()
    if row and row[0] is not None:
        if row[0] != corrects:
            raise Conflict("correction-elsewhere", "This message was sent in as a correction of another one.")
        return False
    await conn.execute(
        "UPDATE results.intake_message SET corrects = %s WHERE id = %s", (corrects, message_id)
    )
    return True


async def corrections(conn: AsyncConnection[Any], message_id: UUID) -> list[Corrected]:
    """What was sent in instead of a message, newest first."""
    async with conn.cursor(row_factory=class_row(Corrected)) as cursor:
        await cursor.execute(
            "SELECT id, status, received_at AS received FROM results.intake_message WHERE corrects = %s"
            " ORDER BY received_at DESC, id",
            (message_id,),
        )
        return await cursor.fetchall()


async def rhythms(conn: AsyncConnection[Any], days: int) -> list[Rhythm]:
    """How every sender of the last `days` days usually sends, by the hours in which it sent."""
    cursor = await conn.execute(
        """
        WITH sent AS (
            SELECT sender, hour, max(last) AS last FROM results.intake_volume
            WHERE hour >= now() - make_interval(days => %s) GROUP BY 1, 2 HAVING sum(messages) > 0),
        gaps AS (
            SELECT sender, last, extract(epoch FROM hour - lag(hour) OVER (PARTITION BY sender ORDER BY hour))
                AS gap FROM sent)
        SELECT g.sender, max(o.name), max(g.last), count(*)::int,
            (percentile_cont(0.95) WITHIN GROUP (ORDER BY g.gap))::float8,
            extract(epoch FROM now() - max(g.last))::float8
        FROM gaps g LEFT JOIN core_record.organisation o ON o.org_number = g.sender
        GROUP BY g.sender ORDER BY max(g.last)
        """,
        (days,),
    )
    return [Rhythm(_name(row[0]), *row[1:]) for row in await cursor.fetchall()]


async def unheard(conn: AsyncConnection[Any], days: int) -> list[tuple[str, str | None]]:
    """Registered senders, with their names, of whom nothing has come in the last `days` days."""
    cursor = await conn.execute(
        """
        SELECT s.org_number, o.name FROM core_record.sender s
        LEFT JOIN core_record.organisation o ON o.org_number = s.org_number
        WHERE s.org_number NOT IN (SELECT sender FROM results.intake_volume
            WHERE hour >= now() - make_interval(days => %s) GROUP BY 1 HAVING sum(messages) > 0)
        ORDER BY o.name, 1
        """,
        (days,),
    )
    return await cursor.fetchall()


async def volumes(conn: AsyncConnection[Any], days: int) -> list[Volume]:
    """Messages by day, sender and kind; the last of the `days` days is today."""
    cursor = await conn.execute(
        """
        SELECT (v.hour AT TIME ZONE 'Europe/Oslo')::date, v.sender, max(o.name), v.kind,
            sum(v.messages)::bigint,
            coalesce(sum(v.messages) FILTER (WHERE v.status = 'needs-attention'), 0)::bigint,
            coalesce(sum(v.messages) FILTER (WHERE v.status = 'rejected'), 0)::bigint
        FROM results.intake_volume v LEFT JOIN core_record.organisation o ON o.org_number = v.sender
        WHERE v.hour >= (date_trunc('day', now() AT TIME ZONE 'Europe/Oslo')
            - make_interval(days => %s - 1)) AT TIME ZONE 'Europe/Oslo'
        GROUP BY 1, 2, 4 HAVING sum(v.messages) > 0 ORDER BY 1 DESC, 5 DESC, 2, 4
        """,
        (days,),
    )
    return [Volume(row[0], _name(row[1]), *row[2:]) for row in await cursor.fetchall()]


def _name(sender: str) -> str:
    return without_numbers(sender) or ""
