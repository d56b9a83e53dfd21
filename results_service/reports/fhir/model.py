"""What the mapping hands on: finished FHIR R4 resources with the values they are found by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from results_service.reports.svarrapport.model import Issue

ResourceKind = Literal["DiagnosticReport", "Observation", "ServiceRequest", "Specimen", "PractitionerRole"]
ReleaseClass = Literal[1, 2, 3, 4]


class MappedResource(Struct, frozen=True, gc=False):
    """One resource. `body` is a JSON object that begins `{"resourceType":` and holds no `subject`.

    `codes` are the resource's own codes, `tags` those of its whole tree (meta.tag), both as "system|code".
    `effective` and `issued` are aware. `references`: search parameter (`specimen`, `has-member` …) → what it
    points at, as "Specimen/<id>"; None where nobody has worked it out.
    """

    kind: ResourceKind
    id: str
    body: bytes
    codes: list[str] = []
    tags: list[str] = []
    category: str | None = None
    status: str | None = None
    effective: datetime | None = None
    issued: datetime | None = None
    references: Mapping[str, list[str]] | None = None

    def __repr__(self) -> str:
        return f"MappedResource({self.kind}, {self.id})"


class MappedReport(Struct, frozen=True, gc=False):
    """A whole report: `resources` begin with the DiagnosticReport; `unmapped` are paths that found no place.

    `release_class` says when the citizen may see it: 1 at once, 2 after review or 14 days, 3 only when
    released, 4 not electronically (clinical rule 4).
    """

    resources: list[MappedResource]
    release_class: ReleaseClass
    unmapped: list[str]
    issues: list[Issue]
