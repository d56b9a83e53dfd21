"""Which report a version belongs to, whether it waits, and what is shown of the report then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from kit.db import set_person_sync
from results_service.release.service import tell_of_change_sync
from results_service.reports import repository, showing
from results_service.reports.announcing import announce
from results_service.reports.incoming import Incoming, as_stored
from results_service.reports.models import KnownMessage, StoredVersion
from results_service.reports.repeats import note_repeat
from results_service.reports.versions import (
    HoldReason,
    VersionFacts,
    decide,
    hold_reused_message_id,
    hold_reused_number,
    home_of,
)


class Placing:
    """Puts a version in its report, or holds it; in either case it is kept. `judged`: the hold answered."""

    def __init__(
        self,
        conn: Connection[Any],
        incoming: Incoming,
        version: StoredVersion,
        known: KnownMessage,
        judged: HoldReason | None,
    ) -> None:
        self._conn, self._in, self._version, self._known = conn, incoming, version, known
        self._judged = judged
        self._person, self._report = incoming.person_id, incoming.report_id

    def place(self) -> tuple[HoldReason | None, UUID]:
        """Why it waits, if it does, and the report it belongs to."""
        facts, key, known = self._version.facts, self._in.key, self._known
        reused = hold_reused_message_id(facts.serv_type, key.hash, known.other_key_hashes)
        if reused and self._judged != "message-id-reused":
            return self._hold("message-id-reused")
        owner, first = known.claimed or repository.claim_key(self._conn, key.hash, self._person)
        if owner != self._person:
            return self._of_second_person(owner)
        if first:
            return self._begin(self._report, [])
        return self._among_versions()

    def _of_second_person(self, owner: UUID) -> tuple[HoldReason | None, UUID]:
        """The number is another person's: held, unless an operator judged that it is this person's too."""
        accepted = self._accepted()
        if not accepted and self._judged != "person-changed":
            self._hold("person-changed")
            set_person_sync(self._conn, owner)
            show(self._conn, owner, self._in.key.report_id(owner), warning="person-changed")
            set_person_sync(self._conn, self._person)
            return "person-changed", self._report
        if not accepted:
            return self._begin(self._report, ["person-changed"])
        return self._among_versions()

    def _among_versions(self) -> tuple[HoldReason | None, UUID]:
        facts, reused = self._version.facts, "report-number-reused"
        if self._judged == reused:
            return self._begin(self._in.report_of_its_own, [reused])
        if reused in repository.warnings_of(self._conn, self._person, self._report):
            home = home_of(facts, self._sharing_the_number())
            if home is None:
                return self._hold("report-number-reused")
            if home != self._report:
                return self._add(home)
        accepted = self._accepted()
        if not accepted and (moved := self._sharing_the_number()):
            return self._among_moved(moved)
        if hold_reused_number(facts, accepted):
            self._hold("report-number-reused")
            show(self._conn, self._person, self._report, warning=reused)
            return "report-number-reused", self._report
        return self._add(self._report)

    def _among_moved(self, moved: dict[UUID, list[VersionFacts]]) -> tuple[HoldReason | None, UUID]:
        """The report came with a person who was merged with this one: it keeps the id it had."""
        home = home_of(self._version.facts, moved)
        if home is None:
            return self._hold("report-number-reused")
        if hold_reused_number(self._version.facts, moved[home]):
            self._hold("report-number-reused")
            show(self._conn, self._person, home, warning="report-number-reused")
            return "report-number-reused", self._report
        return self._add(home)

    def _accepted(self) -> list[VersionFacts]:
        found = repository.versions_of(self._conn, self._person, self._report)
        return [version.facts for version in found if not version.held]

    def _sharing_the_number(self) -> dict[UUID, list[VersionFacts]]:
        """The reports under this number by id; more than one where an operator has judged so."""
        found: dict[UUID, list[VersionFacts]] = {}
        for report_id, version in repository.versions_of_key(self._conn, self._person, self._in.key.hash):
            if not version.held:
                found.setdefault(report_id, []).append(version.facts)
        companions = {showing.beside_id(report_id) for report_id in found}
        return {report_id: facts for report_id, facts in found.items() if report_id not in companions}

    def _begin(self, report_id: UUID, warnings: list[str]) -> tuple[None, UUID]:
        """The first version of a report. Several may be kept under one number only where one was judged."""
        version = self._of(report_id)
        repository.add_version(self._conn, self._person, report_id, version)
        if warnings:
            show(self._conn, self._person, report_id, *warnings)
        else:
            repository.put_report(
                self._conn, self._person, report_id, version, version.packed.body(0), warnings
            )
            announce(self._conn, self._person, report_id, version)
            note_repeat(self._conn, self._person, report_id, version)
        return None, report_id

    def _add(self, report_id: UUID) -> tuple[None, UUID]:
        repository.add_version(self._conn, self._person, report_id, self._of(report_id))
        show(self._conn, self._person, report_id)
        return None, report_id

    def _of(self, report_id: UUID) -> StoredVersion:
        """The version under a report's id; the ids of its parts follow from it."""
        if report_id == self._report:
            return self._version
        other = replace(self._in, mapped=self._in.remap(report_id))
        return as_stored(self._version.facts.version_id, other, self._version.facts.fingerprint)

    def _hold(self, reason: HoldReason) -> tuple[HoldReason, UUID]:
        held = replace(self._version, held=reason)
        repository.add_version(self._conn, self._person, self._report, held)
        return reason, self._report


def show(
    conn: Connection[Any],
    person_id: UUID,
    report_id: UUID,
    warning: str | None = None,
    *,
    look_again: bool = False,
) -> None:
    """Work out anew what is shown of a report, from all its versions.

    `look_again`: a version that somebody may have assessed says something else now, under the same id.
    """
    versions = {v.facts.version_id: v for v in repository.versions_of(conn, person_id, report_id)}
    accepted = [v.facts for v in versions.values() if not v.held]
    if not accepted:
        return
    before = set(repository.warnings_of(conn, person_id, report_id))
    warnings = sorted(before | ({warning} if warning else set()))
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
    announce(conn, person_id, report_id, main, warned=look_again or len(warnings) > len(before))


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
    note = showing.notice(
        showing.EARLIER_VERSION, report=showing.reference("DiagnosticReport", str(report_id))
    )
    body = showing.with_notices(version.packed.body(0), [note], None)
    repository.put_report(conn, person_id, companion_id, version, body, [showing.EARLIER_VERSION])
    return companion_id
