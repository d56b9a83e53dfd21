"""FHIR Bundles joined from stored bytes: nothing of a resource is parsed on its way out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from kit.ids import NationalId
from results_service.reports.stored import Outline

Mode = Literal["match", "include"]
_WITHOUT_SUBJECT = "PractitionerRole"
_END = {"match": b',"search":{"mode":"match"}},', "include": b',"search":{"mode":"include"}},'}
_TAG_BYTES = 16


class BundleWriter:
    """Collects the entries of one answer about one person.

    `base` is the configured FHIR base; `subject` is spliced into every resource from the request's number,
    by identifier alone (no display name). `counts` entries by kind, `reports` the reports' ids in order.
    """

    def __init__(self, base: str, subject: NationalId) -> None:
        self.base = base
        self.counts: dict[str, int] = {}
        self.reports: list[str] = []
        self._subject = msgspec.json.encode(
            {"subject": {"identifier": {"system": subject.oid, "value": subject.value}}}
        )[:-1]
        self._frames: dict[str, tuple[bytes, bytes]] = {}
        self._parts: list[bytes] = []  # of all entries, each with a comma behind it
        self._hash = hashlib.sha256()

    @property
    def etag(self) -> str:
        """A weak entity tag of all that was stamped (RFC 9110 8.8.1); never made of the person's number."""
        return f'W/"{base64.urlsafe_b64encode(self._hash.digest()[:_TAG_BYTES]).decode().rstrip("=")}"'

    def stamp(self, data: bytes) -> None:
        """Something that the answer is made of: when it changes, the entity tag does."""
        self._hash.update(data)

    def add(self, kind: str, identifier: str, body: bytes, mode: Mode) -> None:
        """A resource of the search; `body` is its stored JSON object."""
        self._add(kind, identifier.encode(), body, _END[mode])
        if kind == "DiagnosticReport":
            self.reports.append(identifier)

    def add_reports(self, reports: Sequence[tuple[str, bytes]]) -> None:
        """DiagnosticReports that match, by id and stored JSON object: `add` for a page of them."""
        if not reports:
            return
        before, behind = self._counted("DiagnosticReport", len(reports))
        end = _END["match"]
        self._parts += [
            part
            for identifier, body in reports
            for part in (before, identifier.encode(), behind, body[1:], end)
        ]
        self.reports += [identifier for identifier, _ in reports]

    def add_others(self, opened: Outline, places: Sequence[int]) -> None:
        """Resources of one report that go with a match."""
        shape, end = opened.shape.places, _END["include"]
        for place in places:
            self._add(shape[place].kind, opened.id(place), opened.body(place), end)

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
        self._add(kind, identifier.encode(), body, b"," + msgspec.json.encode(end)[1:] + b",")

    def add_outcome(self, issues: Sequence[dict[str, Any]]) -> None:
        """Something to know about the answer that is no match."""
        outcome = {
            "resource": {"resourceType": "OperationOutcome", "issue": issues},
            "search": {"mode": "outcome"},
        }
        entry = msgspec.json.encode(outcome)
        self.stamp(entry)
        self._parts += (entry, b",")

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
        encoded = msgspec.json.encode(head)
        self.stamp(encoded)
        if not self._parts:  # FHIR forbids empty arrays
            return encoded
        self._parts[-1] = self._parts[-1][:-1]  # no comma behind the last
        return b"".join((encoded[:-1], b',"entry":[', *self._parts, b"]}"))

    def _add(self, kind: str, identifier: bytes, body: bytes, end: bytes) -> None:
        before, behind = self._counted(kind, 1)
        self._parts += (before, identifier, behind, body[1:], end)

    def _counted(self, kind: str, more: int) -> tuple[bytes, bytes]:
        """What stands around the ids of a kind, of which there are so many more now."""
        frame = self._frames.get(kind)
        if frame is None:
            frame = self._frames[kind] = self._frame(kind)
            self.counts[kind] = 0
        self.counts[kind] += more
        return frame

    def _frame(self, kind: str) -> tuple[bytes, bytes]:
        """What stands before and behind the id, up to the resource's own first member."""
        subject = b"{" if kind == _WITHOUT_SUBJECT else self._subject + b","
        return f'{{"fullUrl":"{self.base}/{kind}/'.encode(), b'","resource":' + subject
