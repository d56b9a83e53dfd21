"""The core record: who a person is, one's own patients, and the log of who has looked."""

from __future__ import annotations

from collections.abc import Sequence

from portal.clients.fhir import Bundle, FhirClient

ENH = "urn:oid:2.16.578.1.12.4.1.4.101"


def declared(number: str, basis: str, role: str | None, reason: str | None) -> dict[str, str]:
    """The headers by which health personnel declare a look-up: whose, on what basis, as what, and why.

    Within the municipal services the journal needs no basis (empty).
    """
    headers = {"person-id": number}
    if basis:
        headers["access-basis"] = basis
    if role:
        headers["requester-hpr-role"] = role
    if reason:
        headers["access-reason"] = reason
    return headers


class CoreRecordClient:
    """The core record on behalf of one logged-in person; `role` is the code (Volven 9060) they act in."""

    def __init__(self, fhir: FhirClient, role: str | None = None) -> None:
        self._fhir = fhir
        self._role = role

    async def own_patients(self) -> Bundle:
        """The caller's own patients (`Person`). Raises `ServiceProblem`."""
        headers = {"requester-hpr-role": self._role} if self._role else {}
        return await self._fhir.search("Person", [("_list", "mine")], headers)

    async def person(self, number: str, basis: str, reason: str | None) -> Bundle:
        """The person of a national identity number, as the banner shows them. Raises `ServiceProblem`."""
        return await self._fhir.search("Person", [], declared(number, basis, self._role, reason))

    async def employments(self, hpr_number: str) -> Bundle:
        """Where someone works and as what (`PractitionerRole`). Raises `ServiceProblem`."""
        return await self._fhir.search("PractitionerRole", [("practitioner", hpr_number)], {})

    async def organisation(self, number: str) -> Bundle:
        """An organisation by number (`Organization`), with what it is part of. Raises `ServiceProblem`."""
        return await self._fhir.search("Organization", [("identifier", f"{ENH}|{number}")], {})

    async def access_log(self, number: str, params: Sequence[tuple[str, str]] = ()) -> Bundle:
        """Who has looked at the caller's own data (`AuditEvent`), newest first. Raises `ServiceProblem`."""
        return await self._fhir.search("AuditEvent", params, {"person-id": number})
