"""FHIR Bundles joined from stored bytes: nothing of a resource is parsed on its way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from kit.ids import NationalId

Mode = Literal["match", "include"]
_WITHOUT_SUBJECT = "PractitionerRole"
_END = {"match": b',"search":{"mode":"match"}}', "include": b',"search":{"mode":"include"}}'}


class BundleWriter:
    """Collects the entries of one answer about one person.

    `base` is the configured FHIR base; `subject` is spliced into every resource from the request's number,
    by identifier alone (no display name). `counts` are entries by kind, `reports` the reports in order.
    """

    def __init__(self, base: str, subject: NationalId) -> None:
        self.base = base
        self.counts: dict[str, int] = {}
        self.reports: list[UUID] = []
        self._subject = msgspec.json.encode(
            {"subject": {"identifier": {"system": subject.oid, "value": subject.value}}}
        )[:-1]
        self._entries: list[bytes] = []

    def add(self, kind: str, identifier: str, body: bytes, mode: Mode) -> None:
        """A resource of the search; `body` is its stored JSON object."""
        self._add(kind, identifier, body, _END[mode])
        if kind == "DiagnosticReport":
            self.reports.append(UUID(identifier))

    def add_version(
        self, kind: str, identifier: str, body: bytes, version_id: str, modified: datetime
    ) -> None:
        """A resource of a history (FHIR R4, http, history): what was put, and when."""
        end = {
            "request": {"method": "PUT", "url": f"{kind}/{identifier}"},
            "response": {
                "status": "200",
                "etag": f'W/"{version_id}"',
                "lastModified": modified.isoformat(timespec="milliseconds"),
            },
        }
        self._add(kind, identifier, body, b"," + msgspec.json.encode(end)[1:])

    def add_outcome(self, issues: Sequence[dict[str, Any]]) -> None:
        """Something to know about the answer that is no match."""
        outcome = {
            "resource": {"resourceType": "OperationOutcome", "issue": issues},
            "search": {"mode": "outcome"},
        }
        self._entries.append(msgspec.json.encode(outcome))

    def finish(
        self, kind: Literal["searchset", "history"], total: int, links: Sequence[tuple[str, str]]
    ) -> bytes:
        """The Bundle."""
        head = {
            "resourceType": "Bundle",
            "type": kind,
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links],
        }
        if not self._entries:  # FHIR forbids empty arrays
            return msgspec.json.encode(head)
        return b"".join((msgspec.json.encode(head)[:-1], b',"entry":[', b",".join(self._entries), b"]}"))

    def _add(self, kind: str, identifier: str, body: bytes, end: bytes) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        start = f'{{"fullUrl":"{self.base}/{kind}/{identifier}","resource":'.encode()
        if kind == _WITHOUT_SUBJECT:
            self._entries.append(start + body + end)
        else:
            self._entries.append(b"".join((start, self._subject, b",", body[1:], end)))
