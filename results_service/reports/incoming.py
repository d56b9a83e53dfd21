"""One message's report on its way into the store, and the version it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

from kit.norway import OSLO
from results_service.reports.fhir import MappedReport
from results_service.reports.models import StoredVersion
from results_service.reports.packing import index, items_of
from results_service.reports.svarrapport import Message
from results_service.reports.versions import ReportKey, VersionFacts, short_hash


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message's report, ready to be stored.

    `message_id` is the intake record's id, `fingerprint` what copies have in common. `remap` maps the message
    under another report's id. `judgement`: what an operator judged of it, a code of `judgements`. `is_part`:
    others came in the same message, so that its MsgId is not its own.
    """

    person_id: UUID
    key: ReportKey
    message: Message
    mapped: MappedReport
    message_id: UUID
    fingerprint: bytes
    remap: Callable[[UUID], MappedReport]
    judgement: str | None = None
    is_part: bool = False

    @property
    def message_hash(self) -> bytes:
        """What copies of the message have in common by name; of a part, by its report's number too."""
        names = (self.message.msg_id, self.message.serv_prov_id) if self.is_part else (self.message.msg_id,)
        return short_hash(self.key.sender, *names)

    @property
    def report_id(self) -> UUID:
        """The report's id, the same for all its versions."""
        return self.key.report_id(self.person_id)

    @property
    def report_of_its_own(self) -> UUID:
        """Its id where an operator judged that the number stands for another report."""
        return uuid5(self.report_id, f"another:{self.message_id}")


def as_stored(version_id: UUID, incoming: Incoming, fingerprint: bytes) -> StoredVersion:
    """The version a message becomes."""
    message, mapped = incoming.message, incoming.mapped
    packed = index(mapped)
    sampled = message.sampling_dates
    facts = VersionFacts(
        version_id=version_id,
        generated=message.gen_date,
        serv_type=message.serv_type,
        status=message.status,
        fingerprint=fingerprint,
        sampled=sampled[0].at.astimezone(OSLO).date() if sampled else None,
        requisitions=frozenset(message.requisition_ids),
        report_date=message.issue.text if message.issue else None,
        items=items_of(packed),
    )
    preliminary = is_preliminary(message, mapped)
    return StoredVersion(
        facts=facts,
        message_id=incoming.message_id,
        key_hash=incoming.key.hash,
        release_class=mapped.release_class,
        preliminary=preliminary,
        held=None,
        packed=packed,
        source=incoming.key.sender or None,
    )


def is_preliminary(message: Message, mapped: MappedReport) -> bool:
    """Whether anything in the report still is preliminary: the citizen then waits (clinical rule 4)."""
    if message.serv_type == "C":
        return False
    return message.status in ("P", "S") or any(
        r.kind == "Observation" and r.status == "preliminary" for r in mapped.resources
    )
