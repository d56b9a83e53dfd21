"""FHIR → a citizen's own results: the sampling date leads, each value in the laboratory's own words.

Pure functions. Nothing is judged here: outside the range is what the laboratory has marked (Volven 8244).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.citizen.results.lines import WITHDRAWN, ResultLine, referred, tree
from portal.citizen.results.remarks import Remark, remarks_of
from portal.clients import elements as fhir
from portal.clients.fhir import Bundle, resources
from portal.ui.dates import show_day, sort_key

Json = dict[str, Any]
_NILAR = "http://nhn.no/fhir/nilar/StructureDefinition/"
_TOLD = "http://akson.no/fhir/CodeSystem/results-told"


@dataclass
class Words:
    """A clinician's release: who, when, and what they wrote; `agreed`: shown before it was assessed."""

    by: str
    day: str
    comment: str
    agreed: bool


@dataclass
class OwnReport:
    """One report. Dates as `13.11.2026`; `status` is FHIR's, `field` the kind of examination.

    `changed_since`: the day the reader last saw an earlier version, empty when there was none. `preliminary`:
    the laboratory is not done, also where `status` says only that it was amended (7306 behind it).
    """

    id: str
    field_code: str
    field: str
    names: str
    sampled: str
    answered: str
    laboratory: str
    status: str
    lines: list[ResultLine]
    comments: list[str]
    has_marks: bool
    preliminary: bool = False
    remarks: list[Remark] = dataclasses.field(default_factory=list)
    words: list[Words] = dataclasses.field(default_factory=list)
    changed_since: str = ""


@dataclass
class Waiting:
    """Reports that are not shown yet: how many, why (`preliminary`, `class-2` …) and from when."""

    reason: str
    count: int
    earliest: str


def own_reports(bundle: Bundle) -> list[OwnReport]:
    """The reports of a search, newest sample first."""
    found = _index(bundle)
    reports = sorted(
        resources(bundle, "DiagnosticReport"), key=lambda one: sort_key(_sampled(one, found)), reverse=True
    )
    told = [_told(issue) for issue in _issues(bundle) if _system(issue) == _TOLD]
    return [_with_told(_report(report, found), told) for report in reports]


def waiting(bundle: Bundle) -> list[Waiting]:
    """What the service says of reports not released (OperationOutcome, code `suppressed`)."""
    return [_waiting(issue) for issue in _issues(bundle) if issue.get("code") == "suppressed"]


def replaced(bundle: Bundle) -> list[str]:
    """Days on which the reader saw a report whose newer version is not released."""
    told = [_told(issue) for issue in _issues(bundle) if _system(issue) == _TOLD]
    return [one.day for one in told if one.code == "changed-waits"]


@dataclass
class _Told:
    code: str
    report: str
    day: str
    by: str
    comment: str


def _issues(bundle: Bundle) -> Iterator[Json]:
    return (issue for outcome in resources(bundle, "OperationOutcome") for issue in outcome.get("issue", []))


def _system(issue: Json) -> str:
    return str(_first_coding(issue.get("details")).get("system", ""))


def _told(issue: Json) -> _Told:
    said = {str(one.get("url", "")).rpartition("-")[2]: one for one in issue.get("extension", [])}
    return _Told(
        code=str(_first_coding(issue.get("details")).get("code", "")),
        report=str(said.get("report", {}).get("valueId", "")),
        day=show_day(str(said.get("at", {}).get("valueDateTime", ""))),
        by=str(said.get("by", {}).get("valueString", "")),
        comment=str(said.get("comment", {}).get("valueString", "")),
    )


def _with_told(report: OwnReport, told: list[_Told]) -> OwnReport:
    for one in told:
        if one.report == report.id and one.code in ("released", "agreed"):
            report.words.append(Words(one.by, one.day, one.comment, one.code == "agreed"))
        elif one.report == report.id and one.code == "changed":
            report.changed_since = one.day
    return report


def _index(bundle: Bundle) -> dict[str, Json]:
    every = (entry.get("resource", {}) for entry in bundle.get("entry", []))
    return {f"{one.get('resourceType')}/{one.get('id')}": one for one in every}


def _sampled(report: Json, found: dict[str, Json]) -> str:
    """When the first specimen was taken; where none says so, the date that the report counts from."""
    taken = [
        str(specimen.get("collection", {}).get("collectedDateTime", ""))
        for specimen in referred(report.get("specimen"), found)
    ]
    known = sorted((one for one in taken if one), key=sort_key)
    return known[0] if known else str(report.get("effectiveDateTime", ""))


def _report(report: Json, found: dict[str, Json]) -> OwnReport:
    lines = tree(referred(report.get("result"), found), found)
    return OwnReport(
        id=str(report.get("id", "")),
        field_code=str(_first_coding(report.get("code")).get("code", "")),
        field=_concept(report.get("code")),
        names=", ".join(dict.fromkeys(line.name for line in lines if line.name)),
        sampled=show_day(_sampled(report, found)),
        answered=show_day(str(report.get("issued", ""))),
        laboratory=_laboratory(report, found),
        status="cancelled" if report.get("status") in WITHDRAWN else str(report.get("status", "")),
        lines=lines,
        comments=_comments(report),
        has_marks=any(line.mark for line in lines),
        preliminary=_preliminary(report),
        remarks=remarks_of(report, found),
    )


def _preliminary(report: Json) -> bool:
    own = [
        code
        for one in fhir.extensions(report, "report-status", fhir.OWN_BASE)
        for code in fhir.all_codes(one)
    ]
    sent = next((code.code for code in own if code.register == "7306"), "")
    return sent == "P" or (not sent and report.get("status") == "preliminary")


def _concept(concept: Json | None) -> str:
    """The text, else the first coding's text or code."""
    if not concept:
        return ""
    coding = _first_coding(concept)
    return str(concept.get("text") or coding.get("display") or coding.get("code") or "")


def _first_coding(concept: Json | None) -> Json:
    return ((concept or {}).get("coding") or [{}])[0]


def _laboratory(report: Json, found: dict[str, Json]) -> str:
    roles = referred(report.get("performer"), found)
    named = sorted(roles, key=lambda role: "identifier" not in role.get("organization", {}))
    return next(
        (str(r["organization"]["display"]) for r in named if r.get("organization", {}).get("display")), ""
    )


def _comments(report: Json) -> list[str]:
    own = (one for one in report.get("extension", []) if one.get("url") == f"{_NILAR}nilar-comment")
    texts = (
        one.get("valueAnnotation", {}).get("text") or _concept(one.get("valueCodeableConcept")) for one in own
    )
    return [str(text) for text in texts if text]


def _waiting(issue: Json) -> Waiting:
    values = {str(one.get("url", "")).rsplit("/", 1)[-1]: one for one in issue.get("extension", [])}
    return Waiting(
        reason=str(_first_coding(issue.get("details")).get("code", "")),
        count=int(values.get("results-waiting-count", {}).get("valueInteger", 0)),
        earliest=show_day(str(values.get("results-waiting-earliest", {}).get("valueDateTime", ""))),
    )
