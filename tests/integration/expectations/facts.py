"""What a mapped report says, in the words of the expectations (README.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.intake.guard import find_message, read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.fhir.model import MappedReport
from results_service.reports.svarrapport import Message, read_message
from tests.shared import SHARED

Json = dict[str, Any]

HERE = Path(__file__).parent
REPORT_ID: UUID = new_id()
INVESTIGATIONS = ("7280", "7230", "7270", "8219", "8212")
RESULT_CODES = ("8271", "7010")
UNTYPED = "(untyped)"
ONLY_A_PERSON = "(person)"


def expectations() -> dict[str, Json]:
    """Every expected message by its path; all values are strings, so that 11.0 keeps its digits."""
    found: dict[str, Json] = {}
    for path in sorted(HERE.glob("*.yaml")):
        text = path.read_text("utf-8")
        found.update(yaml.load(text, Loader=yaml.BaseLoader))  # noqa: S506 - makes nothing but strings
    return found


@cache
def nlk() -> CodeBook:
    """The whole laboratory code set."""
    assert SHARED is not None
    return CodeBook.from_nlk_csv(SHARED / "codes" / "nlk_7280.csv")


def read(name: str) -> tuple[Message, list[str]]:
    """A real message by its path below svarrapport, with the codes of what the reading noted."""
    assert SHARED is not None
    root = find_message(read_bytes((SHARED / "testdata" / "svarrapport" / name).read_bytes()))
    found = read_message(root)
    assert found.message is not None
    return found.message, [issue.code for issue in found.issues]


def decode(body: bytes) -> Json:
    """JSON with every number as the text that was sent."""
    found: Json = json.loads(body, parse_float=str, parse_int=str)
    return found


class Facts:
    """A mapped report, looked at from outside: only its JSON counts."""

    def __init__(
        self, resources: Sequence[Json], warnings: Iterable[str], release: int | None = None
    ) -> None:
        """`resources` with numbers as text, in the order of the message; `release` None where nobody says."""
        self.resources = list(resources)
        self.release = release
        self.warnings = sorted(set(warnings))
        self.by_reference = {f"{r['resourceType']}/{r['id']}": r for r in self.resources}
        self.observations = self.of("Observation")
        self.parents = {
            member["reference"]: str(number)
            for number, above in enumerate(self.observations, 1)
            for member in above.get("hasMember", [])
        }

    @classmethod
    def of_message(cls, name: str) -> Facts:
        """Guard, read and map one message."""
        message, noted = read(name)
        mapped = map_report(message, REPORT_ID, nlk())
        return cls.of_mapped(mapped, [*noted, *(issue.code for issue in mapped.issues)])

    @classmethod
    def of_mapped(cls, mapped: MappedReport, warnings: Iterable[str] = ()) -> Facts:
        """What the mapping hands on."""
        return cls([decode(r.body) for r in mapped.resources], warnings, mapped.release_class)

    def of(self, kind: str) -> list[Json]:
        """The resources of one kind, in the order of the message."""
        return [r for r in self.resources if r["resourceType"] == kind]

    def report(self) -> Json:
        """The facts of the DiagnosticReport."""
        (report,) = self.of("DiagnosticReport")
        said = texts(report, "nilar-comment")
        left_out = [text for text in said if "dokument" in text and "utelatt" in text]
        found: Json = {
            "status": report["status"],
            "codes": codes_behind(report),
            "issued": report["issued"],
            "report_date": dated(report, "nilar-report-date"),
            "effective": report["effectiveDateTime"],
            "approved": dated(report, "nilar-approval-date"),
            "kind": report["code"]["coding"][0].get("code"),
            "category": report["category"][0]["coding"][0]["code"],
            "requester": self.requester(report),
            "release": str(self.release) if self.release else None,
            "test": "true" if labelled_test(report) else None,
            "documents": left_out[0].split()[0] if left_out else None,
            "comments": [text for text in said if text not in left_out],
            "specimens": str(len(report["specimen"])) if "specimen" in report else None,
            "requisition": self.requisition(),
            "warnings": self.warnings,
        }
        return {key: value for key, value in found.items() if value not in (None, [])} | {
            "warnings": self.warnings
        }

    def requester(self, report: Json) -> str | None:
        """Who asked, as the report's requisition says."""
        if "basedOn" not in report:
            return None
        asked = self.by_reference[report["basedOn"][0]["reference"]]["requester"]
        if "reference" not in asked:
            return str(asked["display"])
        role = self.by_reference[asked["reference"]]
        return str(role.get("organization", {}).get("display", ONLY_A_PERSON))

    def requisition(self) -> list[str]:
        """The ids of the requisition."""
        return [i["value"] for request in self.of("ServiceRequest") for i in request.get("identifier", [])]

    def item(self, number: int) -> Json:
        """The facts of one result, counted from 1."""
        result = self.observations[number - 1]
        found = self._about(result) | _quantity(result.get("valueQuantity", {})) | _words(result)
        return {key: value for key, value in found.items() if value not in (None, [], "")}

    def _about(self, result: Json) -> Json:
        category = result.get("category", [{"coding": [{}]}])[0]["coding"][0].get("code")
        flags = [c["code"] for concept in result.get("interpretation", []) for c in concept["coding"]]
        ranges = [r.get("text") for r in result.get("referenceRange", [])]
        return {
            "code": " ".join(known(result["code"].get("coding", []), INVESTIGATIONS)),
            "name": result["code"].get("text"),
            "status": result["status"],
            "field": category,
            "flag": " ".join(flags),
            "ref": " / ".join(ranges),
            "method": " ".join(c["code"] for c in result.get("method", {}).get("coding", [])),
            "parent": self.parents.get(f"Observation/{result['id']}"),
            "history": "true" if extension(result, "nilar-history") else None,
            "specimen": self._specimen(result),
            "notes": [note["text"] for note in result.get("note", [])],
            "effective": result["effectiveDateTime"],
            "values": " ".join(key for key in result if key.startswith("value")),
        }

    def _specimen(self, result: Json) -> str | None:
        if "specimen" not in result:
            return None
        kind = self.by_reference[result["specimen"]["reference"]].get("type", {})
        codes = [c["code"] for c in kind.get("coding", []) if "code" in c]
        return str(codes[0] if codes else kind.get("text", UNTYPED))


