"""What the builders of one report share: ids, codes, roles, and what they find on the way."""

from __future__ import annotations

import re
from hashlib import sha1
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Raw

from kit.ids import written
from results_service.codes import CodeBook
from results_service.codes.systems import LOCAL, NLK, NLK_MISTAKEN
from results_service.reports.fhir import names
from results_service.reports.fhir.build import Json, coding, own_extension
from results_service.reports.fhir.model import MappedResource, ResourceKind
from results_service.reports.svarrapport.model import Issue, Message
from results_service.reports.svarrapport.parts import Code
from results_service.reports.svarrapport.rules import issue

_NUMBER_LENGTH = 11  # fødselsnummer, D-nummer, FH-nummer
_BIRTH_LENGTH = 6  # behind which people leave a space when they write one
_PROFILES = {kind: [profile] for kind, profile in names.PROFILES.items()}
# The two bits that say which kind of UUID it is (RFC 9562, 4.1), as they change a hexadecimal digit.
_VARIANT = {f"{digit:x}": f"{digit & 3 | 8:x}" for digit in range(16)}
# Element → search parameter (FHIR R4) of the references that a look-up follows.
_LINKS = {
    "result": "result",
    "specimen": "specimen",
    "basedOn": "based-on",
    "performer": "performer",
    "hasMember": "has-member",
    "requester": "requester",
}
encode = msgspec.json.Encoder().encode
_IS_MASKED = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    ]
}


class Context:
    """One mapping: the message, the report's id, the code book, and the resources made so far."""

    def __init__(self, message: Message, report_id: UUID, codes: CodeBook) -> None:
        self.message = message
        self.report_id = str(report_id)
        self._namespace = report_id.bytes
        self._new_ids: dict[str, str] = {}
        self.codes = codes
        self.issues: list[Issue] = []
        self.unmapped: list[str] = list(message.unmapped)
        self.report_reference = {"reference": f"DiagnosticReport/{report_id}"}
        self.request_reference: Json | None = None
        self._mistaken = False
        number = message.patient.number
        self._number = number if len(number) == _NUMBER_LENGTH else None
        self._birth = number[:_BIRTH_LENGTH].encode()
        self._number_found = False

    def new_id(self, kind: ResourceKind, key: str) -> str:
        """The id of a part of the report: the same in every version of it (UUID version 5, RFC 9562)."""
        name = f"{kind}:{key}"
        known = self._new_ids.get(name)
        if known is None:
            digest = sha1(self._namespace + name.encode(), usedforsecurity=False).hexdigest()
            variant = _VARIANT[digest[16]]
            known = f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
            self._new_ids[name] = known
        return known

    def meta(self, kind: ResourceKind, tags: list[Json] | None = None) -> Json:
        """Profile, search tags and the TEST label."""
        meta: Json = {"profile": _PROFILES[kind]}
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
        """The Coding of an investigation; without a display name the book's, a local one by its own words."""
        oid = self.system_of(code, path, line)
        json = coding(code, oid, beside=code.original if oid == LOCAL else "")
        if oid == LOCAL and code.original:
            json["display"] = code.original
            if code.display not in ("", code.original):
                json["extension"] = [own_extension("display-name", "String", code.display)]
        elif "display" not in json:
            info = self.codes.find(oid, code.value)
            if info is not None:
                json["display"] = info.name
        return json

    def resource(self, kind: ResourceKind, resource_id: str, parts: Json, **found: object) -> MappedResource:
        """Serialise once: `parts` without resourceType and id; the patient's number is masked throughout."""
        body = encode({"resourceType": kind, "id": resource_id, **parts})
        if self._number is not None and self._birth in body:
            masked = encode(
                {"resourceType": kind, "id": resource_id, **_masked(parts, written(self._number))}
            )
            if masked != body and not self._number_found:
                self._number_found = True
                self.note("national-id-in-text", "ServReport")
            body = masked
        return MappedResource(kind, resource_id, body, references=_references(parts), **found)  # type: ignore[arg-type]


def _masked(json: Any, number: re.Pattern[str]) -> Any:
    """The same without the number: asterisks in a text, and a value that is or holds it told as masked
    (FHIR R4 JSON, extension of a primitive; data-absent-reason)."""
    if isinstance(json, str):
        return number.sub("*" * _NUMBER_LENGTH, json)
    if isinstance(json, list):
        return [_masked(one, number) for one in json]
    if not isinstance(json, dict):
        return json
    found: Json = {}
    for name, value in json.items():
        if isinstance(value, Raw) and number.search(bytes(value).decode()):
            found[f"_{name}"] = _IS_MASKED
        else:
            found[name] = _masked(value, number)
    return found


def _references(parts: Json) -> dict[str, list[str]]:
    """What a resource points at, by the names of the search parameters."""
    found = {
        parameter: [json["reference"] for json in _every(parts[name]) if "reference" in json]
        for name, parameter in _LINKS.items()
        if name in parts
    }
    collector = parts.get("collection", {}).get("collector")
    if collector is not None:
        found["collector"] = [collector["reference"]]
    return found


def _every(value: Any) -> list[Json]:
    return value if isinstance(value, list) else [value]
