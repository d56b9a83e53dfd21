"""Storing a report: which version is shown, what waits for a person, and that nothing is stored twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from kit.db import set_person_sync
from results_service.release.service import tell_of_change_sync
from results_service.reports import repository, showing
from results_service.reports.fhir import MappedReport
from results_service.reports.models import KnownMessage, StoredVersion, StoreOutcome
from results_service.reports.packing import index, items_of
from results_service.reports.svarrapport import Issue, Message
from results_service.reports.versions import (
    HoldReason,
    ReportKey,
    VersionFacts,
    decide,
    hold_reused_message_id,
    hold_reused_number,
    short_hash,
)

__all__ = ["Incoming", "StoreOutcome", "Storing", "store_report_sync"]

EARLIER_VERSION = "earlier-version"  # what a companion's row is known by
_FINGERPRINT_BYTES = 16
_OSLO = ZoneInfo("Europe/Oslo")
_HOLDS: dict[HoldReason, str] = {
    "person-changed": "The report number belongs to another person's report. That one stays as it was. "
    "Ask the laboratory which person this report is about.",
    "report-number-reused": "A new report came under the number of an earlier one, with another sampling "
    "date or requisition. The earlier one stays as it was. Ask the laboratory for a number of its own.",
    "message-id-reused": "A change or cancellation came under the message id of a message about another "
    "report. Nothing was changed. Ask the laboratory which report it is meant for.",
}
_REUSED = Issue(
    "message-id-reused", "warning", "The message id was used before, for other content. Taken in on its own."
)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message's report, ready to be stored.

    `message_id` is the intake record's id, `fingerprint` what copies have in common.
    """

    person_id: UUID
    key: ReportKey
    message: Message
    mapped: MappedReport
    message_id: UUID
    fingerprint: bytes

    @property
    def report_id(self) -> UUID:
        """The report's id, the same for all its versions."""
        return self.key.report_id(self.person_id)


class Storing:
    """One report on its way into the store, in the caller's transaction.

    The questions are sent when it is made, while the transaction serves the person; `finish` reads the
    answers and writes. In a pipeline the questions of many reports share one round trip.
    """

    def __init__(self, conn: Connection[Any], incoming: Incoming) -> None:
        self._conn = conn
        self._in = incoming
        self._fingerprint = incoming.fingerprint[:_FINGERPRINT_BYTES]
        self._message_hash = short_hash(incoming.key.sender, incoming.message.msg_id)
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
        if not known.is_new:
            status = "processed" if known.intake_id == message_id else "duplicate"
            return _outcome(known.held, status, known.report_id, known.version_id, known.intake_id)
        version = _as_stored(known.version_id, self._in, self._fingerprint)
        held = _place(self._conn, self._in, version, known)
        if held:
            repository.mark_held(self._conn, self._message_hash, self._fingerprint, held)
        issues = [_REUSED] if known.other_key_hashes and not held else []
        return _outcome(held, "processed", self._in.report_id, known.version_id, message_id, issues)


def store_report_sync(
    conn: Connection[Any],
    *,
    person_id: UUID,
    key: ReportKey,
    message: Message,
    mapped: MappedReport,
    message_id: UUID,
    fingerprint: bytes,
) -> StoreOutcome:
    """Store one report by itself, as `Storing`. The transaction serves `person_id` afterwards."""
    set_person_sync(conn, person_id)
    incoming = Incoming(person_id, key, message, mapped, message_id, fingerprint)
    return Storing(conn, incoming).finish()


