"""The worker's side: take deliveries up, process them, record what became of them.

A batch shares one transaction and one commit; when a message of it fails, all are done again, each in a
transaction of its own, so that it takes no other with it. Attempts are counted, and committed, before the
work begins: a message that kills its worker, too, comes to an end as `needs-attention`, and from its second
attempt on it is taken up alone.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from typing import Any
from uuid import UUID

from psycopg import Connection

from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.log import get_logger, stack_of
from results_service.intake import repository
from results_service.intake.models import Claim, Outcome, Problem, Status
from results_service.intake.pipeline import Pipeline

MAX_ATTEMPTS = 5
BATCH = 25
LEASE_SECONDS = 20
_RETRY_SECONDS = 2.0
_log = get_logger()

_FAILED = Outcome(
    Status.NEEDS_ATTENTION,
    [
        Problem(
            "processing-failed",
            "The message is safe but could not be processed, by a fault of ours. It waits for our operators;"
            " sending it again tries it anew.",
        )
    ],
)


class Superseded(Exception):
    """Another worker has taken the delivery over; what this one did is rolled back."""


class Finished:
    """What a turn brought to an end."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self.counts: Counter[Status] = Counter()

    def add(self, message_id: UUID, status: Status) -> None:
        """Note one more."""
        self.ids.append(message_id)
        self.counts[status] += 1


class Worker:
    """Processes what is due."""

    def __init__(self, database: SyncDatabase, pipeline: Pipeline) -> None:
        self._database = database
        self._pipeline = pipeline

    def take_turn(self) -> Finished | None:
        """Process one batch of new deliveries and one that was tried before; None when nothing is due.

        Raises `Unavailable` when the database does not answer.
        """
        with self._database.transaction() as conn:
            fresh = repository.claim(conn, fresh=True, limit=BATCH, lease_seconds=LEASE_SECONDS)
            again = repository.claim(conn, fresh=False, limit=1, lease_seconds=LEASE_SECONDS)
        if not fresh and not again:
            return None
        self._pipeline.begin_turn()
        finished = Finished()
        for batch in (fresh, again):
            if batch:
                self._process(batch, finished)
        return finished

    def _process(self, batch: list[Claim], finished: Finished) -> None:
        """All in one transaction; if one of them cannot be, each in a transaction of its own."""
        try:
            with self._database.transaction() as conn:
                done = self._all(conn, batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, every message must come to an end
            if len(batch) == 1:
                self._after_trouble(batch[0], finished, error)
                return
            for claim in batch:
                self._process([claim], finished)
            return
        for claim, outcome in done:
            finished.add(claim.id, outcome.status)

    def _all(self, conn: Connection[Any], batch: list[Claim]) -> list[tuple[Claim, Outcome]]:
        """Process and record every message of a batch; raises `Superseded` when one of them is taken over."""
        lost = [claim for claim in batch if claim.attempt > MAX_ATTEMPTS]
        done = [(claim, _given_up(claim, "its worker did not come back")) for claim in lost]
        live = [claim for claim in batch if claim.attempt <= MAX_ATTEMPTS]
        done += zip(live, self._pipeline.process(conn, live), strict=True)
        _finish(conn, done)
        return done

    def _after_trouble(self, claim: Claim, finished: Finished, error: Exception) -> None:
        """Nothing of the message is stored. Deadlocks, timeouts and lost connections are nobody's fault."""
        if isinstance(error, Superseded):
            return
        blameless = isinstance(error, Unavailable)
        _log.log(
            logging.WARNING if blameless else logging.ERROR,
            "a message was rolled back",
            message_id=str(claim.id),
            attempt=claim.attempt,
            kind=type(error).__name__,
            where=stack_of(error),
        )
        with self._database.transaction() as conn:
            if blameless:
                repository.postpone(conn, claim, _RETRY_SECONDS, uncount=True)
            elif claim.attempt < MAX_ATTEMPTS:
                repository.postpone(conn, claim, _RETRY_SECONDS * 2**claim.attempt)
            else:
                with contextlib.suppress(Superseded):
                    _finish(conn, [(claim, _given_up(claim, "it fails every time"))])
                    finished.add(claim.id, _FAILED.status)


def _given_up(claim: Claim, why: str) -> Outcome:
    _log.error("a message waits for an operator", message_id=str(claim.id), why=why)
    return _FAILED


def _finish(conn: Connection[Any], done: list[tuple[Claim, Outcome]]) -> None:
    if len(repository.finish(conn, done)) < len(done):
        raise Superseded
