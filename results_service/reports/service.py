"""Storing a report: which version is shown, what waits for a person, and that nothing is stored twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from psycopg import Connection

from kit.db import set_person_sync
from results_service.reports import repository
from results_service.reports.fhir import MappedReport
from results_service.reports.incoming import Incoming, as_stored
from results_service.reports.judgements import JUDGEMENTS, answered_by
from results_service.reports.models import KnownMessage, StoreOutcome
from results_service.reports.placing import Placing
from results_service.reports.svarrapport import Issue, Message
from results_service.reports.versions import HoldReason, ReportKey

__all__ = ["Incoming", "StoreOutcome", "Storing", "store_report_sync"]

_FINGERPRINT_BYTES = 16
_HOLDS: dict[HoldReason, str] = {
    "person-changed": "The report number belongs to another person's report. That one stays as it was. "
    "Ask the laboratory which person this report is about.",
    "report-number-reused": "Two reports came under one number, with another sampling date or requisition. "
    "The one that came first stays as it was. Ask the laboratory for a number of its own.",
    "message-id-reused": "A change or cancellation came under the message id of a message about another "
    "report. Nothing was changed. Ask the laboratory which report it is meant for.",
}
_REUSED = Issue(
    "message-id-reused", "warning", "The message id was used before, for other content. Taken in on its own."
)


class Storing:
    """One report on its way into the store, in the caller's transaction.

    The questions are sent when it is made, while the transaction serves the person; `finish` reads the
    answers and writes. In a pipeline the questions of many reports share one round trip.
    """

    def __init__(self, conn: Connection[Any], incoming: Incoming) -> None:
        self._conn = conn
        self._in = incoming
        self._fingerprint = incoming.fingerprint[:_FINGERPRINT_BYTES]
        self._message_hash = incoming.message_hash
        self._remembering = repository.Remembering(
            conn,
            message_hash=self._message_hash,
            fingerprint=self._fingerprint,
            key_hash=incoming.key.hash,
            person_id=incoming.person_id,
            intake_id=incoming.message_id,
            report_id=incoming.report_id,
        )

    def finish(self) -> StoreOutcome:
        """Store the report and decide what is shown of it now; the transaction serves the person, here too.

        Safe to repeat: the same record again gives the same outcome, a copy gives `duplicate` (or, of a
        message that waits, the same `needs-attention`).
        """
        known, message_id = self._remembering.answer(), self._in.message_id
        judged = None
        if not known.is_new:
            judged = self._judged(known)
            if judged is None:
                status = "processed" if known.intake_id == message_id else "duplicate"
                return _outcome(known.held, status, known.report_id, known.version_id, known.intake_id)
            repository.drop_held(self._conn, self._in.person_id, known.report_id, known.version_id)
        version = as_stored(known.version_id, self._in, self._fingerprint)
        held, report_id = Placing(self._conn, self._in, version, known, judged).place()
        if held or judged:
            repository.mark_held(self._conn, self._message_hash, self._fingerprint, held, report_id)
        issues = [_REUSED] if known.other_key_hashes and not held else []
        return _outcome(held, "processed", report_id, known.version_id, message_id, issues)

    def _judged(self, known: KnownMessage) -> HoldReason | None:
        """The hold that an operator has answered for this very message, if any."""
        held, mine = known.held, known.intake_id == self._in.message_id
        if held is None or not mine or not answered_by(self._in.judgement, held, self._in.message.serv_type):
            return None
        return JUDGEMENTS[self._in.judgement or ""].answers


def store_report_sync(
    conn: Connection[Any],
    *,
    person_id: UUID,
    key: ReportKey,
    message: Message,
    mapped: MappedReport,
    message_id: UUID,
    fingerprint: bytes,
    remap: Callable[[UUID], MappedReport] | None = None,
    judgement: str | None = None,
) -> StoreOutcome:
    """Store one report by itself, as `Storing`. The transaction serves `person_id` afterwards."""
    set_person_sync(conn, person_id)
    anew = remap or (lambda _: mapped)
    incoming = Incoming(person_id, key, message, mapped, message_id, fingerprint, anew, judgement)
    return Storing(conn, incoming).finish()


def _outcome(
    held: str | None,
    status: Any,
    report_id: UUID,
    version_id: UUID,
    first_message_id: UUID,
    issues: list[Issue] | None = None,
) -> StoreOutcome:
    if held:
        text = _HOLDS[held]  # type: ignore[index]
        return StoreOutcome(
            "needs-attention", [Issue(held, "attention", text)], report_id, version_id, first_message_id
        )
    return StoreOutcome(status, issues or [], report_id, version_id, first_message_id)
