"""The results service, for one person's results on one basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
