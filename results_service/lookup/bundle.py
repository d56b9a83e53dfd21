"""FHIR Bundles joined from stored bytes: nothing of a resource is parsed on its way out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from kit.ids import NationalId
from results_service.lookup.graph import Reached
from results_service.reports.stored import Outline

Mode = Literal["match", "include"]
_WITHOUT_SUBJECT = "PractitionerRole"
_END = {"match": b',"search":{"mode":"match"}},', "include": b',"search":{"mode":"include"}},'}
_TAG_BYTES = 16


class Answer(NamedTuple):
    """A Bundle and its weak entity tag (RFC 9110 8.8.1); never made of the person's number."""

    body: bytes
    etag: str


class BundleWriter:
    """Collects the entries of one answer about one person.

    `base` is the configured FHIR base; `subject` is spliced into every resource from the request's number,
    by identifier alone (no display name). `counts` entries by kind, `reports` the reports' ids in order: both
    are complete before the answer is joined, which is the greater part of the work.
    """

    def __init__(self, base: str, subject: NationalId) -> None:
        self.base = base
        self.counts: dict[str, int] = {}
        self.reports: list[str] = []
        self._subject = msgspec.json.encode(
            {"subject": {"identifier": {"system": subject.oid, "value": subject.value}}}
        )[:-1]
        self._frames: dict[str, tuple[bytes, bytes]] = {}
        self._parts: list[bytes] = []  # of entries, each with a comma behind it
        self._chunks: list[Callable[[], list[bytes]]] = [self._parts.copy]
        self._stamps: list[bytes] = []
        self._head = b""
        self._answer: Answer | None = None

    def stamp(self, *data: bytes) -> None:
        """Something that the answer is made of: when it changes, the entity tag does."""
        self._stamps += data

    def add(self, kind: str, identifier: str, body: bytes, mode: Mode) -> None:
        """A resource of the search; `body` is its stored JSON object."""
        self._add(kind, identifier.encode(), body, _END[mode])
        if kind == "DiagnosticReport":
            self.reports.append(identifier)

    def add_reports(self, ids: Sequence[str], bodies: Callable[[], Sequence[bytes]]) -> None:
        """DiagnosticReports that match: `add` for a page of them. `bodies` is asked when they are joined."""
        if not ids:
            return
        frame = self._counted("DiagnosticReport", len(ids))
        self.reports += ids
        self._later(partial(_reports, frame, ids, bodies))

    def add_others(self, opened: Sequence[tuple[Outline, Reached]]) -> None:
        """Resources that go with a match, of each report its own."""
        for _, reached in opened:
            for kind, count in reached.counts.items():
                self._counted(kind, count)
        self._later(partial(_others, self._frames, opened))

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
    ) -> None:
        """All entries are there; what stands before them."""
        head = {
            "resourceType": "Bundle",
            "type": kind,
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links],
        }
        self._head = msgspec.json.encode(head)
        self.stamp(self._head)

    def joined(self) -> Answer:
        """The finished Bundle; joined once."""
        if self._answer is None:
            self._answer = Answer(self._body(), self._etag())
        return self._answer

    def _body(self) -> bytes:
        parts = [part for chunk in self._chunks for part in chunk()]
        if not parts:  # FHIR forbids empty arrays
            return self._head
        parts[-1] = parts[-1][:-1]  # no comma behind the last
        return b"".join((self._head[:-1], b',"entry":[', *parts, b"]}"))

    def _etag(self) -> str:
        digest = hashlib.sha256(b"".join(self._stamps)).digest()
        return f'W/"{base64.urlsafe_b64encode(digest[:_TAG_BYTES]).decode().rstrip("=")}"'

    def _later(self, chunk: Callable[[], list[bytes]]) -> None:
        """Entries whose parts are made when the answer is joined, behind those there are."""
        self._parts = []
        self._chunks += (chunk, self._parts.copy)

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


def _reports(
    frame: tuple[bytes, bytes], ids: Sequence[str], bodies: Callable[[], Sequence[bytes]]
) -> list[bytes]:
    before, behind = ([part] * len(ids) for part in frame)
    members = [body[1:] for body in bodies()]
    return _woven(before, behind, [own.encode() for own in ids], members, _END["match"])


def _others(frames: dict[str, tuple[bytes, bytes]], opened: Sequence[tuple[Outline, Reached]]) -> list[bytes]:
    around: dict[Reached, tuple[list[bytes], list[bytes]]] = {}
    parts: list[bytes] = []
    for outline, reached in opened:
        if (known := around.get(reached)) is None:  # most reports of a person have one of a few shapes
            known = around[reached] = (
                [frames[kind][0] for kind in reached.kinds],
                [frames[kind][1] for kind in reached.kinds],
            )
        before, behind = known
        ids, members = outline.identifiers(reached.places), outline.members(reached.places)
        parts += _woven(before, behind, ids, members, _END["include"])
    return parts


def _woven(
    before: list[bytes] | bytes,
    behind: list[bytes] | bytes,
    ids: list[bytes],
    members: list[bytes],
    end: bytes,
) -> list[bytes]:
    """The parts of many entries in a row, laid a column at a time: one step of Python for all of a column."""
    count = len(ids)
    parts = [end] * (5 * count)
    parts[0::5] = [before] * count if isinstance(before, bytes) else before
    parts[1::5] = ids
    parts[2::5] = [behind] * count if isinstance(behind, bytes) else behind
    parts[3::5] = members
    return parts
