"""Sealing: every new row of both logs goes into a Merkle batch, and a signed head binds batch to batch.

No row is passed over, though rows commit in another order than they were written. A row is sealed as soon as
it is seen, and looked for from a time before which all is settled: then a snapshot was taken, and every
transaction then under way has ended since (`pg_snapshot_xmin` has passed the snapshot's `xmax`). A person's
chain has no gaps, so a row that came by another way (a clock set back) is noticed and taken along with the
next one; and every ten minutes the last hour is looked through once more.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import AsyncConnection

from core_record.access_log import sealing_repository as repository
from core_record.access_log import witness
from core_record.access_log.heads import FIRST, Head, key_name, microseconds, sign
from core_record.access_log.merkle import ACTOR_ROW, PERSON_ROW, leaf_hash, root_of
from core_record.access_log.sealing_repository import ActorRow, Moment, PersonRow
from core_record.access_log.witness import WitnessProblem
from kit.db import Database

BATCH = 4096
"""Rows of each log in one head at most: a proof then has 13 hashes, and a head's leaves are 256 kB."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SLACK = timedelta(seconds=2)  # a row's time is taken just before its transaction gets its number
_DEEP_EVERY, _DEEP = 600.0, timedelta(hours=1)
_HEADS_AT_ONCE = 1000


class _Batch(NamedTuple):
    persons: list[PersonRow]
    actors: list[ActorRow]
    whole: bool  # nothing was left for the next batch
    read_to: datetime | None  # where the next one goes on

    @property
    def size(self) -> int:
        return len(self.persons) + len(self.actors)

    def leaves(self) -> list[bytes]:
        """In the order in which positions are given."""
        return [leaf_hash(PERSON_ROW, row.hash) for row in self.persons] + [
            leaf_hash(ACTOR_ROW, row.hash) for row in self.actors
        ]


@dataclass(slots=True)
class Sealed:
    """What a round did: rows sealed, and whether all that could be seen is sealed now."""

    rows: int
    whole: bool


class Sealer:
    """Seals for one database into one witness file. One round at a time."""

    def __init__(self, db: Database, key: Ed25519PrivateKey, path: Path) -> None:
        self._db, self._key, self._path = db, key, path
        self._key_name = key_name(key.public_key().public_bytes_raw())
        self._moments: deque[Moment] = deque(maxlen=10_000)
        self._settled: datetime | None = None
        self._resume: datetime | None = None
        self._deep_at = time.monotonic() + _DEEP_EVERY
        self._witnessed: int | None = None
        self.unwitnessed = 0

    async def round(self) -> Sealed:
        """Seal what is new, at most one batch, and copy new heads to the witness.

        Raises `WitnessProblem` when the witness knows heads that the database does not have: nothing is
        sealed then, since the database was set back or rewritten. A database that does not answer is
        `kit.errors.Unavailable`.
        """
        await self._check_witness()
        async with self._db.transaction() as conn:
            if not await repository.try_lock(conn):
                return Sealed(0, whole=False)
            now, batch = await self._seal(conn)
        # After the commit: what was seen and could not be sealed must be looked for again.
        sealed = Sealed(batch.size, self._note(now, batch))
        await self.copy_to_witness()
        return sealed

    async def _seal(self, conn: AsyncConnection[Any]) -> tuple[Moment, _Batch]:
        now = await repository.moment(conn)
        last = await repository.last_head(conn)
        if self._settled is None:
            self._settled = last[1] if last else _BEGINNING
        batch = await self._batch(conn, self._since(now))
        if not batch.size:
            return now, batch
        leaves = batch.leaves()
        head = self._head(last[0] if last else None, root_of(leaves), len(leaves), now.at)
        await repository.insert_head(conn, head, self._settled, b"".join(leaves))
        await repository.insert_seals(conn, head.number, batch.persons, batch.actors)
        return now, batch

    def _since(self, now: Moment) -> datetime:
        """Where to look from: the newest moment whose transactions have all ended, less a little."""
        while self._moments and self._moments[0].next <= now.oldest:
            self._settled = self._moments.popleft().at - _SLACK
        assert self._settled is not None  # noqa: S101 - set by the only caller
        if self._resume is not None:
            return self._resume
        if time.monotonic() >= self._deep_at:
            return min(self._settled, now.at - _DEEP)
        return self._settled

    async def _batch(self, conn: AsyncConnection[Any], since: datetime) -> _Batch:
        persons = await repository.person_rows(conn, since, BATCH)
        actors = await repository.actor_rows(conn, since, BATCH)
        ends = [rows[-1].at for rows in (persons, actors) if len(rows) >= BATCH]
        found = {(row.person_id, row.seq): row for row in persons}
        newest: dict[UUID, int] = {}
        for row in persons:
            newest[row.person_id] = max(row.seq, newest.get(row.person_id, 0))
        if newest:
            found |= {(row.person_id, row.seq): row for row in await repository.rows_before(conn, newest)}
        rows = [found[place] for place in sorted(found)]
        return _Batch(rows, actors, whole=not ends, read_to=min(ends, default=None))

    def _note(self, now: Moment, batch: _Batch) -> bool:
        """Whether all that could be seen at `now` is sealed with this batch; else where to go on."""
        if not batch.whole:
            self._resume = batch.read_to
            return False
        if self._resume is not None:  # what lies before it is looked through once more
            self._resume = None
            return False
        self._moments.append(now)
        if time.monotonic() >= self._deep_at:
            self._deep_at = time.monotonic() + _DEEP_EVERY
        return True

    def _head(self, before: Head | None, root: bytes, size: int, at: datetime) -> Head:
        number, rows, prev = (before.number, before.rows, before.hash()) if before else (0, 0, FIRST)
        new = Head(number + 1, microseconds(at), rows + size, size, root, prev, self._key_name)
        return sign(new, self._key)

    async def _check_witness(self) -> None:
        """At the first round: the witness's newest head must be the database's own."""
        if self._witnessed is not None:
            return
        newest = witness.last(self._path)
        if newest is not None:
            async with self._db.transaction() as conn:
                ours = await repository.head(conn, newest.number)
            if ours is None:
                raise WitnessProblem(
                    f"the witness {self._path} knows head {newest.number}, which the database does not have"
                )
            if ours != newest:
                raise WitnessProblem(
                    f"head {newest.number} differs between the database and the witness {self._path}"
                )
        self._witnessed = newest.number if newest else 0

    async def copy_to_witness(self) -> None:
        """Copy the heads that the witness lacks. Raises `OSError` when it cannot be written; they wait."""
        while True:
            async with self._db.transaction() as conn:
                heads = await repository.heads_after(conn, self._witnessed or 0, _HEADS_AT_ONCE)
            self.unwitnessed = len(heads)
            if not heads:
                return
            witness.append(self._path, heads)
            self._witnessed, self.unwitnessed = heads[-1].number, 0
