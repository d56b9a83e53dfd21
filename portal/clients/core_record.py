"""The core record: who a person is, one's own patients, and the log of who has looked."""

from __future__ import annotations

from collections.abc import Sequence

from portal.clients.fhir import Bundle, FhirClient


class CoreRecordClient:
    """The core record on behalf of one logged-in person."""

    def __init__(self, fhir: FhirClient) -> None:
        self._fhir = fhir

    async def own_patients(self, name: str = "") -> Bundle:
        """The caller's own patients (`Person`), by part of a name, or all. Raises `ServiceProblem`."""
        params = [("_list", "mine"), *([("name", name)] if name else [])]
        return await self._fhir.search("Person", params, {})

    async def person(self, number: str) -> Bundle:
        """The person of a national identity number, as the banner shows them. Raises `ServiceProblem`."""
        return await self._fhir.search("Person", [], {"person-id": number})

    async def access_log(self, number: str, params: Sequence[tuple[str, str]] = ()) -> Bundle:
        """Who has looked at the caller's own data (`AuditEvent`), newest first. Raises `ServiceProblem`."""
        return await self._fhir.search("AuditEvent", params, {"person-id": number})
