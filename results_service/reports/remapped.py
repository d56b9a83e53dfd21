"""A stored version in the form that today's mapping gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from kit.ids import new_id
from results_service.reports import repository
from results_service.reports.fhir import MappedReport
from results_service.reports.incoming import is_preliminary
from results_service.reports.models import StoredVersion
from results_service.reports.packing import index, items_of
from results_service.reports.placing import show
from results_service.reports.said import say_the_same
from results_service.reports.svarrapport import Message

REMAPPED = "remapped"  # why a replaced version is held


def replace_version(
    conn: Connection[Any],
    person_id: UUID,
    report_id: UUID,
    message_id: UUID,
    message: Message,
    mapped: MappedReport,
) -> bool:
    """Store `mapped` in place of what the message's version holds; False when that is the same, or not there.

    The transaction serves the person. The version keeps its id; the former one stays, held, under another.
    What says something else than it did is to be looked at again by who had assessed it.
    """
    found = _version_of(conn, person_id, report_id, message_id)
    if found is None:
        return False
    repository.claim_key(conn, found.key_hash, person_id)  # as a message of this report would: one at a time
    old = _version_of(conn, person_id, report_id, message_id)
    if old is None:
        return False
    packed, preliminary = index(mapped), is_preliminary(message, mapped)
    told = (old.release_class, old.preliminary)
    if told == (mapped.release_class, preliminary) and old.packed.bodies == packed.bodies:
        return False
    new = replace(
        old,
        facts=replace(old.facts, items=items_of(packed)),
        release_class=mapped.release_class,
        preliminary=preliminary,
        packed=packed,
    )
    version_id, former = old.facts.version_id, new_id()
    repository.set_aside(conn, person_id, report_id, version_id, former, REMAPPED)
    repository.add_version(conn, person_id, report_id, new)
    repository.keep_received(conn, person_id, report_id, version_id, former)
    show(conn, person_id, report_id, look_again=not say_the_same(old.packed, packed))
    return True


def _version_of(
    conn: Connection[Any], person_id: UUID, report_id: UUID, message_id: UUID
) -> StoredVersion | None:
    """The version that a message made, unless it is held."""
    versions = repository.versions_of(conn, person_id, report_id)
    return next((v for v in versions if v.message_id == message_id and v.held is None), None)
