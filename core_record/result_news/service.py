"""The two queues between the results service and the journal. Everything runs in the caller's transaction.

The results service announces (synchronously, in the transaction that shows a version) and carries out
releases; the journal takes announcements and orders releases. What is taken stays locked until the
transaction ends and is there again where it fails: nothing is lost, nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, cast, get_args
from uuid import UUID

from psycopg import AsyncConnection, Connection
from psycopg.rows import tuple_row

Mark = Literal["none", "undecided", "abnormal", "critical"]
"""How grave a report looks; `undecided`: it must be read to know."""
Standing = Literal["registered", "preliminary", "final", "cancelled"]
"""How far a laboratory has come with an examination. `cancelled`: it will not be answered."""
STANDINGS: frozenset[str] = frozenset(get_args(Standing))
GRAVITY: dict[Mark, int] = {"none": 0, "undecided": 1, "abnormal": 2, "critical": 3}
ASSESSING_ROLES = frozenset({"LE", "TL", "JO"})
"""Who assesses results and releases them to their person (Volven 9060; J: those who order and answer)."""


class Requester(NamedTuple):
    """Who asked for a report: HPR number, and the unit's `HER:…`, `ENH:…` and `NAME:…`, departments first."""

    hpr_number: str | None
    units: tuple[str, ...]


class News(NamedTuple):
    """A report's newest version, of `issued`; None: the report is gone. `place` orders news of one report.

    `awaited`: it only says that tests are ordered; none is answered yet. `warned`: a warning has come to it,
    with this version or without a new one. `requisitions`: the journal's own numbers that the laboratory
    names; `examinations`: `Examined` as text, never what the answer is; `sampled`: when.
    """

    person_id: UUID
    report_id: UUID
    place: int
    version_id: UUID | None
    issued: datetime | None
    mark: Mark
    requester_hpr: str | None
    requester_units: list[str]
    awaited: bool = False
    warned: bool = False
    requisitions: Sequence[str] = ()
    examinations: Sequence[str] = ()
    sampled: datetime | None = None


class Examined(NamedTuple):
    """How far the laboratory has come with one coded examination (system `nlk` or `ncrp`)."""

    status: Standing
    system: str
    code: str

    @property
    def text(self) -> str:
        """As the queue holds it."""
        return " ".join(self)

    @classmethod
    def read(cls, text: str) -> Examined:
        """What `text` wrote."""
        status, system, code = text.split(" ")
        if status not in STANDINGS:
            raise ValueError("this is no standing of an examination")
        return cls(cast(Standing, status), system, code)


WITHDRAWN = Examined("cancelled", "report", "*")
"""The whole report is withdrawn: what it named before will not be answered by it."""


class Named(NamedTuple):
    """What a version tells of the order behind it: our requisition numbers, examinations, when sampled."""

    requisitions: Sequence[str] = ()
    examinations: Sequence[Examined] = ()
    sampled: datetime | None = None


class ReleaseOrder(NamedTuple):
    """What an assessment means for a version's release: `reviewed` (looked at) or `released`."""

    person_id: UUID
    order_id: UUID
    report_id: UUID
    version_id: UUID
    kind: Literal["reviewed", "released"]
    at: datetime
    by_name: str | None
    organisation: str | None
    comment: str | None


def announce_sync(
    conn: Connection[Any],
    person_id: UUID,
    report_id: UUID,
    version_id: UUID,
    issued: datetime,
    mark: Mark,
    requester: Requester,
    named: Named,
    *,
    awaited: bool,
    warned: bool,
) -> None:
    """This version is what is shown of the report from this transaction's commit on."""
    asked = (requester.hpr_number, list(requester.units))
    ordered = (list(named.requisitions), [one.text for one in named.examinations], named.sampled)
    _announce(conn, (person_id, report_id, version_id, issued, mark, *asked, awaited, warned, *ordered))


def announce_gone_sync(conn: Connection[Any], person_id: UUID, reports: Sequence[UUID]) -> None:
    """These reports are gone when this transaction commits."""
    for report_id in reports:
        _announce(conn, (person_id, report_id, None, None, "none", None, [], False, False, [], [], None))


def _announce(conn: Connection[Any], values: tuple[Any, ...]) -> None:
    conn.execute("SELECT core_record.announce_result(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values)


async def take_news(conn: AsyncConnection[Any], most: int) -> list[News]:
    """The oldest announcements that nobody else is at, locked until the transaction ends."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute("SELECT * FROM core_record.take_result_news(%s)", (most,))
        return [News(*row) for row in await cursor.fetchall()]


async def news_done(conn: AsyncConnection[Any], news: News, *, again_in: timedelta | None = None) -> None:
    """The announcement is applied; with `again_in` it could not be and is tried again then."""
    await conn.execute(
        "SELECT core_record.result_news_done(%s, %s, %s)", (news.person_id, news.report_id, again_in)
    )


async def news_waiting(conn: AsyncConnection[Any]) -> tuple[int, float]:
    """How many announcements wait, and for how many seconds the oldest has."""
    row = await (await conn.execute("SELECT * FROM core_record.result_news_waiting()")).fetchone()
    return (int(row[0]), float(row[1])) if row else (0, 0.0)


async def municipality_of(conn: AsyncConnection[Any], person_id: UUID) -> str | None:
    """Number of the municipality where the served person lives, where a register says so."""
    row = await (await conn.execute("SELECT core_record.municipality_of(%s)", (person_id,))).fetchone()
    return row[0] if row else None


async def order_release(conn: AsyncConnection[Any], order: ReleaseOrder) -> None:
    """Order a release; the same order once more changes nothing."""
    await conn.execute(
        "SELECT core_record.order_release(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            order.person_id,
            order.order_id,
            order.report_id,
            order.version_id,
            order.kind,
            order.at,
            order.by_name,
            order.organisation,
            order.comment,
        ),
    )


def take_release_orders_sync(conn: Connection[Any], most: int) -> list[ReleaseOrder]:
    """The oldest orders that nobody else is at, locked until the transaction ends."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        cursor.execute("SELECT * FROM core_record.take_release_orders(%s)", (most,))
        return [ReleaseOrder(*row) for row in cursor.fetchall()]


def release_order_done_sync(conn: Connection[Any], order: ReleaseOrder) -> None:
    """The order is carried out."""
    conn.execute("SELECT core_record.release_order_done(%s, %s)", (order.person_id, order.order_id))
