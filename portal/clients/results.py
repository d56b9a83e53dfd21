"""The results service, for one person's results on one basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.clients.fhir import Bundle, FhirClient


class ResultsClient:
    """Look-ups in one person's results; who, on what basis and why are fixed when it is made."""

    def __init__(self, fhir: FhirClient, headers: Mapping[str, str]) -> None:
        self._fhir = fhir
        self._headers = dict(headers)

    async def search(self, resource: str, params: Sequence[tuple[str, str]]) -> Bundle:
        """Search `DiagnosticReport`, `Observation`, ... with FHIR parameters. Raises `ServiceProblem`."""
        return await self._fhir.search(resource, params, self._headers)

    async def history(self, report_id: str, params: Sequence[tuple[str, str]] = ()) -> Bundle:
        """A report's versions, newest first, with what `params` (`_include`) add. Raises `ServiceProblem`."""
        return await self._fhir.history("DiagnosticReport", report_id, self._headers, params)

    async def release_state(self, report_id: str) -> dict[str, Any]:
        """Whether the person sees a report, and by whom (FHIR Parameters). Raises `ServiceProblem`."""
        path = f"DiagnosticReport/{report_id}/$release-state"
        return await self._fhir.write("POST", path, self._headers)

    async def release(self, report_id: str, comment: str, *, agreed: bool) -> dict[str, Any]:
        """Release a report to the person; safe to repeat. Raises `ServiceProblem`."""
        parameters: list[dict[str, Any]] = [{"name": "agreed", "valueBoolean": agreed}]
        if comment:
            parameters.append({"name": "comment", "valueString": comment})
        body = {"resourceType": "Parameters", "parameter": parameters}
        return await self._fhir.write("POST", f"DiagnosticReport/{report_id}/$release", self._headers, body)
