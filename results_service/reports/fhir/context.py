"""What the builders of one report share: ids, codes, roles, and what they find on the way."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec

from results_service.codes import CodeBook
from results_service.codes.systems import LOCAL, NLK, NLK_MISTAKEN
from results_service.reports.fhir import names
from results_service.reports.fhir.build import Json, coding
from results_service.reports.fhir.model import MappedResource, ResourceKind
from results_service.reports.svarrapport.model import Issue, Message
from results_service.reports.svarrapport.parts import Code
from results_service.reports.svarrapport.rules import issue

_NUMBER_LENGTH = 11  # fødselsnummer, D-nummer, FH-nummer
encode = msgspec.json.Encoder().encode


class Context:
    """One mapping: the message, the report's id, the code book, and the resources made so far."""

    def __init__(self, message: Message, report_id: UUID, codes: CodeBook) -> None:
        self.message = message
        self.report_id = report_id
        self.codes = codes
        self.issues: list[Issue] = []
        self.unmapped: list[str] = list(message.unmapped)
        self.report_reference = {"reference": f"DiagnosticReport/{report_id}"}
        self.request_reference: Json | None = None
        self._mistaken = False
        number = message.patient.number
        self._number = number.encode() if len(number) == _NUMBER_LENGTH else None
        self._number_found = False

    def new_id(self, kind: ResourceKind, key: str) -> UUID:
        """The id of a part of the report: the same in every version of it."""
        return uuid5(self.report_id, f"{kind}:{key}")

    def meta(self, kind: ResourceKind, tags: list[Json] | None = None) -> Json:
        """Profile, search tags and the TEST label."""
        meta: Json = {"profile": [names.PROFILES[kind]]}
        if self.message.test:
            meta["security"] = [names.TEST_LABEL]
        if tags:
            meta["tag"] = tags
        return meta

    def note(self, code: str, path: str, line: int | None = None) -> None:
        """Add the issue of a rule."""
        self.issues.append(issue(code, path, line))

    def system_of(self, code: Code, path: str, line: int | None) -> str:
        """The OID a code belongs to: 7230 counts as NLK where NLK has the code (clinical rule 10)."""
        if code.system != NLK_MISTAKEN or self.codes.find(NLK, code.value) is None:
            return code.system
        if not self._mistaken:
            self._mistaken = True
            self.note("code-system-7230", path, line)
        return NLK

    def investigation(self, code: Code, path: str, line: int | None) -> Json:
        """The Coding of an investigation; without a display name the book's."""
        oid = self.system_of(code, path, line)
        json = coding(code, oid)
        if oid == LOCAL and code.original:
            json["display"] = code.original
        elif "display" not in json:
            info = self.codes.find(oid, code.value)
            if info is not None:
                json["display"] = info.name
        return json

    def resource(self, kind: ResourceKind, resource_id: UUID, parts: Json, **found: object) -> MappedResource:
        """Serialise once: `parts` without resourceType and id; the patient's number is masked throughout."""
        body = encode({"resourceType": kind, "id": str(resource_id), **parts})
        if self._number is not None and self._number in body:
            body = body.replace(self._number, b"*" * _NUMBER_LENGTH)
            if not self._number_found:
                self._number_found = True
                self.note("national-id-in-text", "ServReport")
        return MappedResource(kind, resource_id, body, **found)  # type: ignore[arg-type]