def _quantity(quantity: Json) -> Json:
    ucum = quantity.get("code") if quantity.get("system") == "http://unitsofmeasure.org" else None
    return {
        "value": quantity.get("value"),
        "comparator": quantity.get("comparator"),
        "unit": quantity.get("unit"),
        "ucum": ucum,
    }


def _words(result: Json) -> Json:
    concept = result.get("valueCodeableConcept", {})
    codings = concept.get("coding", [])
    heading = [c for c in codings if number_of(c.get("system", "")) not in RESULT_CODES]
    unit = extension(result, "text-result-unit")
    return {
        "heading": " ".join(c["code"] for c in heading),
        "text": concept.get("text"),
        "coded": known(codings, RESULT_CODES),
        "text_unit": unit[0]["valueString"] if unit else None,
    }


def number_of(system: str) -> str:
    """The number of a code set: 7280 of `…/no-kodeverk-7280-nlk` or `urn:oid:….7280`."""
    match = re.search(r"no-kodeverk-(\d{4})|urn:oid:.*\.(\d{4})$", system)
    return (match[1] or match[2]) if match else ""


def known(codings: list[Json], sets: tuple[str, ...]) -> list[str]:
    """`7280:NPU06061` for every coding of the sets."""
    numbered = [(number_of(c.get("system", "")), c.get("code", "")) for c in codings]
    return [f"{number}:{code}" for number, code in numbered if number in sets]


def extension(resource: Json, ending: str) -> list[Json]:
    """The extensions whose URL ends so."""
    return [e for e in resource.get("extension", []) if e["url"].endswith("/" + ending)]


def texts(resource: Json, ending: str) -> list[str]:
    """The annotations of an extension."""
    return [e["valueAnnotation"]["text"] for e in extension(resource, ending) if "valueAnnotation" in e]


def dated(resource: Json, ending: str) -> str | None:
    """The date of an extension."""
    found = extension(resource, ending)
    return str(found[0]["valueDateTime"]) if found else None


def codes_behind(report: Json) -> str:
    """`F/N`: the two codes as sent."""
    inner = {e["url"]: e["valueCoding"]["code"] for e in extension(report, "report-status")[0]["extension"]}
    return f"{inner['status']}/{inner['type']}"


def labelled_test(report: Json) -> bool:
    """Whether the report is marked as a test."""
    return any(label["code"] == "HTEST" for label in report["meta"].get("security", []))