def _place(
    conn: Connection[Any], incoming: Incoming, version: StoredVersion, known: KnownMessage
) -> HoldReason | None:
    """Put a version in its report, or hold it; in either case it is kept."""
    person_id, key, report_id = incoming.person_id, incoming.key, incoming.report_id
    if hold_reused_message_id(version.facts.serv_type, key.hash, known.other_key_hashes):
        return _hold(conn, person_id, report_id, version, "message-id-reused")
    owner, first = known.claimed or repository.claim_key(conn, key.hash, person_id)
    if owner != person_id:
        _hold(conn, person_id, report_id, version, "person-changed")
        set_person_sync(conn, owner)
        _show(conn, owner, key.report_id(owner), warning="person-changed")
        set_person_sync(conn, person_id)
        return "person-changed"
    if first:
        repository.add_version(conn, person_id, report_id, version)
        repository.put_report(conn, person_id, report_id, version, version.packed.body(0), [])
        return None
    accepted = [v.facts for v in repository.versions_of(conn, person_id, report_id) if not v.held]
    if hold_reused_number(version.facts, accepted):
        _hold(conn, person_id, report_id, version, "report-number-reused")
        _show(conn, person_id, report_id, warning="report-number-reused")
        return "report-number-reused"
    repository.add_version(conn, person_id, report_id, version)
    _show(conn, person_id, report_id)
    return None


def _hold(
    conn: Connection[Any], person_id: UUID, report_id: UUID, version: StoredVersion, reason: HoldReason
) -> HoldReason:
    repository.add_version(conn, person_id, report_id, replace(version, held=reason))
    return reason


def _show(conn: Connection[Any], person_id: UUID, report_id: UUID, warning: str | None = None) -> None:
    """Work out anew what is shown of a report, from all its versions."""
    versions = {v.facts.version_id: v for v in repository.versions_of(conn, person_id, report_id)}
    accepted = [v.facts for v in versions.values() if not v.held]
    if not accepted:
        return
    warnings = sorted({*repository.warnings_of(conn, person_id, report_id), *([warning] if warning else [])})
    shown = decide(accepted)
    main = versions[shown.main]
    beside = versions[shown.beside] if shown.beside else None
    companion = _show_companion(conn, person_id, report_id, beside)
    found = showing.notices(main, shown, versions, warnings, companion)
    date = shown.report_date if shown.report_date != main.facts.report_date else None
    body = showing.with_notices(main.packed.body(0), found, date)
    repository.put_report(conn, person_id, report_id, main, body, warnings)
    status = main.packed.entries[0].status or ""
    tell_of_change_sync(conn, person_id, report_id, main.facts.version_id, status)


def _show_companion(
    conn: Connection[Any], person_id: UUID, report_id: UUID, beside: StoredVersion | None
) -> UUID | None:
    """Show an earlier version as a report of its own, or stop showing one."""
    companion_id = showing.beside_id(report_id)
    repository.drop_report(conn, person_id, companion_id)
    if beside is None:
        return None
    version = replace(beside, packed=showing.as_companion(beside.packed))
    repository.add_version(conn, person_id, companion_id, version)
    note = showing.notice(EARLIER_VERSION, report=showing.reference("DiagnosticReport", str(report_id)))
    body = showing.with_notices(version.packed.body(0), [note], None)
    repository.put_report(conn, person_id, companion_id, version, body, [EARLIER_VERSION])
    return companion_id


def _as_stored(version_id: UUID, incoming: Incoming, fingerprint: bytes) -> StoredVersion:
    message, mapped = incoming.message, incoming.mapped
    packed = index(mapped)
    sampled = message.sampling_dates
    facts = VersionFacts(
        version_id=version_id,
        generated=message.gen_date,
        serv_type=message.serv_type,
        status=message.status,
        fingerprint=fingerprint,
        sampled=sampled[0].at.astimezone(_OSLO).date() if sampled else None,
        requisitions=frozenset(message.requisition_ids),
        report_date=message.issue.text if message.issue else None,
        items=items_of(packed),
    )
    preliminary = _is_preliminary(message, mapped)
    return StoredVersion(
        facts, incoming.message_id, incoming.key.hash, mapped.release_class, preliminary, None, packed
    )


def _is_preliminary(message: Message, mapped: MappedReport) -> bool:
    """Whether anything in the report still is preliminary: the citizen then waits (clinical rule 4)."""
    if message.serv_type == "C":
        return False
    return message.status in ("P", "S") or any(
        r.kind == "Observation" and r.status == "preliminary" for r in mapped.resources
    )


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
